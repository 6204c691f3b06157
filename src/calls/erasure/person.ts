import { createHmac, createSecretKey } from 'node:crypto';

import type { CallFacts } from '../call-facts.ts';
import type { LaneMemory } from '../call-values.ts';
import { cleanNumber } from '../../contacts/clean-number.ts';
import type { NumberKeys } from '../../contacts/number-keys/number-key.ts';
import { createNumberNames } from './number-names.ts';

/** In place of a number of somebody who was erased. */
export const ERASED = 'erased';

/** Who is to be erased, as digests; made by `PersonDigests`. */
export interface Person {
  readonly organizationId: string;
  readonly digests: ReadonlySet<string>;
  /** Countries of the organization's connections, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}

export interface NamedContact {
  readonly connectionId: string;
  readonly contactId: string;
  /** Absent: of any kind. */
  readonly contactType?: string | undefined;
}

/** Somebody by all that they are known by. */
export interface NamedPerson {
  readonly numbers: readonly string[];
  readonly contacts: readonly NamedContact[];
}

/**
 * Knows people by digests under a key: HMAC-SHA-256, of each organization its own. A number is the person's
 * in each spelling by which the index of contacts would find them for sure.
 */
export interface PersonDigests {
  of(organizationId: string, countries: readonly string[], person: NamedPerson): readonly string[];
  /** One digest of what was asked for: the same for the same wish. */
  ofWish(organizationId: string, countries: readonly string[], person: NamedPerson): string;
  hasNumber(person: Person, number: string | undefined): boolean;
  hasContact(person: Person, connectionId: string, contact: LaneMemory['contact']): boolean;
}

/** Last digits of a number, which are the same in every way to write it. */
const TAIL_DIGITS = 6;

export function createPersonDigests(key: Uint8Array, keys: NumberKeys): PersonDigests {
  const names = createNumberNames(keys);
  // As a key object it is prepared once, and not for each digest anew.
  const secret = createSecretKey(key);
  const digest = (organizationId: string, ...parts: readonly string[]): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([organizationId, ...parts]))
      .digest('base64url');
  const ofName = (organizationId: string, name: string): string =>
    digest(organizationId, 'number', name);
  const ofTail = (organizationId: string, digits: string): string =>
    digest(organizationId, 'tail', tailOf(digits));
  const ofNumber = (organizationId: string, countries: readonly string[], number: string) => {
    const known = [...names.of(number, countries)];
    const ends = [cleanNumber(number) ?? number, ...known];
    return [
      ...known.map((name) => ofName(organizationId, name)),
      ...ends.map((digits) => ofTail(organizationId, digits)),
    ];
  };
  const ofContact = (organizationId: string, one: NamedContact): string =>
    digest(organizationId, 'contact', one.connectionId, one.contactType ?? '', one.contactId);
  return {
    of: (organizationId, countries, { numbers, contacts }) => {
      const all = [
        ...numbers.flatMap((number) => ofNumber(organizationId, countries, number)),
        ...contacts.map((contact) => ofContact(organizationId, contact)),
      ];
      return [...new Set(all)];
    },
    ofWish: (organizationId, countries, { numbers, contacts }) => {
      const parts = [
        ...numbers.flatMap((number) => ofNumber(organizationId, countries, number)),
        ...contacts.map((contact) => ofContact(organizationId, contact)),
      ];
      return digest(organizationId, 'wish', ...new Set(parts.toSorted()));
    },
    hasNumber: ({ organizationId, digests, countries }, number) => {
      if (number === undefined || number === ERASED) return false;
      const mayBe = (digits: string): boolean => digests.has(ofTail(organizationId, digits));
      const known = names.of(number, countries, mayBe);
      return [...known].some((name) => digests.has(ofName(organizationId, name)));
    },
    hasContact: ({ organizationId, digests }, connectionId, contact) => {
      const contactId = first(contact?.['contact_id']);
      if (contactId === undefined) return false;
      const types = new Set(['', first(contact?.['contact_type']) ?? '']);
      return [...types].some((contactType) =>
        digests.has(ofContact(organizationId, { connectionId, contactType, contactId })),
      );
    },
  };
}

function tailOf(number: string): string {
  return number.replaceAll(/\D/gu, '').slice(-TAIL_DIGITS);
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

export type Side = 'callingNumber' | 'calledNumber';

/** Whether the number that stands on a side of a call is the person's. */
export type IsPerson = (side: Side, number: string) => boolean;

/**
 * The numbers of a call that go with a person who had it: their own, and that of the other side, which
 * is the person also where the contact alone tells it.
 */
export function isPersonIn(
  facts: Pick<CallFacts, 'direction' | 'callingNumber'>,
  hasNumber: (number: string) => boolean,
): IsPerson {
  const { direction, callingNumber } = facts;
  const isCaller = direction === undefined ? callingNumber !== undefined : direction === 'inbound';
  const other: Side = isCaller ? 'callingNumber' : 'calledNumber';
  return (side, number) => side === other || hasNumber(number);
}

/** Members of facts and of events that tell of the other side, or were typed about the call. */
type Told = Partial<
  Pick<
    CallFacts,
    'callingNumber' | 'calledNumber' | 'subject' | 'description' | 'contactId' | 'contactType'
  >
>;

/**
 * What is kept of the facts of a call, or of one of its events: without the person's number, contact and
 * whatever was typed; times, extensions and the organization's own number stay.
 */
export function withoutPerson<T extends Told>(told: T, isPerson: IsPerson): T {
  const {
    subject: _subject,
    description: _text,
    contactId: _id,
    contactType: _type,
    ...kept
  } = told;
  const mark = (side: Side, number: string): string => (isPerson(side, number) ? ERASED : number);
  const erased: Told = {
    ...(told.callingNumber === undefined
      ? {}
      : { callingNumber: mark('callingNumber', told.callingNumber) }),
    ...(told.calledNumber === undefined
      ? {}
      : { calledNumber: mark('calledNumber', told.calledNumber) }),
  } as Told;
  // All members that are left out are optional, so it is still what it was.
  return { ...kept, ...erased } as T;
}

/** Digits in a row that may be a number: ids of some phone systems hold that of the caller. */
const NUMBERS = /\+?\d{7,15}/gu;

/** A text with the person's numbers taken out, where they stand as digits in a row. */
export function withoutNumbers(text: string, hasNumber: (number: string) => boolean): string {
  return text.replaceAll(NUMBERS, (number) => (hasNumber(number) ? ERASED : number));
}
