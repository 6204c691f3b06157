import type { GoneContact } from '../calls/contact-gone.ts';
import type { DeliveryLog } from '../calls/deliver.ts';
import type { CallContacts, KnownCaller } from '../calls/known-caller.ts';
import type { StepRecord } from '../calls/step-runner.ts';
import { namesNotKept } from '../contacts/allowed-fields.ts';
import type { ContactKey } from '../contacts/contact-record.ts';
import { withPossible } from '../contacts/identify/identified.ts';
import type { Identified } from '../contacts/identify/identified.ts';
import { contactOfRecord } from '../contacts/identify/match.ts';
import type { ContactIndex, ContactSource } from '../contacts/index/contact-index.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { CallerIdentifier } from './identify-callers.ts';
import { createKeptContacts } from './kept-contacts.ts';

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

/** Lets calls know their callers from the index, and the index what calls learn of contacts. */
export function createCallContacts(deps: {
  readonly callers: Pick<CallerIdentifier, 'knownHere' | 'saidJustNow' | 'told' | 'forget'>;
  readonly index: Pick<ContactIndex, 'byId' | 'byNumber' | 'put' | 'remove'> | undefined;
  readonly log: Pick<DeliveryLog, 'warn'>;
}): CallContacts<PipelineConnection> {
  const { callers, index, log } = deps;
  const kept = createKeptContacts({ callers, index });
  const writes = createWrites();
  const put = (connection: PipelineConnection, record: StepRecord, source: ContactSource): void => {
    const contact = contactOfRecord(record);
    if (contact === undefined) return;
    const { id: connectionId, organizationId } = connection;
    const write = async (): Promise<void> => {
      // A create that is answered with somebody who was there tells nothing new of that contact.
      const isKnown =
        source === 'made' &&
        (await index?.byId({ organizationId, connectionId }, contact)) !== undefined;
      if (!isKnown) await kept.put(connection, contact, source);
    };
    writes.add(connection.id, async () => {
      // What calls know of it themselves stays, and the next sync brings it.
      await write().catch((err: unknown) => {
        log.warn({ err, connection_id: connection.id }, 'a contact of a call is not in the index');
      });
    });
  };
  return {
    known: async (connection, number) => {
      await writes.ended(connection.id);
      const { identified, possible } = await callers.knownHere(connection, number);
      if (identified === undefined) {
        const said = await callers.saidJustNow(connection, number);
        return said === undefined ? undefined : toFound(withPossible(said, possible), SAID);
      }
      const { status, message } = identified;
      if (status === 'own_number' || status === 'not_asked') return { status: 'nobodys', message };
      return isIndexEnough(connection) ? toFound(identified, INDEXED_WORDS) : undefined;
    },
    possible: async (connection, number) => {
      const { possible } = await callers.knownHere(connection, number);
      return possible.map(({ record }) => record);
    },
    searched: (connection, number, run) => {
      callers.told(connection, number, run);
    },
    made: (connection, record) => {
      put(connection, record, 'made');
    },
    foundAgain: (connection, record) => {
      put(connection, record, 'crm');
    },
    gone: (connection, contact) => {
      const forgotten = async (): Promise<void> => {
        await kept.remove(connection, await keysOf(index, connection, contact));
      };
      if (contact.number !== undefined) kept.forget(connection, [contact.number]);
      writes.add(connection.id, async () => {
        // A full sync finds it, too.
        await forgotten().catch((err: unknown) => {
          log.warn(
            { err, connection_id: connection.id },
            'a contact that is gone is still indexed',
          );
        });
      });
    },
  };
}

const INDEXED_WORDS = 'The index of contacts told it: the CRM was not asked.';
const SAID = 'The CRM said so when the phone rang: it was not asked again.';

function toFound({ message, matches, chosen }: Identified, words: string): KnownCaller {
  return {
    status: 'found',
    records: matches.map(({ record }) => record),
    chosen: chosen?.record,
    message: `${message} ${words}`,
  };
}

/** Writes of calls to the index, those of one connection in their order: a contact may go and come back. */
function createWrites(): {
  /** `write` never rejects. */
  add(connectionId: string, write: () => Promise<void>): void;
  ended(connectionId: string): Promise<void>;
} {
  const last = new Map<string, Promise<void>>();
  return {
    add: (connectionId, write) => {
      const before = last.get(connectionId) ?? Promise.resolve();
      const next: Promise<void> = before.then(write).finally(() => {
        if (last.get(connectionId) === next) last.delete(connectionId);
      });
      last.set(connectionId, next);
    },
    ended: async (connectionId) => {
      await last.get(connectionId);
    },
  };
}

/** Where a person chose the contact its kind is not known: the owners of the number tell it. */
async function keysOf(
  index: Pick<ContactIndex, 'byNumber'> | undefined,
  connection: PipelineConnection,
  { contactId: crmId, contactType, number }: GoneContact,
): Promise<readonly ContactKey[]> {
  const key: ContactKey = { kind: 'person', contactType: contactType ?? '', crmId };
  if (contactType !== undefined || number === undefined) return [key];
  const { id: connectionId, organizationId, country, opened } = connection;
  const owners = await index?.byNumber({ organizationId, connectionId }, number, {
    country,
    suffix: opened.options.matching_digits,
  });
  const same = (owners ?? []).filter((one) => one.kind === 'person' && one.crmId === crmId);
  return [key, ...same.filter((one) => one.contactType !== '')];
}

/** False where `FindContact` tells later requests more than the index has. */
function isIndexEnough({ opened, forgets }: PipelineConnection): boolean {
  const method = opened.document.methods.get('FindContact');
  const requests = method?.objects.flatMap((object) => object.requests) ?? [];
  const notKept = namesNotKept(opened.options.contact_fields);
  return requests.every(({ bind }) =>
    bind.binds.every(
      (name) => INDEXED.has(name) && (!notKept.has(name) || forgets?.has(name) === true),
    ),
  );
}
