import type { NamedContact, NamedPerson } from '../calls/erasure/person.ts';
import type { IndexedContact, NumberHit } from '../contacts/index/contact-index.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import type { NumberKeys } from '../contacts/number-keys/number-key.ts';
import type { PipelineConnection } from './connection-book.ts';

/** Somebody who is to be erased, with all that the copies of their CRMs' contacts tell of them. */
export interface KnownPerson {
  readonly person: NamedPerson;
  /** Records of the person. */
  readonly contacts: readonly IndexedContact[];
  /** Numbers of these records that somebody else has, too: they are not the person's alone. */
  readonly shared: readonly string[];
  /** Records whose numbers only end alike, or may be of another country: nothing of them goes. */
  readonly similar: readonly IndexedContact[];
}

interface Deps {
  readonly index: Pick<OpenContactIndex, 'byNumber' | 'ofId'> | undefined;
  readonly keys: NumberKeys;
}

/** From a record to its numbers, to the records of the person in other CRMs, to their numbers. */
const ROUNDS = 3;

/**
 * Finds what somebody is known by: a number leads to the people who have it, a contact to its numbers,
 * as far as nobody else has them. A company is nobody's data, and its number is shared.
 */
export async function knowPerson(
  deps: Deps,
  connections: readonly PipelineConnection[],
  asked: NamedPerson,
): Promise<KnownPerson> {
  const contacts = new Map<string, IndexedContact>();
  const numbers = new Map<string, string>();
  const shared = new Map<string, string>();
  const add = (contact: IndexedContact): void => {
    contacts.set(idOf(contact), contact);
  };
  for (const number of asked.numbers) numbers.set(digitsOf(deps, connections, number), number);
  for (const hit of (await ownersOf(deps, connections, asked.numbers)).flat()) {
    if (isExact(hit)) add(hit);
  }
  for (const contact of await named(deps, connections, asked.contacts)) add(contact);
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = contacts.size + numbers.size;
    for (const { phone, country } of phonesOf(deps, connections, [...contacts.values()])) {
      const digits = deps.keys.keyOf(phone, country).digits;
      if (digits === '' || numbers.has(digits) || shared.has(digits)) continue;
      const owners = await ownersOf(deps, connections, [phone]);
      const isOwn = owners.every((hits) => isOf(hits.filter(isWhole), contacts));
      (isOwn ? numbers : shared).set(digits, phone);
      if (isOwn) for (const hit of owners.flat()) if (isExact(hit)) add(hit);
    }
    if (contacts.size + numbers.size === before) break;
  }
  const similar = (await ownersOf(deps, connections, asked.numbers))
    .flat()
    .filter((hit) => !isWhole(hit) && hit.kind === 'person' && !contacts.has(idOf(hit)));
  const known = [...contacts.values()].map(({ connectionId, contactType, crmId }) => ({
    ...{ connectionId, contactType, contactId: crmId },
  }));
  return {
    person: { numbers: [...numbers.values()], contacts: [...asked.contacts, ...known] },
    contacts: [...contacts.values()],
    shared: [...shared.values()],
    similar,
  };
}

/** Nobody else's: of each CRM at most one person whom nothing links with the others has the number. */
function isOf(hits: readonly NumberHit[], contacts: ReadonlyMap<string, IndexedContact>): boolean {
  if (hits.some(({ kind }) => kind === 'company')) return false;
  const others = hits.filter((hit) => !contacts.has(idOf(hit)));
  return others.length === 0 || (others.length === 1 && hits.length === 1);
}

function isExact(hit: NumberHit): boolean {
  return isWhole(hit) && hit.kind === 'person';
}

function isWhole({ matched }: NumberHit): boolean {
  return matched === 'e164' || matched === 'national';
}

/** For each connection, the owners of the numbers. */
async function ownersOf(
  { index }: Deps,
  connections: readonly PipelineConnection[],
  numbers: readonly string[],
): Promise<readonly (readonly NumberHit[])[]> {
  if (index === undefined) return [];
  const found: (readonly NumberHit[])[] = [];
  for (const { id: connectionId, organizationId, country, opened } of connections) {
    const of = { organizationId, connectionId };
    const suffix = opened.options.matching_digits;
    const options = { country, suffix, all: true } as const;
    for (const number of numbers) found.push(await index.byNumber(of, number, options));
  }
  return found;
}

async function named(
  { index }: Deps,
  connections: readonly PipelineConnection[],
  contacts: readonly NamedContact[],
): Promise<readonly IndexedContact[]> {
  const found: IndexedContact[] = [];
  for (const { connectionId, contactId, contactType } of contacts) {
    const connection = connections.find(({ id }) => id === connectionId);
    if (connection === undefined || index === undefined) continue;
    const of = { organizationId: connection.organizationId, connectionId };
    const people = await index.ofId(of, contactId);
    found.push(
      ...people.filter((one) => contactType === undefined || one.contactType === contactType),
    );
  }
  return found;
}

/** Each number of some contacts: two may stand in one field. */
function phonesOf(
  { keys }: Deps,
  connections: readonly PipelineConnection[],
  contacts: readonly IndexedContact[],
): readonly { readonly phone: string; readonly country: string }[] {
  return contacts.flatMap(({ connectionId, phones }) => {
    const country = connections.find(({ id }) => id === connectionId)?.country ?? '';
    return phones.flatMap((text) =>
      keys.numbersIn(text, country).map((phone) => ({ phone, country })),
    );
  });
}

function digitsOf(
  { keys }: Deps,
  connections: readonly PipelineConnection[],
  number: string,
): string {
  return keys.keyOf(number, connections[0]?.country ?? '').digits;
}

function idOf({ connectionId, contactType, crmId }: IndexedContact): string {
  return JSON.stringify([connectionId, contactType, crmId]);
}
