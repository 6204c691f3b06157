import * as z from 'zod';

/**
 * How far the changes of one method object are known: a moment, or what the CRM itself counts by,
 * such as a version number or a token, which only it can read.
 */
export type Mark = { readonly at: number } | { readonly text: string };

/** By place of the method object in the document. */
export type Marks = Readonly<Record<string, Mark>>;

export const Marks = z.record(
  z.string(),
  z.union([z.strictObject({ at: z.number() }), z.strictObject({ text: z.string() })]),
);

/** Reads a text as the document declares `since`: epoch milliseconds, or `undefined` for what is no date. */
export type ReadMoment = (text: string) => number | undefined;

/** Steps back by so much: clocks differ, and a change is seen a little after it was made. */
export const OVERLAP_MS = 5 * 60_000;

/** Earlier and later moments are numbers of another kind, or stand for "never". */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** What one record says of how far it has come. */
export function readMark(text: string, readMoment: ReadMoment): Mark {
  const at = readMoment(text);
  return at !== undefined && at >= EARLIEST && at < LATEST ? { at } : { text };
}

/** The later of two: moments by time, whole numbers by size, other texts by their letters. */
export function laterMark(a: Mark | undefined, b: Mark): Mark {
  if (a === undefined) return b;
  if ('at' in a) return 'at' in b && b.at > a.at ? b : a;
  // Between dates a text is a gap such as `0000-00-00`.
  return 'at' in b || isLater(b.text, a.text) ? b : a;
}

/**
 * Where the next pass begins: what the records of this one said, no later than its own start, since a
 * date in the future would hide all changes until then. Where none said anything, the earlier mark
 * counts if they might have, else the start of the pass.
 */
export function nextMarks(of: {
  readonly objects: readonly {
    /** Its answers say for each record when it changed. */
    readonly tells: boolean;
  }[];
  readonly earlier: Marks;
  readonly raised: Marks;
  readonly startedAt: number;
}): Marks {
  const { objects, earlier, raised, startedAt } = of;
  return Object.fromEntries(
    objects.map(({ tells }, object): [string, Mark] => {
      const [before, seen] = [earlier[object], raised[object]];
      if (seen !== undefined) return [String(object), notAfter(laterMark(before, seen), startedAt)];
      return [String(object), (tells ? before : undefined) ?? { at: startedAt }];
    }),
  );
}

/** What `since` is for a mark: a moment with the overlap, a text as it came. */
export function sinceOf(mark: Mark | undefined): number | string | undefined {
  if (mark === undefined) return undefined;
  return 'at' in mark ? mark.at - OVERLAP_MS : mark.text;
}

function notAfter(mark: Mark, latest: number): Mark {
  return 'at' in mark && mark.at > latest ? { at: latest } : mark;
}

function isLater(a: string, b: string): boolean {
  const [first, second] = [wholeNumber(a), wholeNumber(b)];
  if (first === undefined || second === undefined) return a > b;
  return first.length === second.length ? first > second : first.length > second.length;
}

/** Digits without leading zeros: longer than any number type. */
function wholeNumber(text: string): string | undefined {
  return /^\d+$/.test(text) ? text.replace(/^0+(?=\d)/, '') : undefined;
}
