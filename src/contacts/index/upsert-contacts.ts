import type { Handle } from '../../store/handle.ts';
import { keyText } from '../contact-record.ts';
import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { toEntry } from './contact-entry.ts';
import type { ContactEntry } from './contact-entry.ts';
import {
  contactId,
  findByKeys,
  insertContacts,
  insertNumbers,
  insertWords,
  KINDS,
  numberOf,
  placeOf,
  removeContacts,
  removeNumbers,
  removeWords,
  updateContacts,
} from './contact-rows-repository.ts';
import type { ContactRow, NumberRow, WordRow } from './contact-rows-repository.ts';
import { postingsOf, reversedNumbers } from './words-text.ts';

/** A contact as it is written: its key, and what is kept of it. */
export interface WrittenContact extends ContactKey {
  readonly entry: ContactEntry;
}

export interface UpsertPlace {
  readonly book: number;
  /** The number of the next contact of the book. */
  readonly nextNumber: number;
  readonly made: boolean;
  readonly now: number;
}

export interface Upserted {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** People and companies among those that were added. */
  readonly addedOf: readonly [people: number, companies: number];
  /** Numbers of all of them, by kind. */
  readonly numbersOf: readonly [people: readonly number[], companies: readonly number[]];
}

/** Longer ids are of no CRM, and no index takes them. */
const LONGEST_ID = 500;

/** Contacts of a batch by their keys: of two with one key the later. */
export type WrittenContacts = Map<string, WrittenContact>;

/** Adds what is to be written of records; returns how many have no usable id and are left out. */
export function readContacts(
  records: readonly ContactRecord[],
  given: { readonly country: string; readonly keys: NumberKeys; readonly into: WrittenContacts },
): number {
  let leftOut = 0;
  for (const record of records) {
    const key = cleanKey(record);
    if (isUsable(key)) {
      const entry = toEntry(record, given.country, given.keys);
      given.into.set(keyText(key), { ...key, entry });
    } else {
      leftOut += 1;
    }
  }
  return leftOut;
}

/** A key as the tables have it. */
export function cleanKey({ kind, contactType, crmId }: ContactKey): ContactKey {
  return { kind, contactType: clean(contactType), crmId: clean(crmId) };
}

function isUsable({ contactType, crmId }: ContactKey): boolean {
  return crmId !== '' && crmId.length <= LONGEST_ID && contactType.length <= LONGEST_ID;
}

/** PostgreSQL keeps no NUL and no half of a character. */
function clean(text: string): string {
  return text.includes('\u0000') || !text.isWellFormed()
    ? text.replaceAll('\u0000', '\ufffd').toWellFormed()
    : text;
}

/** Writes contacts: new ones with their words and numbers, changed ones with what changed of these. */
export async function upsertContacts(
  handle: Handle,
  place: UpsertPlace,
  contacts: readonly WrittenContact[],
): Promise<Upserted> {
  const sorted = contacts.toSorted(byKeyOrder);
  const known = new Map<string, ContactRow>();
  for (const row of await findByKeys(handle, place.book, sorted)) {
    known.set(keyText(keyOf(row)), row);
  }
  const changes = new Changes(place);
  for (const contact of contacts) changes.add(contact, known.get(keyText(contact)));
  await changes.write(handle);
  return changes.upserted();
}

/** Removes contacts with their words and numbers. */
export async function forgetContacts(
  handle: Handle,
  book: number,
  rows: readonly Pick<ContactRow, 'id' | 'sort_name' | 'words'>[],
): Promise<number> {
  const words = rows.flatMap(wordRows);
  const numbers = rows.flatMap(numberRows);
  await removeWords(handle, book, words.toSorted(byWord));
  await removeNumbers(handle, book, numbers.toSorted(byReversed));
  return await removeContacts(
    handle,
    rows.map(({ id }) => id),
  );
}

export function keyOf(row: Pick<ContactRow, 'kind' | 'contact_type' | 'crm_id'>): ContactKey {
  return {
    kind: KINDS[row.kind] ?? 'person',
    contactType: row.contact_type,
    crmId: row.crm_id,
  };
}

/** What a batch does to the tables. */
class Changes {
  readonly #place: UpsertPlace;
  readonly #inserted: ContactRow[] = [];
  readonly #updated: ContactRow[] = [];
  readonly #words: WordRow[] = [];
  readonly #goneWords: WordRow[] = [];
  readonly #numbers: NumberRow[] = [];
  readonly #goneNumbers: NumberRow[] = [];
  readonly #numbersOf: [number[], number[]] = [[], []];
  readonly #addedOf: [number, number] = [0, 0];
  #changed = 0;
  #unchanged = 0;

