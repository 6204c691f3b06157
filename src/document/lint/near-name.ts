/** Names at most so many changed letters apart are taken for misspellings of each other. */
const NEAR = 2;

/** The known name that a misspelt one most likely means: equal without case, or at most 2 edits away. */
export function nearName(name: string, known: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let least = NEAR + 1;
  for (const candidate of known) {
    if (candidate === name) {
      return candidate;
    }
    const sameLetters = candidate.length === name.length && candidate.toLowerCase() === lower;
    const distance = sameLetters ? 0 : editDistance(name, candidate, least);
    if (distance < least) {
      [best, least] = [candidate, distance];
    }
  }
  return best;
}

/**
 * Levenshtein's distance, or `limit` where it is at least that. Meant for small limits: it tries the
 * edits instead of filling a table, which is quick for the thousands of names of a large document.
 */
export function editDistance(a: string, b: string, limit: number): number {
  for (let edits = Math.abs(a.length - b.length); edits < limit; edits += 1) {
    if (isWithin(a, 0, b, 0, edits)) {
      return edits;
    }
  }
  return limit;
}

/** True when the rest of `a` becomes the rest of `b` by at most so many edits. */
function isWithin(a: string, fromA: number, b: string, fromB: number, edits: number): boolean {
  let [atA, atB] = [fromA, fromB];
  // Equal first letters never need an edit in a shortest way.
  while (atA < a.length && atB < b.length && a.charCodeAt(atA) === b.charCodeAt(atB)) {
    atA += 1;
    atB += 1;
  }
  const [restA, restB] = [a.length - atA, b.length - atB];
  if (restA === 0 || restB === 0) {
    return Math.max(restA, restB) <= edits;
  }
  return (
    edits > 0 &&
    Math.abs(restA - restB) <= edits &&
    (isWithin(a, atA + 1, b, atB + 1, edits - 1) ||
      isWithin(a, atA + 1, b, atB, edits - 1) ||
      isWithin(a, atA, b, atB + 1, edits - 1))
  );
}
