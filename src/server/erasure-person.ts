import type { NamedContact, NamedPerson } from '../calls/erasure/person.ts';
import type {
  BookScope,
  IndexedContact,
  NumberHit,
  NumberOptions,
} from '../contacts/index/contact-index.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import type { NumberKeys } from '../contacts/number-keys/number-key.ts';
import { AppError } from '../errors/app-error.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { Turns } from './turns.ts';

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
  readonly turns: Turns;
}

/** From a record to its numbers, to the records of the person in other CRMs, to their numbers. */
const ROUNDS = 3;
/** Nobody has so many records or numbers; what leads to them is a number of many. */
const MOST_OF_A_PERSON = 1_000;
/** Where a connection names no count of digits that are enough. */
const SIMILAR_DIGITS = 7;

/**
 * Finds what somebody is known by: a number leads to the people who have it, a contact to its numbers,
 * as far as nobody else has them. A company is nobody's data, and its number is shared. Each record and
 * number is looked at once, and others have their turn meanwhile. Throws `conflict` for 1,000 and more.
 */
export async function knowPerson(
  deps: Deps,
  connections: readonly PipelineConnection[],
  asked: NamedPerson,
): Promise<KnownPerson> {
  const contacts = new Map<string, IndexedContact>();
  const numbers = new Map<string, string>();
  const shared = new Map<string, string>();
  let fresh: IndexedContact[] = [];
  const add = (contact: IndexedContact): void => {
    const id = idOf(contact);
    if (contacts.has(id)) return;
    contacts.set(id, contact);
    fresh.push(contact);
    mustBeOnePerson(contacts.size);
  };
  for (const number of asked.numbers) numbers.set(digitsOf(deps, connections, number), number);
  const similar: NumberHit[] = [];
  for (const number of asked.numbers) {
    const owners = (await ownersOf(deps, connections, number)).flat();
    mustBeOnePerson(owners.filter(isWhole).length);
    for (const hit of owners) {
      if (isExact(hit)) add(hit);
      else if (!isWhole(hit) && hit.kind === 'person') similar.push(hit);
    }
  }
  for (const contact of await named(deps, connections, asked.contacts)) add(contact);
  for (let round = 0; round < ROUNDS && fresh.length > 0; round += 1) {
    const looked = fresh;
    fresh = [];
    for (const contact of looked) {
      await deps.turns.next();
      for (const { phone, country } of phonesOf(deps, connections, contact)) {
        const { digits } = deps.keys.keyOf(phone, country);
        if (digits === '' || numbers.has(digits) || shared.has(digits)) continue;
        const owners = await ownersOf(deps, connections, phone);
        const isOwn = owners.every((hits) => isOf(hits.filter(isWhole), contacts));
        (isOwn ? numbers : shared).set(digits, phone);
        mustBeOnePerson(numbers.size);
        if (isOwn) for (const hit of owners.flat()) if (isExact(hit)) add(hit);
      }
    }
  }
  const known = [...contacts.values()].map(({ connectionId, contactType, crmId }) => ({
    ...{ connectionId, contactType, contactId: crmId },
  }));
  return {
    person: { numbers: [...numbers.values()], contacts: [...asked.contacts, ...known] },
    contacts: [...contacts.values()],
    shared: [...shared.values()],
    similar: similar.filter((hit) => !contacts.has(idOf(hit))).slice(0, MOST_OF_A_PERSON),
  };
}

function mustBeOnePerson(count: number): void {
  if (count < MOST_OF_A_PERSON) return;
  throw new AppError(
    'conflict',
    'This leads to 1,000 contacts or numbers and more, which are not one person: a number that many ' +
      'have is nobody\u2019s own. Name the person by `contact` instead of `number`; a number that others ' +
      'have, too, then stays.',
  );
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

/** For each connection, the owners of a number; of one that very many have, the first of them. */
async function ownersOf(
  { index, turns }: Deps,
  connections: readonly PipelineConnection[],
  number: string,
): Promise<readonly (readonly NumberHit[])[]> {
  if (index === undefined) return [];
  const found: (readonly NumberHit[])[] = [];
  for (const { id: connectionId, organizationId, country, opened } of connections) {
    await turns.next();
    const suffix = opened.options.matching_digits ?? SIMILAR_DIGITS;
    found.push(
      await allOwners(index, { organizationId, connectionId }, number, { country, suffix }),
    );
  }
  return found;
}

async function allOwners(
  index: Pick<OpenContactIndex, 'byNumber'>,
  of: BookScope,
  number: string,
  options: NumberOptions,
): Promise<readonly NumberHit[]> {
  let isAll = true;
  const more = (): void => {
    isAll = false;
  };
  const first = await index.byNumber(of, number, { ...options, more });
  // Of more than enough it does not matter how many they are.
  if (isAll || first.filter(isWhole).length >= MOST_OF_A_PERSON) return first;
  return await index.byNumber(of, number, { ...options, all: true });
}

async function named(
  { index, turns }: Deps,
  connections: readonly PipelineConnection[],
  contacts: readonly NamedContact[],
): Promise<readonly IndexedContact[]> {
  const found: IndexedContact[] = [];
  for (const { connectionId, contactId, contactType } of contacts) {
    const connection = connections.find(({ id }) => id === connectionId);
    if (connection === undefined || index === undefined) continue;
    const of = { organizationId: connection.organizationId, connectionId };
    await turns.next();
    const people = await index.ofId(of, contactId);
    found.push(
      ...people.filter((one) => contactType === undefined || one.contactType === contactType),
    );
  }
  return found;
}

/** Each number of a contact: two may stand in one field. */
function phonesOf(
  { keys }: Deps,
  connections: readonly PipelineConnection[],
  { connectionId, phones }: IndexedContact,
): readonly { readonly phone: string; readonly country: string }[] {
  const country = connections.find(({ id }) => id === connectionId)?.country ?? '';
  return phones.flatMap((text) =>
    keys.numbersIn(text, country).map((phone) => ({ phone, country })),
  );
}

function digitsOf(
  { keys }: Pick<Deps, 'keys'>,
  connections: readonly PipelineConnection[],
  number: string,
): string {
  return keys.keyOf(number, connections[0]?.country ?? '').digits;
}

function idOf({ connectionId, contactType, crmId }: IndexedContact): string {
  return JSON.stringify([connectionId, contactType, crmId]);
}
