/** Lets one question at a time through for each typist and connection: the newest one. */
export interface SearchTurns {
  /**
   * Asks when the question before it has ended, and ends that one. `ask` has the signal of its turn,
   * which aborts with the given one and for a newer question. Resolves with `superseded` where a
   * newer one came.
   */
  take<T>(
    of: { readonly session: string; readonly connectionId: string; readonly signal: AbortSignal },
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | 'superseded'>;
}

interface Turn {
  readonly newer: AbortController;
  readonly ended: Promise<unknown>;
}

/** Turns of this process; a program that types has one connection to one process as a rule. */
export function createSearchTurns(): SearchTurns {
  const turns = new Map<string, Turn>();
  return {
    take: async ({ session, connectionId, signal }, ask) => {
      const key = `${connectionId} ${session}`;
      const before = turns.get(key);
      const newer = new AbortController();
      const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
      const turn: Turn = { newer, ended };
      turns.set(key, turn);
      try {
        before?.newer.abort();
        await before?.ended;
        if (newer.signal.aborted) return 'superseded';
        const answer = await ask(AbortSignal.any([signal, newer.signal]));
        return isAborted(newer) ? 'superseded' : answer;
      } finally {
        if (turns.get(key) === turn) turns.delete(key);
        end(undefined);
      }
    },
  };
}

/** Asked anew after a wait: what was known of it before counts no more. */
function isAborted({ signal }: AbortController): boolean {
  return signal.aborted;
}
