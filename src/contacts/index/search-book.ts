import type { Handle } from '../../store/handle.ts';
import { listSource, mergedSource, pagedSource } from './candidate-source.ts';
import type { CandidateSource } from './candidate-source.ts';
import { hasParts, postingBeginnings, reversedBeginning } from './search-query.ts';
import type { QueryPart } from './search-query.ts';
import {
  countNames,
  countWords,
  listByEnd,
  listByName,
  listByWord,
  readWords,
} from './search-repository.ts';
import type { Candidate } from './search-repository.ts';
import { NUMBER_SIGN } from './words-text.ts';

/** The book that is searched, and for what. */
export interface BookSearch {
  readonly handle: Handle;
  readonly book: number;
  /** At least one. */
  readonly parts: readonly QueryPart[];
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Absent: what is quickest with a million contacts. What is found is the same with any. */
  readonly plan?: SearchPlan;
}

/** When a search walks over all contacts in order instead of sorting those that an index gives. */
export interface SearchPlan {
  /**
   * With more words in the index than these a part is common: whoever has it is met soon in the order
   * of lists. So many words are sorted in some milliseconds.
   */
  readonly common: number;
  /** Contacts met in the order of lists before the index of words is asked after all. */
  readonly walk: number;
}

const PLAN: SearchPlan = { common: 15_000, walk: 4_000 };

/** Candidates of one step: the first ones are mostly enough. */
const FIRST_STEP = 60;
const STEP_GROWTH = 6;
const LARGEST_STEP = 5_000;

/** A part with how many rows of the indexes have it, each counted up to a limit. */
interface SizedPart {
  readonly part: QueryPart;
  /** Further words and ends of numbers: they are sorted before the first is known. */
  readonly words: number;
  /** Names: they stand in order. */
  readonly names: number;
}

/** The first contacts of a book, in the order of lists, that have every part. */
export async function searchBook(search: BookSearch): Promise<readonly Candidate[]> {
  const sized: SizedPart[] = [];
  // One after the other: on SQLite they have one thread, on PostgreSQL one search takes one connection.
  for (const part of search.parts) sized.push(await sizeOf(search, part));
  const [rarest] = sized.sort((a, b) => a.words + a.names - (b.words + b.names));
  if (rarest === undefined) return [];
  const { common, walk: most } = search.plan ?? PLAN;
  if (rarest.words >= common) {
    const walk = await collect(search, namesOf(search, ''), most);
    if (walk.isWhole) return walk.found;
  }
  return (await collect(search, sourceOf(search, rarest.part), Infinity)).found;
}

async function sizeOf(search: BookSearch, part: QueryPart): Promise<SizedPart> {
  const { handle, book } = search;
  const limit = (search.plan ?? PLAN).common;
  let words = 0;
  for (const { beginning, ofName } of wordRanges(part)) {
    words += await countWords(handle, book, { beginning, ofName, limit });
  }
  if (part.number !== undefined) {
    const reversed = reversedBeginning(part.number);
    words += (await listByEnd(handle, book, { reversed, limit })).length;
  }
  // Of one part alone there is nothing to choose.
  const names =
    part.word === '' || search.parts.length === 1
      ? 0
      : await countNames(handle, book, { beginning: part.word, limit });
  return { part, words, names };
}

/** Where the index of words has a part: words of names stand by themselves, numbers among the others. */
function wordRanges(
  part: QueryPart,
): readonly { readonly beginning: string; readonly ofName: boolean }[] {
  return postingBeginnings(part).flatMap((beginning) => {
    if (part.onlyNames) return [{ beginning, ofName: true }];
    const others = { beginning, ofName: false };
    return beginning.startsWith(NUMBER_SIGN) ? [others] : [{ beginning, ofName: true }, others];
  });
}

/** Everybody who may have the part. */
function sourceOf(search: BookSearch, part: QueryPart): CandidateSource {
  const { handle, book } = search;
  const sources = wordRanges(part).map((range) =>
    pagedSource((after, limit) => listByWord(handle, book, { ...range, after, limit })),
  );
  if (part.word !== '') sources.push(namesOf(search, part.word));
  if (part.number !== undefined) {
    sources.push(endsOf(search, reversedBeginning(part.number)));
  }
  return mergedSource(sources);
}

function namesOf({ handle, book }: BookSearch, beginning: string): CandidateSource {
  return pagedSource((after, limit) => listByName(handle, book, { beginning, after, limit }));
}

/** Contacts whose numbers end so: the index has no names of them, so all are read. */
function endsOf({ handle, book }: BookSearch, reversed: string): CandidateSource {
  let known: CandidateSource | undefined;
  return {
    next: async (count) => {
      if (known === undefined) {
        const ids = await listByEnd(handle, book, { reversed, limit: MOST_ENDS });
        known = listSource(await readWords(handle, ids));
      }
      return await known.next(count);
    },
  };
}

/** Three digits end a thousandth of all numbers. */
const MOST_ENDS = 100_000;

/**
 * Takes from a source who has every part, until there are enough. `isWhole` says that they are the
 * first ones: there are enough, or the source has no more; not so when `most` were looked at.
 */
async function collect(
  search: BookSearch,
  source: CandidateSource,
  most: number,
): Promise<{ readonly found: readonly Candidate[]; readonly isWhole: boolean }> {
  const found: Candidate[] = [];
  let step = FIRST_STEP;
  for (let looked = 0; looked < most; looked += step) {
    search.signal?.throwIfAborted();
    const candidates = await source.next(step);
    found.push(...(await keepMatching(search, candidates)));
    if (found.length >= search.limit) {
      return { found: found.slice(0, search.limit), isWhole: true };
    }
    if (candidates.length < step) return { found, isWhole: true };
    step = Math.min(step * STEP_GROWTH, LARGEST_STEP);
  }
  return { found, isWhole: false };
}

async function keepMatching(
  { handle, parts }: BookSearch,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const unread = candidates.filter(({ words }) => words === undefined).map(({ id }) => id);
  const read = await readWords(handle, unread);
  const wordsOf = new Map(read.map(({ id, words }) => [id, words]));
  return candidates.filter(({ id, words }) => hasParts(words ?? wordsOf.get(id) ?? '', parts));
}
