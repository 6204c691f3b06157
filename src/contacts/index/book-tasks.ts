import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { deleteBook, dropBooks, findDroppedBook } from './book-repository.ts';
import type { BookScope, ContactSource } from './contact-index.ts';
import { analyzeContacts, sweepBook } from './sweep-repository.ts';
import { readContacts } from './upsert-contacts.ts';
import type { WrittenContacts } from './upsert-contacts.ts';
import { openBook, removeKeys, writeContacts } from './write-book.ts';
import type { ContactWrite } from './write-book.ts';

/** Writing a few contacts, and forgetting those of a connection. */
export interface BookTasks {
  put(given: {
    readonly of: BookScope;
    readonly contacts: readonly ContactRecord[];
    readonly source: ContactSource;
    readonly country: string;
    readonly now: number;
  }): Promise<void>;
  remove(given: { readonly of: BookScope; readonly keys: readonly ContactKey[] }): Promise<number>;
  /** From now on nobody finds the contacts of the connection; without one, of all of the organization. */
  dropBooks(given: {
    readonly organizationId: string;
    readonly connectionId?: string;
  }): Promise<void>;
  /** Tells PostgreSQL how the contacts are spread, after very many came at once. */
  analyze(): Promise<void>;
  /** Deletes some rows of books that were dropped; false when none are left. */
  sweep(given: { readonly limit: number }): Promise<boolean>;
}

export function createBookTasks(write: ContactWrite, keys: NumberKeys): BookTasks {
  return {
    put: async ({ of, contacts, source, country, now }) => {
      const written: WrittenContacts = new Map();
      readContacts(contacts, { country, keys, into: written });
      const given = { made: source === 'made', now };
      await openBook(write, of);
      await write((transaction) =>
        writeContacts(transaction, of, { ...given, contacts: [...written.values()] }),
      );
    },
    remove: ({ of, keys: gone }) => write((transaction) => removeKeys(transaction, of, gone)),
    dropBooks: (of) => write((transaction) => dropBooks(transaction, of)),
    analyze: () => write((transaction) => analyzeContacts(transaction)),
    sweep: ({ limit }) =>
      write(async (transaction) => {
        const book = await findDroppedBook(transaction);
        if (book === undefined) return false;
        if ((await sweepBook(transaction, book, limit)) === 0) await deleteBook(transaction, book);
        return true;
      }),
  };
}
