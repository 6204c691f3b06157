import type { Admission } from '../connections/admission.ts';
import type { OpenConnection } from '../connections/open-connection.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import type { Clock } from '../time/clock.ts';

export interface LiveRunnerDeps {
  readonly runner: SignedInRunner;
  readonly admission: Admission;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** Nobody waits longer for a method that names no deadline of its own. */
const USUAL_DEADLINE_MS = 30_000;

/**
 * Runs methods that somebody waits for, outside of the calls' queue: each request takes its slot of
 * the connection's rate, within the deadline of the whole, or the run says that there was none.
 */
export function createLiveRunner({ runner, admission, clock }: LiveRunnerDeps): SignedInRunner {
  return {
    prepare: async (call, connection, signal) => {
      if (connection.limits.length === 0) return await runner.prepare(call, connection, signal);
      const ends = clock.monotonic() + (call.deadlineMs ?? USUAL_DEADLINE_MS);
      const left = (): number => Math.max(1, ends - clock.monotonic());
      const admit = async (until: AbortSignal): Promise<void> => {
        const entered = await admission.enter(connection, { ms: left(), signal: until });
        if (entered.status === 'refused') throw new Error(entered.message);
      };
      const prepared = await runner.prepare({ ...call, admit }, connection, signal);
      if (prepared.status === 'not_sent') return prepared;
      return {
        ...prepared,
        send: async (until) => {
          const inTime = AbortSignal.any([until, AbortSignal.timeout(Math.ceil(left()))]);
          const refused = await refusedRun(admission, connection, { ms: left(), signal: inTime });
          return refused ?? (await prepared.send(inTime));
        },
      };
    },
  };
}

async function refusedRun(
  admission: Admission,
  connection: OpenConnection,
  patience: { readonly ms: number; readonly signal: AbortSignal },
): Promise<MethodRun | undefined> {
  const entered = await enterOrGiveUp(admission, connection, patience);
  if (entered.status === 'admitted') return undefined;
  return {
    outcome: {
      kind: 'throttled',
      effect: 'not_executed',
      action: 'wait',
      retryAfterMs: entered.waitMs,
      breaker: false,
      message: entered.message,
    },
    records: [],
    executedWithoutId: false,
    exchanges: [],
    asked: [],
    notes: [],
  };
}

async function enterOrGiveUp(
  admission: Admission,
  connection: OpenConnection,
  patience: { readonly ms: number; readonly signal: AbortSignal },
): ReturnType<Admission['enter']> {
  try {
    return await admission.enter(connection, patience);
  } catch (err) {
    if (!patience.signal.aborted) throw err;
    return { status: 'refused', waitMs: 0, message: 'Nobody waited for a free request any more.' };
  }
}
