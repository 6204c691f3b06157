import type { ContactRecord } from '../../contacts/contact-record.ts';
import type { Database } from '../../store/database.ts';
import { listKeptOut } from './erasure-repository.ts';
import type { Person, PersonDigests } from './person.ts';

/** Whoever was erased lately, or for good, is not kept again because a CRM still has them. */
export interface KeptOut {
  /** Of contacts that are to be written, those of nobody who was erased. */
  without(
    of: { readonly organizationId: string; readonly connectionId: string },
    contacts: readonly ContactRecord[],
  ): Promise<readonly ContactRecord[]>;
}

/** Contacts between two looks at other work: some milliseconds. */
const SLICE = 100;

export function createKeptOut(deps: {
  readonly database: Pick<Database, 'read' | 'now'>;
  readonly digests: PersonDigests;
  readonly countriesOf: (organizationId: string) => Promise<readonly string[]>;
}): KeptOut {
  const { database, digests } = deps;
  return {
    without: async ({ organizationId, connectionId }, contacts) => {
      const keptOut = await listKeptOut(database.read, { organizationId }, database.now());
      if (keptOut.length === 0) return contacts;
      const person: Person = {
        organizationId,
        countries: await deps.countriesOf(organizationId),
        digests: new Set(keptOut),
      };
      const kept: ContactRecord[] = [];
      for (let from = 0; from < contacts.length; from += SLICE) {
        const slice = contacts.slice(from, from + SLICE);
        kept.push(...slice.filter((contact) => !isOf(digests, { person, connectionId, contact })));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return kept;
    },
  };
}

function isOf(
  digests: PersonDigests,
  of: {
    readonly person: Person;
    readonly connectionId: string;
    readonly contact: ContactRecord;
  },
): boolean {
  const { person, connectionId, contact } = of;
  if (contact.kind !== 'person') return false;
  const { crmId, contactType } = contact;
  const id = { contact_id: crmId, contact_type: contactType };
  if (digests.hasContact(person, connectionId, id)) return true;
  return contact.phones.some((phone) => digests.hasNumber(person, phone));
}