  constructor(place: UpsertPlace) {
    this.#place = place;
  }

  add(contact: WrittenContact, known: ContactRow | undefined): void {
    const { book, made, now, nextNumber } = this.#place;
    const kind = contact.kind === 'person' ? 0 : 1;
    const { sortName, words, data } = contact.entry;
    const number = known === undefined ? nextNumber + this.#inserted.length : numberOf(known.id);
    this.#numbersOf[kind].push(number);
    if (known !== undefined && known.data === data) {
      this.#unchanged += 1;
      // The CRM tells of what we made.
      if (known.made === 1 && !made) this.#updated.push({ ...known, made: 0 });
      return;
    }
    const row: ContactRow = {
      ...{ id: contactId(book, number), book, kind },
      contact_type: contact.contactType,
      crm_id: contact.crmId,
      ...{ made: made ? 1 : 0, changed_at: now, sort_name: sortName, words, data },
    };
    if (known === undefined) {
      this.#addedOf[kind] += 1;
      this.#inserted.push(row);
      this.#words.push(...wordRows(row));
      this.#numbers.push(...numberRows(row));
      return;
    }
    this.#changed += 1;
    this.#updated.push(row);
    this.#compare(known, row);
  }

  #compare(before: ContactRow, after: ContactRow): void {
    if (before.words === after.words && before.sort_name === after.sort_name) return;
    const sameWord = (row: WordRow): string => `${row.word} ${row.kind} ${row.sortName}`;
    const [goneWords, newWords] = difference(wordRows(before), wordRows(after), sameWord);
    this.#goneWords.push(...goneWords);
    this.#words.push(...newWords);
    const sameNumber = (row: NumberRow): string => row.reversed;
    const [gone, added] = difference(numberRows(before), numberRows(after), sameNumber);
    this.#goneNumbers.push(...gone);
    this.#numbers.push(...added);
  }

  /** What goes goes first: a word may stand in another way. */
  async write(handle: Handle): Promise<void> {
    const { book } = this.#place;
    await removeWords(handle, book, this.#goneWords.toSorted(byWord));
    await removeNumbers(handle, book, this.#goneNumbers.toSorted(byReversed));
    await updateContacts(handle, this.#updated);
    await insertContacts(handle, this.#inserted);
    await insertWords(handle, book, this.#words.sort(byWord));
    await insertNumbers(handle, book, this.#numbers.sort(byReversed));
  }

  upserted(): Upserted {
    return {
      added: this.#inserted.length,
      changed: this.#changed,
      unchanged: this.#unchanged,
      addedOf: this.#addedOf,
      numbersOf: this.#numbersOf,
    };
  }
}

function wordRows(row: Pick<ContactRow, 'id' | 'sort_name' | 'words'>): readonly WordRow[] {
  const number = numberOf(row.id);
  const sortName = row.sort_name;
  return postingsOf(row.words).map(({ word, kind }) => ({ word, number, kind, sortName }));
}

function numberRows(row: Pick<ContactRow, 'id' | 'words'>): readonly NumberRow[] {
  const number = numberOf(row.id);
  return reversedNumbers(row.words).map((reversed) => ({ reversed, number }));
}

function difference<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (row: T) => string,
): readonly [gone: readonly T[], added: readonly T[]] {
  const earlier = new Set(before.map(nameOf));
  const later = new Set(after.map(nameOf));
  return [
    before.filter((row) => !later.has(nameOf(row))),
    after.filter((row) => !earlier.has(nameOf(row))),
  ];
}

function byKeyOrder(a: ContactKey, b: ContactKey): number {
  return (
    order(a.kind === 'person' ? 0 : 1, b.kind === 'person' ? 0 : 1) ||
    order(a.contactType, b.contactType) ||
    order(a.crmId, b.crmId)
  );
}

function byWord(a: WordRow, b: WordRow): number {
  return (
    placeOf(a.kind) - placeOf(b.kind) ||
    order(a.word, b.word) ||
    order(a.sortName, b.sortName) ||
    a.number - b.number
  );
}

function byReversed(a: NumberRow, b: NumberRow): number {
  return order(a.reversed, b.reversed) || a.number - b.number;
}

function order(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
