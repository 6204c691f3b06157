/** How often something is measured. */
export interface Rounds {
  /** Rounds that do not count. */
  readonly warm: number;
  readonly runs: number;
  /** Calls in one round, where one takes less than the clock can tell. */
  readonly calls?: number;
}

/** The median time of a call in milliseconds. */
export async function medianOf(work: () => unknown, rounds: Rounds): Promise<number> {
  const [median = 0] = await mediansOf([work], rounds);
  return median;
}

/**
 * The median time of a call of each, in milliseconds and in their order. They take turns, round by
 * round, so that a busy moment of the machine meets them all.
 */
export async function mediansOf(
  works: readonly (() => unknown)[],
  { warm, runs, calls = 1 }: Rounds,
): Promise<readonly number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < warm + runs; round += 1) {
    for (const [index, work] of works.entries()) {
      const begun = performance.now();
      for (let i = 0; i < calls; i += 1) {
        const result = work();
        if (result instanceof Promise) await result;
      }
      if (round >= warm) times[index]?.push((performance.now() - begun) / calls);
    }
  }
  return times.map(middle);
}

function middle(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
