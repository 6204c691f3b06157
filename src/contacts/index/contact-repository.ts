import { sql } from 'kysely';

import type { Handle } from '../../store/handle.ts';
import { prepared, preparedRows } from '../../store/prepared.ts';
import type { ContactKey, ContactRecord } from '../contact-record.ts';
import { findBook } from './book-repository.ts';
import type { BookScope, IndexedContact } from './contact-index.ts';
import { contactId, findByKeys, KINDS, numberOf, placeOf } from './contact-rows-repository.ts';
import type { ContactRow } from './contact-rows-repository.ts';

/** Greater than any text that begins with what stands before it (the last code point of Unicode). */
export const LAST = '\u{10ffff}';
/** Owners of one number that are read at once: a switchboard has many. */
const PAGE_OF_OWNERS = 200;

/** A range of texts, as a rule of those that begin alike. */
export interface Beginning {
  readonly from: string;
  readonly to: string;
}

export function beginning(text: string): Beginning {
  return { from: text, to: `${text}${LAST}` };
}

/** A row of an index of contacts names its contact by book and number. */
const IS_CONTACT = {
  contact_number: sql<boolean>`contact.id = contact_number.book * 4294967296 + contact_number.number`,
  contact_word: sql<boolean>`contact.id = contact_word.book * 4294967296 + contact_word.number`,
};

/** What a contact is told by: the texts that searches look at stay where they are. */
export type OwnerRow = Pick<
  ContactRow,
  'id' | 'kind' | 'contact_type' | 'crm_id' | 'made' | 'changed_at' | 'data'
>;
const OWNER_COLUMNS = [
  ...(['contact.id', 'contact.kind', 'contact.contact_type', 'contact.crm_id'] as const),
  ...(['contact.made', 'contact.changed_at', 'contact.data'] as const),
];

const selectOwners = prepared(
  (handle, given: { readonly book: number; readonly after: number } & Beginning) =>
    handle
      .selectFrom('contact_number')
      .innerJoin('contact', (join) => join.on(IS_CONTACT.contact_number))
      .select(OWNER_COLUMNS)
      .where('contact_number.book', '=', given.book)
      .where('contact_number.reversed', '>=', given.from)
      .where('contact_number.reversed', '<=', given.to)
      .where('contact_number.number', '>', given.after)
      .orderBy('contact_number.number')
      .limit(PAGE_OF_OWNERS),
);

/** One statement finds the book, too: a phone rings meanwhile. */
const selectExactOwners = prepared(
  (handle, given: BookScope & { readonly reversed: string; readonly after: number }) =>
    handle
      .selectFrom('contact_book')
      .innerJoin('contact_number', 'contact_number.book', 'contact_book.id')
      .innerJoin('contact', (join) => join.on(IS_CONTACT.contact_number))
      .select(OWNER_COLUMNS)
      .where('contact_book.connection_id', '=', given.connectionId)
      .where('contact_book.organization_id', '=', given.organizationId)
      .where('contact_number.reversed', '=', given.reversed)
      .where('contact_number.number', '>', given.after)
      .orderBy('contact_number.number')
      .limit(PAGE_OF_OWNERS),
);

const selectOwnersOfAny = preparedRows(
  (
    handle,
    given: readonly {
      readonly book: number;
      readonly reversed: string;
      readonly after: number;
    }[],
  ) =>
    handle
      .selectFrom('contact_number')
      .innerJoin('contact', (join) => join.on(IS_CONTACT.contact_number))
      .select(OWNER_COLUMNS)
      .where((on) =>
        on.or(
          given.map(({ book, reversed, after }) =>
            on.and([
              on('contact_number.book', '=', book),
              on('contact_number.reversed', '=', reversed),
              on('contact_number.number', '>', after),
            ]),
          ),
        ),
      )
      .orderBy('contact_number.number')
      .limit(PAGE_OF_OWNERS),
);

const selectBook = prepared((handle, given: BookScope) =>
  handle
    .selectFrom('contact_book')
    .select('id')
    .where('connection_id', '=', given.connectionId)
    .where('organization_id', '=', given.organizationId),
);

/** The id of a connection's book. */
export async function findBookId(handle: Handle, of: BookScope): Promise<number | undefined> {
  const { organizationId, connectionId } = of;
  return (await selectBook(handle, { organizationId, connectionId }))[0]?.id;
}

/** Contacts that share digits, the one that was known first in front. */
export interface Owners {
  readonly rows: readonly OwnerRow[];
  /** There are more than were to be read. */
  readonly more: boolean;
}

