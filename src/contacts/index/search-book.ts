import type { Handle } from '../../store/handle.ts';
import { listSource, mergedSource, pagedSource } from './candidate-source.ts';
import type { CandidateSource } from './candidate-source.ts';
import { beginning, LAST } from './contact-repository.ts';
import type { Beginning } from './contact-repository.ts';
import { hasParts, patternOf, postingBeginnings, reversedBeginning } from './search-query.ts';
import type { QueryPart } from './search-query.ts';
import {
  countNames,
  findPlace,
  listByEnd,
  listByName,
  listMatching,
  readWords,
} from './search-repository.ts';
import type { After, Candidate } from './search-repository.ts';
import { countWords, listByWord, listByWords, listWords } from './search-words-repository.ts';
import { NUMBER_SIGN } from './words-text.ts';
import type { WordKind } from './words-text.ts';

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

/** When a search looks at contacts in the order of lists instead of sorting those that an index gives. */
export interface SearchPlan {
  /** With more rows in the index than these a part is common. So many are sorted in some milliseconds. */
  readonly common: number;
  /** A part that so many words begin with is read word by word: those who have one stand in order. */
  readonly words: number;
  /** Contacts met in the order of lists before the index is asked after all. */
  readonly walk: number;
}

const PLAN: SearchPlan = { common: 15_000, words: 32, walk: 4_000 };

/** Candidates of one step: the first ones are mostly enough. */
const FIRST_STEP = 60;
const STEP_GROWTH = 6;
const LARGEST_STEP = 5_000;
/** Contacts of the first step of a walk. */
const FIRST_WALK = 1_000;
const WALK_GROWTH = 4;

/** A part with how many rows of the indexes have it, each counted up to a limit. */
interface SizedPart {
  readonly part: QueryPart;
  /** Further words and ends of numbers: they are sorted before the first is known. */
  readonly words: number;
  /** Names: they stand in order. */
  readonly names: number;
}

/** Words that begin alike, in the index. */
interface WordRange {
  readonly beginning: string;
  readonly kind: WordKind;
  /** All of them, where they are few. */
  readonly words?: readonly string[];
}

/** The first contacts of a book, in the order of lists, that have every part. */
export async function searchBook(search: BookSearch): Promise<readonly Candidate[]> {
  const [only, second] = search.parts;
  if (only?.onlyNames === true && second === undefined) {
    // However many there are, they stand in order.
    return await collect(search, sourceOf(search, only, wordRanges(only)));
  }
  const sized: SizedPart[] = [];
  // One after the other: on SQLite they have one thread, on PostgreSQL one search takes one connection.
  for (const part of search.parts) sized.push(await sizeOf(search, part));
  const [rarest] = sized.sort((a, b) => a.words + a.names - (b.words + b.names));
  if (rarest === undefined) return [];
  const { part } = rarest;
  const { common } = search.plan ?? PLAN;
  if (rarest.words < common) return await collect(search, sourceOf(search, part, wordRanges(part)));
  const few = await fewWords(search, part);
  if (few === undefined || search.parts.length > 1) {
    const walked = await walk(search);
    if (walked !== undefined) return walked;
  }
  return await collect(search, sourceOf(search, part, few ?? wordRanges(part)));
}

async function sizeOf(search: BookSearch, part: QueryPart): Promise<SizedPart> {
  const { handle, book } = search;
  const limit = (search.plan ?? PLAN).common;
  let words = 0;
  for (const { beginning: text, kind, words: known } of wordRanges(part)) {
    const range = known === undefined ? beginning(text) : { from: text, to: text };
    words += await countWords(handle, book, { ...range, kind, limit });
  }
  if (part.number !== undefined) {
    const reversed = reversedBeginning(part.number);
    words += (await listByEnd(handle, book, { reversed, limit })).length;
  }
  // Of one part alone there is nothing to choose.
  const names =
    part.word === '' || search.parts.length === 1
      ? 0
      : await countNames(handle, book, { ...namesRange(part), limit });
  return { part, words, names };
}

/** Where the index of words has a part: words of names stand by themselves, numbers among the others. */
function wordRanges(part: QueryPart): readonly WordRange[] {
  return postingBeginnings(part).flatMap((text): readonly WordRange[] => {
    const whole = { beginning: text, words: [text] };
    if (part.onlyNames) return [{ ...whole, kind: 'initial' }];
    const range = part.isWhole ? whole : { beginning: text };
    const others: WordRange = { ...range, kind: 'other' };
    return text.startsWith(NUMBER_SIGN) ? [others] : [{ ...range, kind: 'name' }, others];
  });
}

