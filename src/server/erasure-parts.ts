import type { ConnectionBook } from '../calls/call-connection.ts';
import { createEraser } from '../calls/erasure/eraser.ts';
import type { Eraser, EraserDeps } from '../calls/erasure/eraser.ts';
import { createPersonDigests } from '../calls/erasure/person.ts';
import type { NamedPerson } from '../calls/erasure/person.ts';
import type { ContactKey } from '../contacts/contact-record.ts';
import type { ContactIndex } from '../contacts/index/contact-index.ts';
import type { NumberKeys } from '../contacts/number-keys/number-key.ts';
import { findOrganization } from '../organizations/organizations-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { CallerIdentifier } from './identify-callers.ts';

/** Fewer digits stand in too many texts. */
const FEWEST_DIGITS = 7;

/** The part of a server that erases people. */
export function createErasureParts(
  deps: Pick<EraserDeps, 'database' | 'ids' | 'removeFile' | 'log'> & {
    readonly digestKey: Uint8Array;
    readonly connections: ConnectionBook<PipelineConnection>;
    readonly index: Pick<ContactIndex, 'byNumber' | 'byId' | 'remove'> | undefined;
    readonly callers: Pick<CallerIdentifier, 'forget'>;
    readonly keys: NumberKeys;
  },
): Eraser {
  const { database, connections, index, callers, keys } = deps;
  return createEraser({
    ...{ database, ids: deps.ids, removeFile: deps.removeFile, log: deps.log },
    digests: createPersonDigests(deps.digestKey),
    countriesOf: async (organizationId) => {
      const { open } = await connections.ofOrganization(organizationId);
      const own = await findOrganization(database.read, ADMIN, organizationId);
      const countries = open.map(({ country }) => country);
      return [...new Set([...countries, ...(own === undefined ? [] : [own.country])])];
    },
    digitsOf: (number, countries) => {
      const [country = 'GB'] = countries;
      const { digits, significant = digits } = keys.keyOf(number, country);
      return significant.length < FEWEST_DIGITS ? undefined : significant;
    },
    forgetCopies: async (organizationId, person, dryRun) => {
      const { open } = await connections.ofOrganization(organizationId);
      let count = 0;
      for (const connection of open) {
        const of = { organizationId, connectionId: connection.id };
        const known = await keysOf(index, connection, person);
        count += dryRun
          ? known.length
          : known.length === 0
            ? 0
            : ((await index?.remove(of, known)) ?? 0);
        if (!dryRun && person.number !== undefined) {
          callers.forget(connection.id, person.number, connection.country);
        }
      }
      return count;
    },
  });
}

async function keysOf(
  index: Pick<ContactIndex, 'byNumber' | 'byId'> | undefined,
  { id: connectionId, organizationId, country }: PipelineConnection,
  { number, contact }: NamedPerson,
): Promise<readonly ContactKey[]> {
  if (index === undefined) return [];
  const of = { organizationId, connectionId };
  const owners = number === undefined ? [] : await index.byNumber(of, number, { country });
  const named =
    contact?.connectionId === connectionId
      ? await index.byId(of, {
          kind: 'person',
          contactType: contact.contactType ?? '',
          crmId: contact.contactId,
        })
      : undefined;
  // A company keeps its row: it is nobody's data.
  const people = owners.filter(({ kind }) => kind === 'person');
  const all = [...people, ...(named === undefined ? [] : [named])];
  const keys = all.map(({ kind, contactType, crmId }) => ({ kind, contactType, crmId }));
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
