import { bulkOf } from '../../store/bulk.ts';
import type { Handle } from '../../store/handle.ts';
import { prepared } from '../../store/prepared.ts';
import { beginning } from './contact-repository.ts';
import { contactId, numberOf } from './contact-rows-repository.ts';

/** A contact as a search comes upon it, in the order of lists: by name, then by id. */
export interface Candidate {
  readonly id: number;
  readonly sort_name: string;
  /** Absent: not read yet. */
  readonly words?: string;
}

/** Contacts behind this one; absent: from the start. */
export type After = Pick<Candidate, 'id' | 'sort_name'> | undefined;

const selectSorted = prepared(
  (
    handle,
    given: {
      readonly book: number;
      readonly name: string;
      readonly id: number;
      readonly last: string;
      readonly limit: number;
    },
  ) =>
    handle
      .selectFrom('contact')
      .select(['id', 'sort_name', 'words'])
      .where('book', '=', given.book)
      .where((eb) => eb(eb.refTuple('sort_name', 'id'), '>', eb.tuple(given.name, given.id)))
      .where('sort_name', '<=', given.last)
      .orderBy('sort_name')
      .orderBy('id')
      .limit(given.limit),
);

/** Contacts whose names begin so, in the order of lists. */
export async function listByName(
  handle: Handle,
  book: number,
  of: { readonly beginning: string; readonly after: After; readonly limit: number },
): Promise<readonly Candidate[]> {
  const { from, to } = beginning(of.beginning);
  return await selectSorted(handle, {
    ...{ book, last: to, limit: of.limit },
    name: of.after?.sort_name ?? from,
    id: of.after?.id ?? -1,
  });
}

interface WordRange {
  readonly book: number;
  readonly from: string;
  readonly to: string;
  /** 1: words of names; 0: all others. */
  readonly ofName: number;
}

const selectByWord = prepared(
  (
    handle,
    given: WordRange & { readonly name: string; readonly number: number; readonly limit: number },
  ) =>
    handle
      .selectFrom('contact_word')
      .select(['number', 'sort_name'])
      .where('book', '=', given.book)
      .where('of_name', '=', given.ofName)
      .where('word', '>=', given.from)
      .where('word', '<=', given.to)
      .where((eb) =>
        eb(eb.refTuple('sort_name', 'number'), '>', eb.tuple(given.name, given.number)),
      )
      .orderBy('sort_name')
      .orderBy('number')
      .limit(given.limit),
);

/** Contacts with a further word that begins so, in the order of lists; one with two words comes twice. */
export async function listByWord(
  handle: Handle,
  book: number,
  of: {
    readonly beginning: string;
    /** Words of names, or all others. */
    readonly ofName: boolean;
    readonly after: After;
    readonly limit: number;
  },
): Promise<readonly Candidate[]> {
  const rows = await selectByWord(handle, {
    ...{ book, ...beginning(of.beginning), ofName: of.ofName ? 1 : 0, limit: of.limit },
    name: of.after?.sort_name ?? '',
    number: of.after === undefined ? -1 : numberOf(of.after.id),
  });
  return rows.map(({ number, sort_name }) => ({ id: contactId(book, number), sort_name }));
}

const countByWord = prepared((handle, given: WordRange & { readonly limit: number }) =>
  handle
    .selectFrom((eb) =>
      eb
        .selectFrom('contact_word')
        .select('number')
        .where('book', '=', given.book)
        .where('of_name', '=', given.ofName)
        .where('word', '>=', given.from)
        .where('word', '<=', given.to)
        .limit(given.limit)
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count')),
);

const countByName = prepared(
  (
    handle,
    given: {
      readonly book: number;
      readonly from: string;
      readonly to: string;
      readonly limit: number;
    },
  ) =>
    handle
      .selectFrom((eb) =>
        eb
          .selectFrom('contact')
          .select('id')
          .where('book', '=', given.book)
          .where('sort_name', '>=', given.from)
          .where('sort_name', '<=', given.to)
          .limit(given.limit)
          .as('some'),
      )
      .select((eb) => eb.fn.countAll<number>().as('count')),
);

/** How many words in the index begin so, of names or all others; counted up to a limit. */
export async function countWords(
  handle: Handle,
  book: number,
  of: { readonly beginning: string; readonly ofName: boolean; readonly limit: number },
): Promise<number> {
  const range = { book, ...beginning(of.beginning), ofName: of.ofName ? 1 : 0 };
  const rows = await countByWord(handle, { ...range, limit: of.limit });
  return Number(rows[0]?.count ?? 0);
}

/** How many names of contacts begin so; counted up to a limit. */
export async function countNames(
  handle: Handle,
  book: number,
  of: { readonly beginning: string; readonly limit: number },
): Promise<number> {
  const rows = await countByName(handle, { book, ...beginning(of.beginning), limit: of.limit });
  return Number(rows[0]?.count ?? 0);
}

const selectByEnd = prepared(
  (
    handle,
    given: {
      readonly book: number;
      readonly from: string;
      readonly to: string;
      readonly limit: number;
    },
  ) =>
    handle
      .selectFrom('contact_number')
      .select('number')
      .where('book', '=', given.book)
      .where('reversed', '>=', given.from)
      .where('reversed', '<=', given.to)
      .limit(given.limit),
);

/** Ids of contacts with a number whose digits from the end begin so, in no order. */
export async function listByEnd(
  handle: Handle,
  book: number,
  of: { readonly reversed: string; readonly limit: number },
): Promise<readonly number[]> {
  const range = beginning(of.reversed);
  const rows = await selectByEnd(handle, { book, ...range, limit: of.limit });
  return [...new Set(rows.map(({ number }) => contactId(book, number)))];
}

/** Names and words of these contacts. */
export async function readWords(
  handle: Handle,
  ids: readonly number[],
): Promise<readonly Required<Candidate>[]> {
  return await bulkOf(handle).find<Required<Candidate>>(
    'contact',
    { key: [['id', 'bigint']], columns: ['id', 'sort_name', 'words'] },
    ids.map((id) => [id]),
  );
}
