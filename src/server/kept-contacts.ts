import { withAllowedFields } from '../contacts/allowed-fields.ts';
import type { ContactKey, ContactRecord } from '../contacts/contact-record.ts';
import type { ContactIndex, ContactSource } from '../contacts/index/contact-index.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { CallerIdentifier } from './identify-callers.ts';

/** Writes of ours to what is known of contacts, as the options of their connection allow it. */
export interface KeptContacts {
  /** A contact was made or changed, or the CRM told of it: calls and searches know it at once. */
  put(connection: PipelineConnection, contact: ContactRecord, source: ContactSource): Promise<void>;
  /** Contacts are gone; resolves with how many were known. */
  remove(connection: PipelineConnection, keys: readonly ContactKey[]): Promise<number>;
  /** What the CRM said of these numbers just now counts no more. */
  forget(connection: PipelineConnection, phones: readonly string[]): void;
}

export function createKeptContacts(deps: {
  readonly callers: Pick<CallerIdentifier, 'forget'>;
  /** Absent: no copies are kept. */
  readonly index: Pick<ContactIndex, 'put' | 'remove'> | undefined;
}): KeptContacts {
  const { callers, index } = deps;
  const forget: KeptContacts['forget'] = ({ id, country }, phones) => {
    for (const phone of phones) callers.forget(id, phone, country);
  };
  return {
    forget,
    put: async (connection, contact, source) => {
      const { id: connectionId, organizationId, country, opened } = connection;
      forget(connection, contact.phones);
      if (!opened.options.contact_sync) return;
      const kept = withAllowedFields(contact, opened.options.contact_fields);
      await index?.put({ organizationId, connectionId }, [kept], { source, country });
    },
    remove: async ({ id: connectionId, organizationId }, keys) =>
      keys.length === 0 ? 0 : ((await index?.remove({ organizationId, connectionId }, keys)) ?? 0),
  };
}
