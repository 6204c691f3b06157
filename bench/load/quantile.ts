/** The value below which a share `q` of the sorted values lies; NaN for none. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** The values in rising order. */
export function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

/** The middle of the values; NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}

/** How far runs lie apart, in percent of their median: what is noise of the machine. */
export function spread(values: readonly number[]): number {
  return ((Math.max(...values) - Math.min(...values)) / median(values)) * 100;
}
