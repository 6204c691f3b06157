import type { Credential, CredentialAnswer, RenewCredential } from '../../runtime/credential.ts';
import type { MethodCall } from '../../runtime/method-call.ts';
import type { ListCall, ListEvent, ListRunner } from '../../runtime/list-pages.ts';
import type { MethodRunner, NotSentReason, PreparedMethod } from '../../runtime/run-method.ts';
import { listNotSent } from '../../runtime/walk-list.ts';
import type { Clock } from '../../time/clock.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { MaySignIn } from './admit-sign-in.ts';
import { createAccountValues } from './account-values.ts';
import type { AccountValuesDeps } from './account-values.ts';

/** What is asked of a connection; document, property values and sign-in are the connection's. */
export interface SignedInCall extends Omit<
  MethodCall,
  'document' | 'connection' | 'credential' | 'renew'
> {
  /** Asked before a sign-in begins at the CRM itself: a message ends the call. */
  readonly maySignIn?: MaySignIn;
  /** Told by whoever sends it when its first request has its place and goes out. */
  readonly leaves?: () => void;
}

export interface SignedInRunner {
  /**
   * Signs in where the connection's document asks for it, and renders the request; nothing of the
   * call is sent before `send`. `deadlineMs` counts the sign-in too. Rejects only when the signal
   * aborts meanwhile.
   */
  prepare(
    call: SignedInCall,
    connection: OpenConnection,
    signal: AbortSignal,
  ): Promise<PreparedMethod>;
}

/** A list that is asked of a connection. */
export type SignedInListCall = Omit<ListCall, 'document' | 'connection' | 'credential' | 'renew'>;

export interface SignedInLists {
  /**
   * Signs in where the connection's document asks for it, and reads a list. Rejects only when the
   * signal aborts during the sign-in.
   */
  list(
    call: SignedInListCall,
    connection: OpenConnection,
    signal: AbortSignal,
  ): AsyncIterable<ListEvent>;
}

export interface SignedInRunnerDeps extends AccountValuesDeps {
  readonly runner: MethodRunner & ListRunner;
  readonly signIns: {
    credentialFor(
      connection: OpenConnection,
      signal: AbortSignal,
      maySignIn?: MaySignIn,
    ): Promise<CredentialAnswer>;
    renew(
      connection: OpenConnection,
      used: Credential,
      signal: AbortSignal,
    ): Promise<CredentialAnswer>;
  };
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Runs methods with the credential of their connection, and renews one that the CRM refuses. */
export function createSignedInRunner(deps: SignedInRunnerDeps): SignedInRunner & SignedInLists {
  const { runner } = deps;
  const signIn = createSignIn(deps);
  return {
    prepare: async ({ maySignIn, ...call }, connection, signal) => {
      const { document } = connection;
      // A method that the document lacks needs no sign-in to say so.
      if (!document.methods.has(call.method)) {
        return runner.prepare({ ...call, document, connection });
      }
      const started = deps.clock.monotonic();
      const asking = maySignIn === undefined ? call : { ...call, maySignIn };
      const answer = await signIn(asking, connection, signal);
      // Nobody waits any more: what the answer says of the sign-in server is not true.
      signal.throwIfAborted();
      if (answer.status !== 'ready') return notSent(answer);
      const left = timeLeft(call, deps.clock.monotonic() - started);
      return runner.prepare({ ...call, ...left, ...answer.with, document, connection });
    },
    list: async function* (call, connection, signal) {
      const { document } = connection;
      const own = { ...call, document, connection };
      if (!document.methods.has(call.method)) return yield* runner.list(own, signal);
      const answer = await signIn(call, connection, signal);
      if (answer.status === 'ready') return yield* runner.list({ ...own, ...answer.with }, signal);
      yield listNotSent(notSent(answer));
    },
  };
}

/** What lets a call in, or why there is nothing. */
type SignedIn =
  | {
      readonly status: 'ready';
      readonly with: { readonly credential: Credential; readonly renew?: RenewCredential };
    }
  | Exclude<CredentialAnswer, { readonly status: 'ready' }>;

function createSignIn(
  deps: SignedInRunnerDeps,
): (
  call: Pick<SignedInCall, 'method' | 'deadlineMs' | 'admit' | 'maySignIn'>,
  connection: OpenConnection,
  signal: AbortSignal,
) => Promise<SignedIn> {
  const accountValues = createAccountValues(deps);
  return async (call, connection, signal) => {
    const renew = renewalOf(deps, connection);
    const answer = await inTime(call.deadlineMs, signal, async (ends) => {
      const signedIn = await deps.signIns.credentialFor(connection, ends, call.maySignIn);
      // The method that says whose account it is cannot need what it says.
      if (signedIn.status !== 'ready' || call.method === 'Account') return signedIn;
      const { credential } = signedIn;
      const { admit } = call;
      const asking = { credential, ...renew, ...(admit === undefined ? {} : { admit }) };
      return await accountValues.complete(connection, asking, ends);
    });
    if (answer.status !== 'ready') return answer;
    return { status: 'ready', with: { credential: answer.credential, ...renew } };
  };
}

/** Where nothing can be renewed, the CRM's refusal stands as it is. */
function renewalOf(
  deps: SignedInRunnerDeps,
  connection: OpenConnection,
): { readonly renew?: RenewCredential } {
  const { kind } = connection.document.signIn;
  if (kind !== 'oauth2' && kind !== 'session') return {};
  return {
    renew: async (used, ends) => {
      try {
        return await deps.signIns.renew(connection, used, ends);
      } catch (err) {
        if (!ends.aborted) deps.log.warn({ err, connection_id: connection.id }, NOT_RENEWED);
        throw err;
      }
    },
  };
}

const NOT_RENEWED = 'a sign-in could not be renewed';

/** Somebody who waits for an answer does not wait longer because a sign-in server is slow. */
async function inTime(
  deadlineMs: number | undefined,
  signal: AbortSignal,
  ask: (ends: AbortSignal) => Promise<CredentialAnswer>,
): Promise<CredentialAnswer> {
  if (deadlineMs === undefined) return await ask(signal);
  const ends = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, deadlineMs))]);
  const answer = await ask(ends);
  return answer.status === 'unavailable' && ends.aborted
    ? { status: 'unavailable', message: 'The sign-in at the CRM took too long.' }
    : answer;
}

function timeLeft(
  { deadlineMs }: Pick<SignedInCall, 'deadlineMs'>,
  passedMs: number,
): Pick<SignedInCall, 'deadlineMs'> {
  return deadlineMs === undefined ? {} : { deadlineMs: Math.max(1, deadlineMs - passedMs) };
}

function notSent(
  answer: Exclude<CredentialAnswer, { status: 'ready' }>,
): Extract<PreparedMethod, { status: 'not_sent' }> {
  const { message } = answer;
  const reason: NotSentReason =
    answer.status === 'needs_auth' ? 'needs_auth' : 'sign_in_unavailable';
  const { retryAfterMs } = answer.status === 'unavailable' ? answer : {};
  return {
    status: 'not_sent',
    reason,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
