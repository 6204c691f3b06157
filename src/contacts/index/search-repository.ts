import { bulkOf } from '../../store/bulk.ts';
import type { Handle } from '../../store/handle.ts';
import { prepared } from '../../store/prepared.ts';
import { beginning, LAST } from './contact-repository.ts';
import type { Beginning } from './contact-repository.ts';
import { contactId } from './contact-rows-repository.ts';

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

/** Contacts whose names are between two texts, in the order of lists. */
export async function listByName(
  handle: Handle,
  book: number,
  of: Beginning & { readonly after: After; readonly limit: number },
): Promise<readonly Candidate[]> {
  return await selectSorted(handle, {
    ...{ book, last: of.to, limit: of.limit },
    name: of.after?.sort_name ?? of.from,
    id: of.after?.id ?? -1,
  });
}

const selectPlace = prepared(
  (
    handle,
    given: {
      readonly book: number;
      readonly name: string;
      readonly id: number;
      readonly skip: number;
    },
  ) =>
    handle
      .selectFrom('contact')
      .select(['id', 'sort_name'])
      .where('book', '=', given.book)
      .where((eb) => eb(eb.refTuple('sort_name', 'id'), '>', eb.tuple(given.name, given.id)))
      .orderBy('sort_name')
      .orderBy('id')
      .limit(1)
      .offset(given.skip),
);

/** The contact so many places behind this one, in the order of lists; undefined: there are not so many. */
export async function findPlace(
  handle: Handle,
  book: number,
  of: { readonly after: After; readonly places: number },
): Promise<After> {
  const [row] = await selectPlace(handle, {
    ...{ book, skip: of.places - 1 },
    ...{ name: of.after?.sort_name ?? '', id: of.after?.id ?? -1 },
  });
  return row;
}

type Patterns = Readonly<Partial<Record<`pattern${number}`, string>>>;

const selectMatching = prepared(
  (
    handle,
    given: Patterns & {
      readonly book: number;
      readonly name: string;
      readonly id: number;
      readonly lastName: string;
      readonly lastId: number;
      readonly limit: number;
    },
  ) => {
    let rows = handle
      .selectFrom('contact')
      .select(['id', 'sort_name', 'words'])
      .where('book', '=', given.book)
      .where((eb) => eb(eb.refTuple('sort_name', 'id'), '>', eb.tuple(given.name, given.id)))
      .where((eb) =>
        eb(eb.refTuple('sort_name', 'id'), '<=', eb.tuple(given.lastName, given.lastId)),
      );
    for (let at = 0; ; at += 1) {
      const pattern = given[`pattern${at}`];
      if (pattern === undefined) break;
      rows = rows.where('words', 'like', pattern);
    }
    return rows.orderBy('sort_name').orderBy('id').limit(given.limit);
  },
);

/**
 * Contacts behind one and up to another, in the order of lists, whose words are like all patterns
 * (of SQL's `like`, of small letters); the first ones only.
 */
export async function listMatching(
  handle: Handle,
  book: number,
  of: {
    readonly after: After;
    readonly until: After;
    readonly patterns: readonly string[];
    readonly limit: number;
  },
): Promise<readonly Required<Candidate>[]> {
  const { after, until } = of;
  return await selectMatching(handle, {
    ...{ book, limit: of.limit },
    ...{ name: after?.sort_name ?? '', id: after?.id ?? -1 },
    ...{ lastName: until?.sort_name ?? LAST, lastId: until?.id ?? Number.MAX_SAFE_INTEGER },
    ...Object.fromEntries(of.patterns.map((pattern, at) => [`pattern${at}`, pattern])),
  });
}

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

/** How many names of contacts are between two texts; counted up to a limit. */
export async function countNames(
  handle: Handle,
  book: number,
  of: Beginning & { readonly limit: number },
): Promise<number> {
  const rows = await countByName(handle, { ...of, book });
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
