import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { cut, furtherWords, withoutTopLevel, wordsOf } from '../words.ts';
import { numberWord, wordsText } from './words-text.ts';

/** What the tables keep of a contact; what `readEntry` makes of it again. */
export interface ContactEntry {
  /** The folded words of what it is called by; the order of lists. */
  readonly sortName: string;
  /** All that it is found by, as `words-text.ts` reads it. */
  readonly words: string;
  /** The contact itself as JSON. */
  readonly data: string;
}

/**
 * Raised when names are folded or numbers are read in another way: every contact is then written
 * anew when the CRM next tells of it.
 */
const READING = 3;

const LONGEST_SORT_NAME = 120;
const MOST_TOKENS = 96;
const MOST_EMAILS = 20;
const MOST_PHONES = 30;
const LONGEST_TEXT = 300;
const LONGEST_URL = 2_000;

/** What is kept of a contact. `country` is that of numbers without one, ISO 3166-1 alpha-2. */
export function toEntry(contact: ContactRecord, country: string, keys: NumberKeys): ContactEntry {
  const label = labelOf(contact);
  const sorted = wordsOf(label);
  const sortName = cut(sorted.join(' '), LONGEST_SORT_NAME);
  const named = new Set(sorted);
  for (const part of [contact.name, contact.firstname, contact.lastname]) {
    // As a rule the whole name has both.
    if (part !== undefined && !label.includes(part)) addWords(named, part);
  }
  for (const word of furtherWords(label)) named.add(word);
  const others = new Set<string>();
  addWords(others, contact.company);
  for (const word of furtherWords(contact.company ?? '')) others.add(word);
  for (const email of contact.emails.slice(0, MOST_EMAILS))
    addWords(others, withoutTopLevel(email));
  for (const word of named) others.delete(word);
  for (const phone of contact.phones.slice(0, MOST_PHONES)) addNumber(others, phone, country, keys);
  return {
    sortName,
    words: wordsText(few(named), few(others)),
    data: JSON.stringify({ reading: `${READING} ${country}`, ...dataOf(contact) }),
  };
}

/** The country by which the numbers of a kept contact were read. */
export function countryOf(data: string): string {
  return /^\{"reading":"\d+ ([A-Z]{2})"/.exec(data)?.[1] ?? '';
}

/**
 * A contact without what is not kept of it, so that of a hostile list nothing larger reaches the thread.
 * Most contacts come back as they are.
 */
export function trimContact(contact: ContactRecord): ContactRecord {
  const { emails, phones } = contact;
  const texts = [contact.name, contact.firstname, contact.lastname, contact.company];
  const others = [contact.companyId, contact.jobTitle];
  const isSmall =
    emails.length <= MOST_EMAILS &&
    phones.length <= MOST_PHONES &&
    (contact.url?.length ?? 0) <= LONGEST_URL &&
    [...texts, ...others, ...emails, ...phones].every((one) => (one?.length ?? 0) <= LONGEST_TEXT);
  return isSmall ? contact : { ...contact, ...dataOf(contact) };
}

/** What it is called by in lists: a contact without a name still has its place. */
function labelOf(contact: ContactRecord): string {
  const both = `${contact.firstname ?? ''} ${contact.lastname ?? ''}`;
  const candidates = [contact.name, both, contact.company, contact.emails[0], contact.phones[0]];
  return candidates.find((text) => text !== undefined && /\S/.test(text)) ?? '';
}

function addWords(words: Set<string>, text: string | undefined): void {
  if (text === undefined || text === '') return;
  for (const word of wordsOf(text)) words.add(word);
}

function addNumber(words: Set<string>, phone: string, country: string, keys: NumberKeys): void {
  for (const number of keys.numbersIn(cut(phone, LONGEST_TEXT), country)) {
    const { kind, digits, significant = digits } = keys.keyOf(number, country);
    if (kind !== 'anonymous' && kind !== 'none') words.add(numberWord(digits, significant));
  }
}

function few(words: ReadonlySet<string>): Iterable<string> {
  return words.size > MOST_TOKENS ? [...words].slice(0, MOST_TOKENS) : words;
}

/** The fields in one order, so that the same contact is the same text. */
function dataOf(contact: ContactRecord): Omit<ContactRecord, keyof ContactKey> {
  const { firstname, lastname, company, companyId, jobTitle, url } = contact;
  return {
    name: short(contact.name),
    ...(firstname === undefined ? {} : { firstname: short(firstname) }),
    ...(lastname === undefined ? {} : { lastname: short(lastname) }),
    ...(company === undefined ? {} : { company: short(company) }),
    ...(companyId === undefined ? {} : { companyId: short(companyId) }),
    ...(jobTitle === undefined ? {} : { jobTitle: short(jobTitle) }),
    emails: contact.emails.slice(0, MOST_EMAILS).map(short),
    phones: contact.phones.slice(0, MOST_PHONES).map(short),
    ...(url === undefined ? {} : { url: cut(url, LONGEST_URL) }),
  };
}

function short(text: string): string {
  return cut(text, LONGEST_TEXT);
}
