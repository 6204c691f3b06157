import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../../document/compile.ts';
import type { JsonObject } from '../../document/json-value.ts';
import type { MethodName } from '../../document/methods.ts';
import type { EgressRequest } from '../../http/egress-request.ts';
import type { MethodCall, MethodProgress } from '../method-call.ts';
import { createMethodRunner } from '../run-method.ts';
import type { PreparedMethod } from '../run-method.ts';
import { runToEnd } from '../run-to-end.ts';
import type { WholeRun } from '../run-to-end.ts';

/** What the CRM answers; without a status 200. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; a text as it is; nothing for an empty body. */
  readonly body?: unknown;
}

/** A request as it left, with its body as text. */
export interface SentRequest {
  readonly method: string;
  /** Without the origin of the CRM. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly whole: EgressRequest;
}

type Call = Partial<Omit<MethodCall, 'document' | 'connection' | 'method'>>;

export interface ScriptedCrm {
  readonly sent: readonly SentRequest[];
  prepare(method: MethodName, call?: Call): PreparedMethod;
  /** All requests of a method, one after the other. */
  run(method: MethodName, call?: Call): Promise<WholeRun>;
}

export const CRM = 'https://crm.example';

/**
 * A CRM without sockets: it answers by `METHOD /path`, a list of replies one after the other, and
 * with 404 to what it does not know. `document` completes a small one.
 */
export function scriptedCrm(
  document: JsonObject,
  replies: Readonly<Record<string, Reply | readonly Reply[]>>,
): ScriptedCrm {
  const sent: SentRequest[] = [];
  const counts = new Map<string, number>();
  const compiled = compileDocument(
    JSON.stringify({ id: 'x', name: 'X', class: 'crm', resource_url: CRM, ...document }),
  );
  let now = 0;
  const runner = createMethodRunner({
    egress: {
      send: async (request) => {
        const seen = toSent(request);
        sent.push(seen);
        const key = `${seen.method} ${seen.path}`;
        const count = counts.get(key) ?? 0;
        counts.set(key, count + 1);
        const listed = replies[key] ?? { status: 404 };
        const list: readonly Reply[] = isList(listed) ? listed : [listed];
        const { status = 200, headers = {}, body } = list[Math.min(count, list.length - 1)] ?? {};
        const text =
          body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
        return {
          kind: 'response',
          status,
          headers,
          body: new TextEncoder().encode(text),
          url: request.url,
          durationMs: 1,
        };
      },
      checkUrl: () => ({ ok: true }),
      close: async () => undefined,
    },
    phones: createPhoneNumbers(),
    clock: {
      now: () => 1_700_000_000_000,
      monotonic: () => (now += 1),
      sleep: async () => undefined,
    },
    randomId: () => 'boundary-0123456789',
  });
  const connection = {
    id: 'c1',
    organizationId: 'o1',
    properties: { Key: 'k1-secret', Address: CRM },
    country: 'GB',
    timezone: 'Europe/London',
    origins: [CRM],
  };
  const prepare: ScriptedCrm['prepare'] = (method, call = {}) =>
    runner.prepare({ values: {}, ...call, document: compiled, connection, method });
  return {
    sent,
    prepare,
    run: (method, call = {}) =>
      runToEnd(
        (progress) => prepare(method, withProgress(call, progress)),
        new AbortController().signal,
      ),
  };
}

function withProgress(call: Call, progress: MethodProgress | undefined): Call {
  return progress === undefined ? call : { ...call, progress };
}

function isList(replies: Reply | readonly Reply[]): replies is readonly Reply[] {
  return Array.isArray(replies);
}

function toSent(request: EgressRequest): SentRequest {
  const chunks = request.body?.chunks ?? [];
  return {
    method: request.method,
    path: request.url.startsWith(CRM) ? request.url.slice(CRM.length) : request.url,
    headers: Object.fromEntries(
      request.headers.map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: chunks.map((chunk) => (typeof chunk === 'string' ? chunk : '<file>')).join(''),
    whole: request,
  };
}
