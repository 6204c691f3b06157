import type { BulkColumn, BulkRow } from '../../store/bulk.ts';
import { bulkOf } from '../../store/bulk.ts';
import type { Handle } from '../../store/handle.ts';
import type { ContactKey } from '../contact-record.ts';
import type { WordKind } from './words-text.ts';

/** Numbers of a book begin anew in each: the id of a contact holds both. */
const BOOK_SIZE = 2 ** 32;

export const KINDS = ['person', 'company'] as const;

/** The kind of a word as its rows have it. */
export function placeOf(kind: WordKind): number {
  return WORD_KINDS.indexOf(kind);
}

const WORD_KINDS: readonly WordKind[] = ['other', 'name', 'initial'];

/** A contact's row; `number` is its place in the book. */
export interface ContactRow {
  readonly id: number;
  readonly book: number;
  readonly kind: number;
  readonly contact_type: string;
  readonly crm_id: string;
  readonly made: number;
  readonly changed_at: number;
  readonly sort_name: string;
  readonly words: string;
  readonly data: string;
}

export interface WordRow {
  readonly word: string;
  readonly number: number;
  readonly kind: WordKind;
  readonly sortName: string;
}

export interface NumberRow {
  readonly reversed: string;
  readonly number: number;
}

export function contactId(book: number, number: number): number {
  return book * BOOK_SIZE + number;
}

export function numberOf(id: number): number {
  return id % BOOK_SIZE;
}

/** A batch has a hundred thousand words: they become values some at a time. */
const SLICE = 5_000;

const COLUMNS: readonly BulkColumn[] = [
  ['id', 'bigint'],
  ['book', 'integer'],
  ['kind', 'integer'],
  ['contact_type', 'text'],
  ['crm_id', 'text'],
  ['made', 'integer'],
  ['changed_at', 'bigint'],
  ['sort_name', 'text'],
  ['words', 'text'],
  ['data', 'text'],
];
const KEY: readonly BulkColumn[] = [
  ['book', 'integer'],
  ['kind', 'integer'],
  ['contact_type', 'text'],
  ['crm_id', 'text'],
];
const ID: readonly BulkColumn[] = [['id', 'bigint']];
const WORD_KEY: readonly BulkColumn[] = [
  ['book', 'integer'],
  ['kind', 'integer'],
  ['word', 'text'],
  ['sort_name', 'text'],
  ['number', 'integer'],
];
const NUMBER_KEY: readonly BulkColumn[] = [
  ['book', 'integer'],
  ['reversed', 'text'],
  ['number', 'integer'],
];

/** The contacts of these keys that a book has. */
export async function findByKeys(
  handle: Handle,
  book: number,
  keys: readonly ContactKey[],
): Promise<readonly ContactRow[]> {
  const columns = COLUMNS.map(([name]) => name);
  return await bulkOf(handle).find<ContactRow>(
    'contact',
    { key: KEY, columns },
    keys.map(({ kind, contactType, crmId }) => [book, KINDS.indexOf(kind), contactType, crmId]),
  );
}

/** The contacts of these ids that exist. */
export async function findByIds(
  handle: Handle,
  ids: readonly number[],
): Promise<readonly ContactRow[]> {
  const columns = COLUMNS.map(([name]) => name);
  const keys = ids.map((id) => [id]);
  return await bulkOf(handle).find<ContactRow>('contact', { key: ID, columns }, keys);
}

/** Some contacts of a book whose content was last told before a moment. */
export async function findOlder(
  handle: Handle,
  of: { readonly book: number; readonly before: number; readonly limit: number },
): Promise<readonly ContactRow[]> {
  return await handle
    .selectFrom('contact')
    .selectAll()
    .where('book', '=', of.book)
    .where('changed_at', '<', of.before)
    .limit(of.limit)
    .execute();
}

export async function insertContacts(handle: Handle, rows: readonly ContactRow[]): Promise<void> {
  const values = rows.map((row): BulkRow => [
    ...[row.id, row.book, row.kind, row.contact_type, row.crm_id, row.made, row.changed_at],
    ...[row.sort_name, row.words, row.data],
  ]);
  await bulkOf(handle).insert('contact', COLUMNS, values);
}

/** Writes anew what can change of contacts; their keys stay. */
export async function updateContacts(handle: Handle, rows: readonly ContactRow[]): Promise<void> {
  const values = rows.map((row): BulkRow => [
    row.id,
    row.made,
    row.changed_at,
    row.sort_name,
    row.words,
    row.data,
  ]);
  await bulkOf(handle).update('contact', { key: ID, set: COLUMNS.slice(5) }, values);
}

export async function removeContacts(handle: Handle, ids: readonly number[]): Promise<number> {
  return await bulkOf(handle).remove(
    'contact',
    ID,
    ids.map((id) => [id]),
  );
}

/** Rows in the order of their keys; so for all that follow. */
export async function insertWords(
  handle: Handle,
  book: number,
  rows: readonly WordRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += SLICE) {
    const values = rows.slice(from, from + SLICE).map((row) => wordKey(book, row));
    await bulkOf(handle).insert('contact_word', WORD_KEY, values);
  }
}

export async function removeWords(
  handle: Handle,
  book: number,
  rows: readonly WordRow[],
): Promise<void> {
  const keys = rows.map((row) => wordKey(book, row));
  await bulkOf(handle).remove('contact_word', WORD_KEY, keys);
}

function wordKey(book: number, { kind, word, sortName, number }: WordRow): BulkRow {
  return [book, placeOf(kind), word, sortName, number];
}

export async function insertNumbers(
  handle: Handle,
  book: number,
  rows: readonly NumberRow[],
): Promise<void> {
  const values = rows.map((row): BulkRow => [book, row.reversed, row.number]);
  await bulkOf(handle).insert('contact_number', NUMBER_KEY, values);
}

export async function removeNumbers(
  handle: Handle,
  book: number,
  rows: readonly NumberRow[],
): Promise<void> {
  const keys = rows.map((row): BulkRow => [book, row.reversed, row.number]);
  await bulkOf(handle).remove('contact_number', NUMBER_KEY, keys);
}
