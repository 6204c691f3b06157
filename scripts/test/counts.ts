/** How many tests passed, failed and were skipped; a check such as the linter is one test. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const ONE_PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
export const ONE_FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
export const ONE_SKIPPED: Counts = { passed: 0, failed: 0, skipped: 1 };

/** Adds up the counts of several runs. */
export function addCounts(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((sum, counts) => sum + counts.passed, 0),
    failed: all.reduce((sum, counts) => sum + counts.failed, 0),
    skipped: all.reduce((sum, counts) => sum + counts.skipped, 0),
  };
}

/** The line that ends every run: `N passed, N failed, N skipped`. */
export function totalsLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/** Reads the last totals line of a program's output; undefined when it printed none. */
export function readTotalsLine(output: string): Counts | undefined {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  const match = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line);
  return match === null
    ? undefined
    : { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}

/** Under `CI=true` nothing may be skipped: what was skipped counts as failed. */
export function skipsAsFailures(counts: Counts): Counts {
  return { passed: counts.passed, failed: counts.failed + counts.skipped, skipped: 0 };
}
