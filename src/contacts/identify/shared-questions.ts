import type { Clock } from '../../time/clock.ts';
import type { LiveAnswer } from './identified.ts';

/** Asks the CRM; `leaves` is told once the request has its place and goes out. Never rejects. */
export type AskLive = (signal: AbortSignal, leaves: () => void) => Promise<LiveAnswer>;

/** What one key asks its CRM: a connection and a number. */
export interface SharedQuestions {
  /** Asks, or awaits the same question where it is under way. Ended when all who wait have gone. */
  ask(key: string, ask: AskLive, signal: AbortSignal): Promise<LiveAnswer>;
  /**
   * What was answered a moment ago, or will be, for a call that would ask the same. `undefined`: nobody
   * asks, the CRM gave no answer, or the question still waits for a place that the call itself may hold.
   */
  answerOf(key: string): Promise<LiveAnswer | undefined>;
  /** What a call has found out: a question that still waits for a place needs none any more. */
  tell(key: string, answer: LiveAnswer): void;
  /** What was answered counts no more. */
  forget(key: string): void;
}

/** A call comes to its search within milliseconds of its ring; later the CRM may know more. */
const SHARED_MS = 5_000;
/** What a question needs to leave where there is a place for it. */
const LEAVES_WITHIN_MS = 50;
const MOST = 10_000;

interface Asked {
  readonly answer: Promise<LiveAnswer>;
  readonly settle: (answer: LiveAnswer) => void;
  readonly left: Promise<true>;
  hasLeft: boolean;
  /** Of the answer; monotonic. */
  answeredAt: number | undefined;
  waiting: number;
  readonly ends: AbortController;
}

/** Questions to CRMs that several may have at the same time: a screen, the API, and the call itself. */
export function createSharedQuestions(clock: Pick<Clock, 'monotonic' | 'sleep'>): SharedQuestions {
  const asked = new Map<string, Asked>();
  const begin = (key: string, ask: AskLive): Asked => {
    const { promise: answer, resolve } = Promise.withResolvers<LiveAnswer>();
    const { promise: left, resolve: leaves } = Promise.withResolvers<true>();
    const one: Asked = {
      ...{ answer, left, hasLeft: false, answeredAt: undefined, waiting: 0 },
      ends: new AbortController(),
      settle: (given) => {
        if (one.answeredAt !== undefined) return;
        one.answeredAt = clock.monotonic();
        resolve(given);
      },
    };
    asked.delete(key);
    if (asked.size >= MOST) asked.delete(asked.keys().next().value ?? '');
    asked.set(key, one);
    const goes = (): void => {
      one.hasLeft = true;
      leaves(true);
    };
    ask(one.ends.signal, goes).then(one.settle, (err: unknown) => {
      one.settle({ ...FAILED, message: err instanceof Error ? err.message : FAILED.message });
    });
    return one;
  };
  return {
    ask: async (key, ask, signal) => {
      const known = asked.get(key);
      const isOpen =
        known !== undefined && known.answeredAt === undefined && !known.ends.signal.aborted;
      const one = isOpen ? known : begin(key, ask);
      one.waiting += 1;
      const go = (): void => {
        one.waiting -= 1;
        if (one.waiting === 0) one.ends.abort(signal.reason);
      };
      signal.addEventListener('abort', go, { once: true });
      if (signal.aborted) go();
      try {
        return await one.answer;
      } finally {
        signal.removeEventListener('abort', go);
      }
    },
    answerOf: async (key) => {
      const one = asked.get(key);
      if (one === undefined) return undefined;
      if (one.answeredAt !== undefined) {
        return clock.monotonic() - one.answeredAt < SHARED_MS
          ? useful(await one.answer)
          : undefined;
      }
      if (!one.hasLeft) {
        const patience = new AbortController();
        const late = clock.sleep(LEAVES_WITHIN_MS, patience.signal).then(
          () => false,
          () => false,
        );
        const goes = await Promise.race([one.left, one.answer.then(() => true), late]);
        patience.abort();
        if (!goes) return undefined;
      }
      const answer = await one.answer;
      await screensAreTold();
      return useful(answer);
    },
    tell: (key, answer) => {
      const one = asked.get(key);
      if (one === undefined || one.hasLeft || one.answeredAt !== undefined) return;
      one.settle(answer);
      one.ends.abort();
    },
    forget: (key) => {
      if (asked.get(key)?.answeredAt !== undefined) asked.delete(key);
    },
  };
}

const FAILED: LiveAnswer = {
  ...{ status: 'failed', matches: [], told: [] },
  message: 'The CRM could not be asked.',
};

/** What a call does with an answer takes a millisecond of this thread: a screen is told before. */
async function screensAreTold(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Whom it found, or that it knows nobody; what kept it from answering is for each to find out. */
function useful(answer: LiveAnswer): LiveAnswer | undefined {
  return answer.status === 'found' || answer.status === 'not_found' ? answer : undefined;
}
