import type { NumberKeys } from '../number-keys/number-key.ts';
import { lockBook } from './book-repository.ts';
import type { RenamedCompany } from './company-names.ts';
import { countryOf, toEntry } from './contact-entry.ts';
import { contactOf } from './contact-repository.ts';
import { findByIds } from './contact-rows-repository.ts';
import type { OfLease } from './job-tasks.ts';
import { holdLease } from './sync-job-repository.ts';
import { keyOf, upsertContacts } from './upsert-contacts.ts';
import type { ContactWrite } from './write-book.ts';

/** Names that stand with others than their owners. */
export interface NameTasks {
  /** Writes the new name of a company where these people have its old one; resolves with how many have. */
  renameCompany(
    given: OfLease & {
      readonly company: RenamedCompany;
      readonly ids: readonly number[];
      readonly now: number;
    },
  ): Promise<number>;
}

export function createNameTasks(write: ContactWrite, keys: NumberKeys): NameTasks {
  return {
    renameCompany: ({ of, lease, company, ids, now }) =>
      write(async (transaction) => {
        const book = await lockBook(transaction, of);
        if (book === undefined) return 0;
        const rows = await findByIds(transaction, ids);
        const contacts = rows.flatMap((row) => {
          const contact = contactOf(row, of.connectionId);
          const isOfIt =
            row.book === book.id &&
            contact.kind === 'person' &&
            contact.companyId === company.crmId &&
            contact.company === company.from;
          if (!isOfIt) return [];
          const entry = toEntry({ ...contact, company: company.to }, countryOf(row.data), keys);
          return [{ ...keyOf(row), made: row.made === 1, entry }];
        });
        const place = { book: book.id, nextNumber: book.next_number, now };
        for (const made of [false, true]) {
          const own = contacts.filter((contact) => contact.made === made);
          await upsertContacts(transaction, { ...place, made }, own);
        }
        await holdLease(transaction, of, lease);
        return contacts.length;
      }),
  };
}
