/** Names at most so many changed letters apart are taken for misspellings of each other. */
const NEAR = 2;

/** The known name that a misspelt one most likely means: equal without case, or at most 2 edits away. */
export function nearName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = NEAR + 1;
  for (const candidate of known) {
    if (candidate === name) {
      return candidate;
    }
    const sameLetters = candidate.toLowerCase() === name.toLowerCase();
    const distance = sameLetters ? 0 : editDistance(name, candidate, least);
    if (distance < least) {
      [best, least] = [candidate, distance];
    }
  }
  return best;
}

/** Levenshtein's distance, or `limit` as soon as it is certain to be at least that. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) {
    return limit;
  }
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (current[column - 1] ?? 0) + 1,
          (previous[column] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      );
    }
    if (Math.min(...current) >= limit) {
      return limit;
    }
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}
