import { setTimeout as delay } from 'node:timers/promises';

/** Time as a dependency, so that days pass in milliseconds in a test. */
export interface Clock {
  /** Wall clock: epoch milliseconds. */
  now(): number;
  /** Milliseconds that never run backwards; for durations and leases inside the process. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. Sleeping keeps the process alive only as long as someone waits. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