/** Names that begin with the word of a part, by which they stand in order. */
function namesRange({ word, isWhole }: QueryPart): Beginning {
  return isWhole ? { from: word, to: `${word} ${LAST}` } : beginning(word);
}

/** The same with all words that begin so; undefined where they are many. */
async function fewWords(
  search: BookSearch,
  part: QueryPart,
): Promise<readonly WordRange[] | undefined> {
  const { handle, book } = search;
  const most = (search.plan ?? PLAN).words;
  const ranges: WordRange[] = [];
  for (const range of wordRanges(part)) {
    const words = range.words ?? (await listWords(handle, book, { ...range, limit: most + 1 }));
    if (words.length > most) return undefined;
    ranges.push({ ...range, words });
  }
  return ranges;
}

/** Everybody who may have the part. */
function sourceOf(
  search: BookSearch,
  part: QueryPart,
  ranges: readonly WordRange[],
): CandidateSource {
  const { handle, book } = search;
  const sources = ranges.map(({ words, ...range }) =>
    pagedSource((after, limit) =>
      words === undefined
        ? listByWord(handle, book, { ...range, after, limit })
        : listByWords(handle, book, { ...range, words, after, limit }),
    ),
  );
  if (part.word !== '') sources.push(namesOf(search, namesRange(part)));
  if (part.number !== undefined) {
    sources.push(endsOf(search, reversedBeginning(part.number)));
  }
  return mergedSource(sources);
}

function namesOf({ handle, book }: BookSearch, range: Beginning): CandidateSource {
  return pagedSource((after, limit) => listByName(handle, book, { ...range, after, limit }));
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

/** Takes from a source who has every part, until there are enough or no more. */
async function collect(search: BookSearch, source: CandidateSource): Promise<readonly Candidate[]> {
  const { limit } = search;
  const found: Candidate[] = [];
  let step = isProved(search) ? limit : FIRST_STEP;
  for (;;) {
    search.signal?.throwIfAborted();
    const candidates = await source.next(step);
    found.push(...(await keepMatching(search, candidates)));
    if (found.length >= limit || candidates.length < step) return found.slice(0, limit);
    step = Math.min(step * STEP_GROWTH, LARGEST_STEP);
  }
}

/** True where the index tells all: who has the only word is found. */
function isProved({ parts }: BookSearch): boolean {
  const [only, second] = parts;
  return second === undefined && only?.number === undefined && only?.isWhole === false;
}

async function keepMatching(
  search: BookSearch,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  if (isProved(search)) return candidates;
  const { handle, parts } = search;
  const unread = candidates.filter(({ words }) => words === undefined).map(({ id }) => id);
  const read = await readWords(handle, unread);
  const wordsOf = new Map(read.map(({ id, words }) => [id, words]));
  return candidates.filter(({ id, words }) => hasParts(words ?? wordsOf.get(id) ?? '', parts));
}

/**
 * Looks at contacts in the order of lists. Gives undefined when those that it may look at were not
 * enough to know the first ones who have every part.
 */
async function walk(search: BookSearch): Promise<readonly Candidate[] | undefined> {
  const { handle, book, parts, limit } = search;
  const patterns = parts.flatMap((part) => patternOf(part) ?? []);
  const most = (search.plan ?? PLAN).walk;
  const found: Candidate[] = [];
  let after: After;
  let step = FIRST_WALK;
  for (let left = most; left > 0; left -= step, step *= WALK_GROWTH) {
    const until = await findPlace(handle, book, { after, places: Math.min(step, left) });
    for (;;) {
      search.signal?.throwIfAborted();
      // Of those that have every word, not all have the numbers.
      const asked = patterns.length === parts.length ? limit - found.length : LARGEST_STEP;
      const rows = await listMatching(handle, book, { after, until, patterns, limit: asked });
      found.push(...rows.filter(({ words }) => hasParts(words, parts)));
      if (found.length >= limit) return found.slice(0, limit);
      if (rows.length < asked) break;
      after = rows.at(-1);
    }
    if (until === undefined) return found;
    after = until;
  }
  return undefined;
}
