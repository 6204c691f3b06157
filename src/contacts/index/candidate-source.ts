import { compareTexts } from './compare-texts.ts';
import type { After, Candidate } from './search-repository.ts';

/** Contacts in the order of lists, some at a time. */
export interface CandidateSource {
  /** The next ones, each once; fewer than asked for: there are no more. */
  next(count: number): Promise<readonly Candidate[]>;
}

/** The order of lists. */
export function inOrder(a: Candidate, b: Candidate): number {
  return compareTexts(a.sort_name, b.sort_name) || a.id - b.id;
}

/** A source that reads what is behind the last one it gave; what it reads may have doubles. */
export function pagedSource(
  read: (after: After, limit: number) => Promise<readonly Candidate[]>,
): CandidateSource {
  let after: After;
  return {
    next: async (count) => {
      const found: Candidate[] = [];
      for (;;) {
        const limit = count - found.length;
        const page = await read(after, limit);
        for (const candidate of page) {
          // Doubles stand beside each other.
          if (candidate.id !== after?.id) found.push(candidate);
          after = candidate;
        }
        if (page.length < limit || found.length >= count) return found;
      }
    },
  };
}

/** A source of what is known already. */
export function listSource(candidates: readonly Candidate[]): CandidateSource {
  const left = candidates.toSorted(inOrder);
  return { next: (count) => Promise.resolve(left.splice(0, count)) };
}

/** Several sources as one: in order, each contact once. */
export function mergedSource(sources: readonly CandidateSource[]): CandidateSource {
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return only;
  const queues = sources.map((source) => ({ source, left: [] as Candidate[], ended: false }));
  let last: number | undefined;
  return {
    next: async (count) => {
      for (const queue of queues) {
        const missing = count - queue.left.length;
        if (queue.ended || missing <= 0) continue;
        const more = await queue.source.next(missing);
        queue.ended = more.length < missing;
        queue.left.push(...more);
      }
      const merged: Candidate[] = [];
      while (merged.length < count) {
        const first = firstOf(queues);
        if (first === undefined) break;
        const candidate = first.left.shift();
        if (candidate !== undefined && candidate.id !== last) merged.push(candidate);
        last = candidate?.id;
        // What comes next of an emptied queue is not known: it may stand before all others.
        if (first.left.length === 0 && !first.ended && merged.length < count) {
          const more = await first.source.next(count);
          first.ended = more.length < count;
          first.left.push(...more);
        }
      }
      return merged;
    },
  };
}

function firstOf<Q extends { readonly left: readonly Candidate[] }>(
  queues: readonly Q[],
): Q | undefined {
  let best: { readonly queue: Q; readonly candidate: Candidate } | undefined;
  for (const queue of queues) {
    const [candidate] = queue.left;
    if (candidate === undefined) continue;
    if (best === undefined || inOrder(candidate, best.candidate) < 0) best = { queue, candidate };
  }
  return best?.queue;
}