/** Contacts of a connection with a number whose digits from the end are these, `most` or some more. */
export async function findOwners(
  handle: Handle,
  { organizationId, connectionId }: BookScope,
  of: { readonly reversed: string; readonly most: number },
): Promise<Owners> {
  const { reversed } = of;
  return await readOwners(of.most, (after) =>
    selectExactOwners(handle, { organizationId, connectionId, reversed, after }),
  );
}

/** Reads page after page, until there are no more or enough. */
async function readOwners(
  most: number,
  read: (after: number) => Promise<readonly OwnerRow[]>,
): Promise<Owners> {
  const rows: OwnerRow[] = [];
  let after = -1;
  for (;;) {
    const page = await read(after);
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_OF_OWNERS) return { rows, more: false };
    if (rows.length >= most) return { rows, more: true };
    after = numberOf(last.id);
  }
}

/** Contacts with any of a few numbers, `most` or some more; one may come twice. */
export async function findOwnersOfAny(
  handle: Handle,
  book: number,
  of: { readonly reversed: readonly string[]; readonly most: number },
): Promise<Owners> {
  if (of.reversed.length === 0) return { rows: [], more: false };
  return await readOwners(of.most, (after) =>
    selectOwnersOfAny(
      handle,
      of.reversed.map((reversed) => ({ book, reversed, after })),
    ),
  );
}

/** Contacts with a number whose digits from the end begin so, `most` or some more; one may come twice. */
export async function findOwnersBy(
  handle: Handle,
  book: number,
  of: { readonly reversed: string; readonly most: number },
): Promise<Owners> {
  return await readOwners(of.most, (after) =>
    selectOwners(handle, { book, after, ...beginning(of.reversed) }),
  );
}

/** Ids of contacts that have this word, in their name or elsewhere. */
export async function findIdsByWord(
  handle: Handle,
  of: { readonly book: number; readonly word: string; readonly limit: number },
): Promise<readonly number[]> {
  const { book, word, limit } = of;
  const posted = await handle
    .selectFrom('contact_word')
    .select('number')
    .where('book', '=', book)
    .where('kind', 'in', [placeOf('name'), placeOf('other')])
    .where('word', '=', word)
    .limit(limit)
    .execute();
  // The first word of a name is no row of its own.
  const { from, to } = beginning(word);
  const named = await handle
    .selectFrom('contact')
    .select('id')
    .where('book', '=', book)
    .where('sort_name', '>=', from)
    .where('sort_name', '<=', to)
    .limit(limit)
    .execute();
  return [
    ...new Set([
      ...posted.map(({ number }) => contactId(book, number)),
      ...named.map(({ id }) => id),
    ]),
  ];
}

/** Names of companies by their ids, of whatever kind of record they are. */
export async function findCompanyNames(
  handle: Handle,
  of: BookScope,
  crmIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const book = await findBook(handle, of);
  if (book === undefined) return names;
  const kind = KINDS.indexOf('company');
  let type: string | undefined = '';
  for (let turn = 0; turn < MOST_TYPES && type !== undefined; turn += 1) {
    const contactType: string = type;
    const keys = crmIds.map((crmId) => ({ kind: 'company', contactType, crmId }) as const);
    for (const row of await findByKeys(handle, book.id, keys)) {
      const { name } = recordOf(row);
      if (!names.has(row.crm_id)) names.set(row.crm_id, name);
    }
    const next = await handle
      .selectFrom('contact')
      .select('contact_type')
      .where('book', '=', book.id)
      .where('kind', '=', kind)
      .where('contact_type', '>', contactType)
      .orderBy('contact_type')
      .limit(1)
      .executeTakeFirst();
    type = next?.contact_type;
  }
  return names;
}

/** Kinds of record that a document lists companies by. */
const MOST_TYPES = 10;

/** A row as the contact that it is of. */
export function contactOf(row: OwnerRow, connectionId: string): IndexedContact {
  return {
    ...recordOf(row),
    connectionId,
    source: row.made === 1 ? 'made' : 'crm',
    changedAt: row.changed_at,
  };
}

function recordOf(row: OwnerRow): ContactRecord {
  // `contact-entry.ts` wrote this JSON.
  const { reading: _, ...data } = JSON.parse(row.data) as Omit<ContactRecord, keyof ContactKey> & {
    readonly reading: string;
  };
  const kind = KINDS[row.kind] ?? 'person';
  return { kind, contactType: row.contact_type, crmId: row.crm_id, ...data };
}
