import type { ConnectionBook } from '../calls/call-connection.ts';
import { createEraser } from '../calls/erasure/eraser.ts';
import type { Eraser, EraserDeps } from '../calls/erasure/eraser.ts';
import type { NamedPerson, PersonDigests } from '../calls/erasure/person.ts';
import type { ContactKey } from '../contacts/contact-record.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import type { NumberKeys } from '../contacts/number-keys/number-key.ts';
import { findOrganization } from '../organizations/organizations-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { PipelineConnection } from './connection-book.ts';
import { knowPerson } from './erasure-person.ts';
import type { KnownPerson } from './erasure-person.ts';
import type { CallerIdentifier } from './identify-callers.ts';
import { findAnswers, forgetAnswers } from './idempotency/forget-answers.ts';
import { createTurns } from './turns.ts';
import type { Turns } from './turns.ts';

export interface ErasureParts extends Eraser {
  /** What is known here of somebody who is to be erased. */
  know(organizationId: string, asked: NamedPerson, signal: AbortSignal): Promise<KnownPerson>;
}

/** The countries in which numbers of an organization are read. */
export function createCountriesOf(deps: {
  readonly database: Pick<Database, 'read'>;
  readonly connections: ConnectionBook<PipelineConnection>;
}): (organizationId: string) => Promise<readonly string[]> {
  return async (organizationId) => {
    const { open } = await deps.connections.ofOrganization(organizationId);
    const own = await findOrganization(deps.database.read, ADMIN, organizationId);
    const countries = open.map(({ country }) => country);
    return [...new Set([...countries, ...(own === undefined ? [] : [own.country])])];
  };
}

/** The part of a server that erases people. */
export function createErasureParts(
  deps: Pick<
    EraserDeps,
    'database' | 'ids' | 'vault' | 'node' | 'removeFile' | 'log' | 'countriesOf'
  > & {
    readonly digests: PersonDigests;
    readonly connections: ConnectionBook<PipelineConnection>;
    readonly index: OpenContactIndex | undefined;
    readonly callers: Pick<CallerIdentifier, 'forget'>;
    readonly keys: NumberKeys;
    readonly clock: Pick<Clock, 'monotonic'>;
  },
): ErasureParts {
  const { vault, connections, index, callers, keys, countriesOf, digests } = deps;
  const copies = async (
    organizationId: string,
    person: NamedPerson,
    work: (connection: PipelineConnection, known: readonly ContactKey[]) => Promise<number>,
    signal?: AbortSignal,
  ): Promise<number> => {
    const { open } = await connections.ofOrganization(organizationId);
    const turns = createTurns(deps.clock.monotonic, signal);
    let count = 0;
    for (const connection of open) {
      count += await work(connection, await keysOf({ index, turns }, connection, person));
    }
    return count;
  };
  const eraser = createEraser({
    ...{ database: deps.database, ids: deps.ids, vault, node: deps.node, digests, countriesOf },
    ...{ removeFile: deps.removeFile, log: deps.log },
    digitsOf: ({ numbers }, countries) => {
      const [country = ''] = countries;
      return numbers.map((number) => {
        const { digits, significant = digits } = keys.keyOf(number, country);
        return significant;
      });
    },
    countCopies: (organizationId, person, signal) =>
      copies(organizationId, person, (_, known) => Promise.resolve(known.length), signal),
    forgetCopies: (organizationId, person) =>
      copies(organizationId, person, async ({ id: connectionId, country }, known) => {
        for (const number of person.numbers) callers.forget(connectionId, number, country);
        if (known.length === 0) return 0;
        return (await index?.remove({ organizationId, connectionId }, known)) ?? 0;
      }),
    findAnswers: (handle, organizationId, isOf) =>
      findAnswers(handle, vault, { organizationId, isOf }),
    forgetAnswers: (transaction, found) => forgetAnswers(transaction, vault, found),
    emptyLogOfCopies: async () => {
      await index?.emptyLog();
    },
  });
  return {
    ...eraser,
    know: async (organizationId, asked, signal) => {
      const { open } = await connections.ofOrganization(organizationId);
      const turns = createTurns(deps.clock.monotonic, signal);
      return await knowPerson({ index, keys, turns }, open, asked);
    },
  };
}

/** Records of the person in the copy of one CRM. */
async function keysOf(
  {
    index,
    turns,
  }: {
    readonly index: Pick<OpenContactIndex, 'byNumber' | 'ofId'> | undefined;
    readonly turns: Turns;
  },
  { id: connectionId, organizationId, country }: PipelineConnection,
  { numbers, contacts }: NamedPerson,
): Promise<readonly ContactKey[]> {
  if (index === undefined) return [];
  const of = { organizationId, connectionId };
  const found = new Map<string, ContactKey>();
  const add = ({ kind, contactType, crmId }: ContactKey): void => {
    // A company keeps its row: it is nobody's data.
    if (kind !== 'person') return;
    found.set(JSON.stringify([contactType, crmId]), { kind, contactType, crmId });
  };
  for (const number of numbers) {
    await turns.next();
    for (const hit of await index.byNumber(of, number, { country, all: true })) {
      if (hit.matched === 'e164' || hit.matched === 'national') add(hit);
    }
  }
  for (const one of contacts.filter((contact) => contact.connectionId === connectionId)) {
    await turns.next();
    for (const contact of await index.ofId(of, one.contactId)) {
      if (one.contactType === undefined || one.contactType === contact.contactType) add(contact);
    }
  }
  return [...found.values()];
}
