import type { DeliveryLog } from '../calls/deliver.ts';
import type { CallContacts } from '../calls/known-caller.ts';
import { contactOfRecord } from '../contacts/identify/match.ts';
import type { ContactIndex } from '../contacts/index/contact-index.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { CallerIdentifier } from './identify-callers.ts';

/** What the index can tell of a contact; a document may bind more in `FindContact`. */
const INDEXED: ReadonlySet<string> = new Set([
  'contact_id',
  'contact_type',
  'contact_name',
  'firstname',
  'lastname',
  'company_name',
  'company_id',
  'job_title',
  'contact_url',
  'phone',
  'mobile',
  'email',
]);

/** Lets calls know their callers from the index, and the index the contacts that calls make. */
export function createCallContacts(deps: {
  readonly callers: CallerIdentifier;
  readonly index: Pick<ContactIndex, 'put'> | undefined;
  readonly log: Pick<DeliveryLog, 'warn'>;
}): CallContacts<PipelineConnection> {
  const { callers, index, log } = deps;
  return {
    known: async (connection, number) => {
      const identified = await callers.knownHere(connection, number);
      if (identified === undefined) return undefined;
      const { status, message, matches, chosen } = identified;
      if (status === 'own_number') return { status, message };
      if (!isIndexEnough(connection)) return undefined;
      return {
        status: 'found',
        records: matches.map(({ record }) => record),
        chosen: chosen?.record,
        message: `${message} The index of contacts told it: the CRM was not asked.`,
      };
    },
    made: (connection, record) => {
      const contact = contactOfRecord(record);
      if (contact === undefined) return;
      const { id: connectionId, organizationId, country } = connection;
      for (const phone of contact.phones) callers.forget(connectionId, phone, country);
      index
        ?.put({ organizationId, connectionId }, [contact], { source: 'made', country })
        // What calls know of it themselves stays, and the next sync brings it.
        .catch((err: unknown) => {
          log.warn({ err, connection_id: connectionId }, 'a made contact is not in the index');
        });
    },
  };
}

/** False where `FindContact` tells later requests more than the index has. */
function isIndexEnough({ opened }: PipelineConnection): boolean {
  const method = opened.document.methods.get('FindContact');
  const requests = method?.objects.flatMap((object) => object.requests) ?? [];
  return requests.every(({ bind }) => bind.binds.every((name) => INDEXED.has(name)));
}
