import type { Credential, CredentialAnswer, RenewCredential } from '../../runtime/credential.ts';
import type { MethodCall } from '../../runtime/method-call.ts';
import type { MethodRunner, NotSentReason, PreparedMethod } from '../../runtime/run-method.ts';
import type { Clock } from '../../time/clock.ts';
import type { OpenConnection } from '../open-connection.ts';

/** What is asked of a connection; document, property values and sign-in are the connection's. */
export type SignedInCall = Omit<MethodCall, 'document' | 'connection' | 'credential' | 'renew'>;

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

export interface SignedInRunnerDeps {
  readonly runner: MethodRunner;
  readonly signIns: {
    credentialFor(connection: OpenConnection, signal: AbortSignal): Promise<CredentialAnswer>;
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
export function createSignedInRunner(deps: SignedInRunnerDeps): SignedInRunner {
  const { runner } = deps;
  return {
    prepare: async (call, connection, signal) => {
      const { document } = connection;
      const { kind } = document.signIn;
      // A method that the document lacks needs no sign-in to say so.
      if ((kind !== 'oauth2' && kind !== 'session') || !document.methods.has(call.method)) {
        return runner.prepare({ ...call, document, connection });
      }
      const started = deps.clock.monotonic();
      const answer = await credentialInTime(deps, connection, { ...call, signal });
      // Nobody waits any more: what the answer says of the sign-in server is not true.
      signal.throwIfAborted();
      if (answer.status !== 'ready') return notSent(answer);
      const renew: RenewCredential = async (used, ends) => {
        try {
          return await deps.signIns.renew(connection, used, ends);
        } catch (err) {
          if (!ends.aborted) deps.log.warn({ err, connection_id: connection.id }, NOT_RENEWED);
          throw err;
        }
      };
      const { credential } = answer;
      const left = timeLeft(call, deps.clock.monotonic() - started);
      return runner.prepare({ ...call, ...left, document, connection, credential, renew });
    },
  };
}

const NOT_RENEWED = 'a sign-in could not be renewed';

/** Somebody who waits for an answer does not wait longer because a sign-in server is slow. */
async function credentialInTime(
  { signIns }: SignedInRunnerDeps,
  connection: OpenConnection,
  { deadlineMs, signal }: { readonly deadlineMs?: number; readonly signal: AbortSignal },
): Promise<CredentialAnswer> {
  if (deadlineMs === undefined) return await signIns.credentialFor(connection, signal);
  const ends = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const answer = await signIns.credentialFor(connection, ends);
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

function notSent(answer: Exclude<CredentialAnswer, { status: 'ready' }>): PreparedMethod {
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
