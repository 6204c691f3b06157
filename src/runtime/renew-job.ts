import type { CredentialAnswer } from './credential.ts';
import { createJob } from './method-job.ts';
import type { MethodJob } from './method-job.ts';
import type { Outcome } from './outcome.ts';

export type Renewed =
  | { readonly status: 'renewed'; readonly job: MethodJob }
  /** What the refusal amounts to. */
  | { readonly status: 'not_renewed'; readonly outcome: Outcome };

/**
 * After a refusal of the credential: the same job with a newer one, or the outcome where there is
 * none. Only for a request that the CRM did not execute. Never rejects.
 */
export async function renewJob(
  job: MethodJob,
  refused: Outcome,
  { timeLeftMs, signal }: { readonly timeLeftMs?: number; readonly signal: AbortSignal },
): Promise<Renewed | undefined> {
  const { call, credential, deps, scrubberOf, compiled, place } = job;
  if (credential === undefined || call.renew === undefined) return undefined;
  const ends =
    timeLeftMs === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.floor(timeLeftMs)))]);
  const answer = await ask(() => call.renew?.(credential, ends));
  switch (answer?.status) {
    case 'ready': {
      const start = {
        ...{ deps, scrubberOf, call, credential: answer.credential },
        earlier: job.tokens,
      };
      return { status: 'renewed', job: createJob(start, place, compiled) };
    }
    case 'needs_auth': {
      const message = `${refused.message} ${answer.message}`;
      return { status: 'not_renewed', outcome: { ...refused, message } };
    }
    case 'unavailable':
    case undefined: {
      const late = answer === undefined || ends.aborted;
      const outcome = away(refused, late ? { message: LATE } : answer);
      // Ended by ourselves: nothing to hold against anybody.
      const ended = { ...outcome, kind: 'unreachable', action: 'retry' } as const;
      return { status: 'not_renewed', outcome: signal.aborted ? ended : outcome };
    }
  }
}

const LATE = 'The sign-in could not be renewed in time.';

/** Why a renewal ended without an answer is logged where it was asked for. */
async function ask(
  renew: () => Promise<CredentialAnswer> | undefined,
): Promise<CredentialAnswer | undefined> {
  try {
    return await renew();
  } catch {
    return undefined;
  }
}

function away(
  refused: Outcome,
  { message, retryAfterMs }: { readonly message: string; readonly retryAfterMs?: number },
): Outcome {
  return {
    kind: 'sign_in_unavailable',
    effect: refused.effect,
    action: 'wait',
    breaker: false,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
