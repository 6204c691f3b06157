import { hostWords } from '../calls/explain.ts';
import type { Admission, Patience } from '../connections/admission.ts';
import { isProbeDue } from '../connections/host-health.ts';
import { readHosts } from '../connections/host-repository.ts';
import type { Leave, Places } from '../connections/places.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { originOf } from '../http/url-policy.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import type { Outcome } from '../runtime/outcome.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';

export interface LiveRunnerDeps {
  readonly runner: SignedInRunner;
  readonly admission: Admission;
  readonly places: Pick<Places, 'enter'>;
  readonly database: Pick<Database, 'read' | 'now'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** Nobody waits longer for a method that names no deadline of its own. */
const USUAL_DEADLINE_MS = 30_000;

/**
 * Runs methods that somebody waits for, outside of the calls' queue: a host that is known to be away is
 * not asked, the run takes one of the places that the connection has, and each request its slot of the
 * rate, within the deadline of the whole, or the run says that there was none.
 */
export function createLiveRunner(deps: LiveRunnerDeps): SignedInRunner {
  const { runner, admission, places, database, clock } = deps;
  return {
    prepare: async (call, connection, signal) => {
      const ends = clock.monotonic() + (call.deadlineMs ?? USUAL_DEADLINE_MS);
      const left = (): number => Math.max(1, ends - clock.monotonic());
      const isLimited = connection.limits.length > 0;
      const admit = async (until: AbortSignal): Promise<void> => {
        const entered = await admission.enter(connection, { ms: left(), signal: until });
        if (entered.status === 'refused') throw new Error(entered.message);
      };
      const held: { leave?: Leave } = {};
      // A sign-in is a request too, and one that asks for nothing while the CRM is away.
      const maySignIn = async (origin: string): Promise<string | undefined> => {
        const away = await awayWords(database, origin);
        if (away !== undefined) return away;
        const place = await orGivenUp(signal, () =>
          places.enter(connection, { ms: left(), signal }),
        );
        if (place.status === 'refused') return place.message;
        held.leave = place.leave;
        return undefined;
      };
      const asking = { ...call, maySignIn, ...(isLimited ? { admit } : {}) };
      const prepared = await runner
        .prepare(asking, connection, signal)
        .finally(() => held.leave?.());
      if (prepared.status === 'not_sent') return prepared;
      return {
        ...prepared,
        send: async (until) => {
          const away = await awayWords(database, originOf(prepared.request.url));
          if (away !== undefined) return awayRun(away);
          const inTime = AbortSignal.any([until, AbortSignal.timeout(Math.ceil(left()))]);
          const patience = (): Patience => ({ ms: left(), signal: inTime });
          const place = await orGivenUp(inTime, () => places.enter(connection, patience()));
          if (place.status === 'refused') return throttledRun(place);
          try {
            if (!isLimited) {
              call.leaves?.();
              return await prepared.send(until);
            }
            const slot = await orGivenUp(inTime, () => admission.enter(connection, patience()));
            if (slot.status === 'refused') return throttledRun(slot);
            call.leaves?.();
            return await prepared.send(inTime);
          } finally {
            place.leave();
          }
        },
      };
    },
  };
}

/**
 * What is said while the host of a request is away. Once somebody may ask whether it is back, a look-up
 * may too: where no call waits, nobody else would.
 */
async function awayWords(
  { read, now }: LiveRunnerDeps['database'],
  origin: string | undefined,
): Promise<string | undefined> {
  if (origin === undefined) return undefined;
  const host = (await readHosts(read, [origin])).get(origin);
  if (host?.state !== 'broken' || isProbeDue(host, now())) return undefined;
  return `The CRM was not asked: ${hostWords(host, now())}.`;
}

function awayRun(message: string): MethodRun {
  return unsentRun({
    kind: 'unavailable',
    effect: 'not_executed',
    action: 'retry',
    breaker: false,
    message,
  });
}

function throttledRun(refused: { readonly message: string; readonly waitMs?: number }): MethodRun {
  const { message, waitMs } = refused;
  return unsentRun({
    kind: 'throttled',
    effect: 'not_executed',
    action: 'wait',
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    breaker: false,
    message,
  });
}

function unsentRun(outcome: Outcome): MethodRun {
  return {
    outcome,
    records: [],
    executedWithoutId: false,
    exchanges: [],
    asked: [],
    notes: [],
  };
}

/** Nobody waits any more: that is no fault. */
async function orGivenUp<T>(
  signal: AbortSignal,
  enter: () => Promise<T>,
): Promise<T | { readonly status: 'refused'; readonly message: string }> {
  try {
    return await enter();
  } catch (err) {
    if (!signal.aborted) throw err;
    return { status: 'refused', message: 'Nobody waited for a free request any more.' };
  }
}
