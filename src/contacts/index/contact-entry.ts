import type { ContactRecord } from '../contact-record.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { cut, furtherWords, wordsOf } from '../words.ts';
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
const READING = 1;

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
  return { sortName, words: wordsText(few(named), few(others)), data: dataOf(contact, country) };
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

/** Nobody looks for people by `com`. */
function withoutTopLevel(email: string): string {
  return email.replace(/(@.+)\.[^.@]*$/, '$1');
}

function addNumber(words: Set<string>, phone: string, country: string, keys: NumberKeys): void {
  const { kind, digits, significant = digits } = keys.keyOf(cut(phone, LONGEST_TEXT), country);
  if (kind === 'anonymous' || kind === 'none') return;
  words.add(numberWord(digits, significant));
}

function few(words: ReadonlySet<string>): Iterable<string> {
  return words.size > MOST_TOKENS ? [...words].slice(0, MOST_TOKENS) : words;
}

/** The fields in one order, so that the same contact is the same text. */
function dataOf(contact: ContactRecord, country: string): string {
  return JSON.stringify({
    reading: `${READING} ${country}`,
    name: text(contact.name),
    firstname: text(contact.firstname),
    lastname: text(contact.lastname),
    company: text(contact.company),
    companyId: text(contact.companyId),
    jobTitle: text(contact.jobTitle),
    emails: contact.emails.slice(0, MOST_EMAILS).map((email) => cut(email, LONGEST_TEXT)),
    phones: contact.phones.slice(0, MOST_PHONES).map((phone) => cut(phone, LONGEST_TEXT)),
    url: contact.url === undefined ? undefined : cut(contact.url, LONGEST_URL),
  });
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : cut(value, LONGEST_TEXT);
}
