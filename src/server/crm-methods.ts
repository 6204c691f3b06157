import type * as z from 'zod';

import type { OpenConnection } from '../connections/open-connection.ts';
import type { Exchange } from '../contract/exchanges.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { jsonMember } from '../document/json-value.ts';
import type { Json } from '../document/json-value.ts';
import { METHODS } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import { requestSource, requestSources } from '../document/request-sources.ts';
import type { Values } from '../document/values/values.ts';
import type { NotSentReason } from '../runtime/run-method.ts';
import type { AskedRequest, MethodRun } from '../runtime/method-call.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { runToEnd } from '../runtime/run-to-end.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { Credential } from '../runtime/credential.ts';
import type { ScrubbedExchange } from '../runtime/scrub-exchange.ts';

/** Longest time that somebody waits for a method asked for over HTTP: pages of users take a while. */
const INTERACTIVE_DEADLINE_MS = 30_000;

export type Asked =
  | {
      readonly status: 'ran';
      readonly run: MethodRun;
      /** What the sign-in bound. */
      readonly signedIn: Pick<Credential, 'locals' | 'properties'>;
    }
  | { readonly status: 'not_sent'; readonly reason: NotSentReason; readonly message: string };

/** Runs one method of a connection now, because a person asked for it; the queue is not involved. */
export async function askCrm(
  runner: SignedInRunner,
  connection: OpenConnection,
  question: {
    readonly method: MethodName;
    readonly values?: Values;
    /** Names that are emptied in the CRM. */
    readonly cleared?: ReadonlySet<string>;
    /** The same for every try of what must happen once. */
    readonly idempotencyKey?: string;
    /** Milliseconds for a sign-in and all its requests. */
    readonly deadlineMs?: number;
    /** Told when its request has its place and goes out. */
    readonly leaves?: () => void;
    readonly signal: AbortSignal;
  },
): Promise<Asked> {
  const { signal, deadlineMs = INTERACTIVE_DEADLINE_MS, ...asked } = question;
  const call = { values: {}, ...asked, deadlineMs };
  const whole = await runToEnd(
    (progress) =>
      runner.prepare(
        { ...call, ...(progress === undefined ? {} : { progress }) },
        connection,
        signal,
      ),
    signal,
  );
  if (whole.status === 'not_sent') {
    const { reason, message } = whole;
    return { status: 'not_sent', reason, message };
  }
  return { status: 'ran', run: whole.run, signedIn: whole.first.signedIn };
}

/** What to do where only a person can sign in, with a blank before it; else nothing. */
export function whereToSignIn({ document }: OpenConnection): string {
  const { signIn } = document;
  return signIn.kind === 'oauth2' && signIn.flow === 'authorization_code'
    ? ' POST …/sign-in gives the page of the CRM to open in a browser.'
    : '';
}

/** The method that proves the credentials: `Users`, else `Account`, else the first look-up by GET. */
export function testMethodOf(document: CompiledDocument): MethodName | undefined {
  const has = (name: MethodName): boolean => document.methods.has(name);
  if (has('Users')) return 'Users';
  if (has('Account')) return 'Account';
  return [...METHODS.values()].find(
    ({ name, writes }) => !writes && has(name) && isGet(document, name),
  )?.name;
}

/** An exchange in the form of the API. */
export function presentExchange(exchange: ScrubbedExchange): z.input<typeof Exchange> {
  const { request, response, failure } = exchange;
  return {
    request: { ...request, body: request.body ?? null },
    response: response ?? null,
    failure: failure ?? null,
    started_at: new Date(exchange.startedAt).toISOString(),
    duration_ms: exchange.durationMs,
  };
}

/** The `response_map` of a request as its author wrote it; undefined when there is none. */
export function mapOf(
  document: CompiledDocument,
  name: MethodName,
  place: Pick<AskedRequest, 'object' | 'request'>,
): Json | undefined {
  return jsonMember(requestSource(document.source, name, place), 'response_map');
}

function isGet(document: CompiledDocument, name: MethodName): boolean {
  const [first] = requestSources(document.source, name);
  return jsonMember(first?.source, 'request_method') === 'GET';
}

/** What a refusal says of the CRM's answer, for whoever asks again by program. */
export function outcomeDetails({ kind, retryAfterMs }: Outcome): {
  readonly outcome: Outcome['kind'];
  readonly retry_after_seconds?: number;
} {
  if (retryAfterMs === undefined) return { outcome: kind };
  return { outcome: kind, retry_after_seconds: Math.ceil(retryAfterMs / 1_000) };
}
