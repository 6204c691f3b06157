import { createHmac } from 'node:crypto';

import type { CallFacts } from '../call-facts.ts';
import type { LaneMemory } from '../call-values.ts';
import { contactKey } from '../made-contacts.ts';

/** In place of a number of somebody who was erased. */
export const ERASED = 'erased';

/** Who is to be erased, as digests; made by `digestsOf`. */
export interface Person {
  readonly organizationId: string;
  readonly digests: ReadonlySet<string>;
  /** Countries of the organization's connections, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}

export interface NamedPerson {
  readonly number?: string | undefined;
  readonly contact?:
    | { readonly connectionId: string; readonly contactId: string; readonly contactType?: string }
    | undefined;
}

/** Knows people by digests under a key: HMAC-SHA-256, of each organization its own. */
export interface PersonDigests {
  of(organizationId: string, countries: readonly string[], person: NamedPerson): readonly string[];
  hasNumber(person: Person, number: string | undefined): boolean;
  hasContact(person: Person, connectionId: string, contact: LaneMemory['contact']): boolean;
}

export function createPersonDigests(key: Uint8Array): PersonDigests {
  const digest = (organizationId: string, ...parts: readonly string[]): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([organizationId, ...parts]))
      .digest('base64url');
  const ofNumber = (organizationId: string, countries: readonly string[], number: string) => {
    const keys = countries.map((country) => contactKey(number, country));
    const known = new Set(keys.filter((one) => one !== undefined));
    return [...known].map((one) => digest(organizationId, 'number', one));
  };
  return {
    of: (organizationId, countries, { number, contact }) => [
      ...(number === undefined ? [] : ofNumber(organizationId, countries, number)),
      ...(contact === undefined
        ? []
        : [
            digest(
              ...[organizationId, 'contact', contact.connectionId],
              ...[contact.contactType ?? '', contact.contactId],
            ),
          ]),
    ],
    hasNumber: ({ organizationId, digests, countries }, number) =>
      number !== undefined &&
      number !== ERASED &&
      ofNumber(organizationId, countries, number).some((one) => digests.has(one)),
    hasContact: ({ organizationId, digests }, connectionId, contact) => {
      const id = first(contact?.['contact_id']);
      if (id === undefined) return false;
      const types = ['', first(contact?.['contact_type']) ?? ''];
      return types.some((type) =>
        digests.has(digest(organizationId, 'contact', connectionId, type, id)),
      );
    },
  };
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
