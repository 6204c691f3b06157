export const BACKOFF_BASE_MS = 2_000;
export const BACKOFF_CAP_MS = 15 * 60_000;

/**
 * Milliseconds before the next try: full jitter, a random share of 2 s doubled by each failure,
 * at most 15 min. `failures` counts from 1; `random` gives 0 up to 1.
 */
export function backoff(failures: number, random: () => number): number {
  // Beyond 2^9 the cap has long been reached; the exponent must not grow into Infinity.
  const doublings = Math.min(Math.max(failures - 1, 0), 9);
  return Math.round(random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** doublings));
}
