import { AppError } from '../../errors/app-error.ts';
import { againOnConflict } from '../../store/again-on-conflict.ts';
import type { Handle } from '../../store/handle.ts';
import type { ContactKey } from '../contact-record.ts';
import { countBook, insertBook, lockBook } from './book-repository.ts';
import type { BookRow } from './book-repository.ts';
import type { BookScope } from './contact-index.ts';
import { findByKeys, KINDS, numberOf } from './contact-rows-repository.ts';
import type { ContactRow } from './contact-rows-repository.ts';
import { noteDeleted, noteSeen } from './seen-repository.ts';
import { cleanKey, forgetContacts, upsertContacts } from './upsert-contacts.ts';
import type { Upserted, WrittenContact } from './upsert-contacts.ts';

/** Runs a job in a transaction. */
export type ContactWrite = <T>(job: (transaction: Handle) => Promise<T>) => Promise<T>;

/** Makes the book of a connection that has none. */
export async function openBook(write: ContactWrite, of: BookScope): Promise<void> {
  await againOnConflict(() =>
    write(async (transaction) => {
      if ((await lockBook(transaction, of)) === undefined) await insertBook(transaction, of);
    }),
  );
}

/** Writes contacts into an open book and notes that they were seen. */
export async function writeContacts(
  transaction: Handle,
  of: BookScope,
  given: {
    readonly contacts: readonly WrittenContact[];
    readonly made: boolean;
    readonly now: number;
  },
): Promise<Upserted> {
  const book = await lockedBook(transaction, of);
  const upserted = await upsertContacts(
    transaction,
    { book: book.id, nextNumber: book.next_number, made: given.made, now: given.now },
    given.contacts,
  );
  const [people, companies] = upserted.addedOf;
  if (upserted.added > 0) {
    await countBook(transaction, of, { added: upserted.added, people, companies });
  }
  for (const [kind, numbers] of upserted.numbersOf.entries()) {
    await noteSeen(transaction, { book: book.id, kind }, numbers);
  }
  return upserted;
}

/** Notes that the CRM calls the contacts of these keys deleted; they go when its list was read to its end. */
export async function noteDeletedKeys(
  transaction: Handle,
  of: BookScope,
  keys: readonly ContactKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const book = await lockedBook(transaction, of);
  const rows = await findByKeys(transaction, book.id, keys.map(cleanKey));
  for (const [kind, ofKind] of Map.groupBy(rows, (row) => row.kind)) {
    const numbers = ofKind.map(({ id }) => numberOf(id));
    await noteDeleted(transaction, { book: book.id, kind }, numbers);
  }
}

/** Removes the contacts of these keys; resolves with how many were there. */
export async function removeKeys(
  transaction: Handle,
  of: BookScope,
  keys: readonly ContactKey[],
): Promise<number> {
  const book = await lockBook(transaction, of);
  if (book === undefined || keys.length === 0) return 0;
  const rows = await findByKeys(transaction, book.id, keys.map(cleanKey));
  return await removeRows(transaction, of, { book, rows });
}

/** Removes contacts of a book and counts them. */
export async function removeRows(
  transaction: Handle,
  of: BookScope,
  given: { readonly book: BookRow; readonly rows: readonly ContactRow[] },
): Promise<number> {
  const unique = [...new Map(given.rows.map((row) => [numberOf(row.id), row])).values()];
  const went = await forgetContacts(transaction, given.book.id, unique);
  const people = unique.filter(({ kind }) => KINDS[kind] === 'person').length;
  const companies = unique.length - people;
  await countBook(transaction, of, { added: 0, people: -people, companies: -companies });
  return went;
}

async function lockedBook(transaction: Handle, of: BookScope): Promise<BookRow> {
  const book = await lockBook(transaction, of);
  // Whoever writes has opened it; it can only be gone with its connection.
  if (book === undefined) throw gone();
  return book;
}

function gone(): AppError {
  return new AppError('not_found', 'The contacts of this connection were removed meanwhile.');
}
