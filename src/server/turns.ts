/** Lets others in while long work goes on that never waits, as reading is on SQLite. */
export interface Turns {
  /** Resolves at once, or when others had their turn; throws the reason of an aborted signal. */
  next(): Promise<void>;
}

/** So long others may wait, in milliseconds. */
const TURN_MS = 5;

/** `now` is monotonic, in milliseconds. */
export function createTurns(now: () => number, signal: AbortSignal | undefined): Turns {
  let began = now();
  return {
    next: async () => {
      if (now() - began >= TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        began = now();
      }
      signal?.throwIfAborted();
    },
  };
}
