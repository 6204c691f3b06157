import { lockBook } from './book-repository.ts';
import type { BookScope } from './contact-index.ts';
import { findOlder } from './contact-rows-repository.ts';
import { removeRows } from './write-book.ts';
import type { ContactWrite } from './write-book.ts';

/** Removing what nobody has told of for long. */
export interface AgeTasks {
  /** Removes some contacts whose content was last told before a moment; resolves with how many went. */
  removeOlder(given: {
    readonly of: BookScope;
    readonly before: number;
    readonly limit: number;
  }): Promise<number>;
}

export function createAgeTasks(write: ContactWrite): AgeTasks {
  return {
    removeOlder: ({ of, before, limit }) =>
      write(async (transaction) => {
        const book = await lockBook(transaction, of);
        if (book === undefined) return 0;
        const rows = await findOlder(transaction, { book: book.id, before, limit });
        return rows.length === 0 ? 0 : await removeRows(transaction, of, { book, rows });
      }),
  };
}
