import { sql } from 'kysely';

import type { Handle } from '../../store/handle.ts';
import { contactId } from './contact-rows-repository.ts';

/** Tables of a book with the columns that name their rows within it. */
const KEYED = [
  { table: 'contact_word', key: ['kind', 'word', 'sort_name', 'number'] },
  { table: 'contact_number', key: ['reversed', 'number'] },
  { table: 'contact_seen', key: ['kind', 'chunk'] },
] as const;

/** Deletes some rows of a book that is gone; resolves with how many, 0 when none are left. */
export async function sweepBook(handle: Handle, book: number, limit: number): Promise<number> {
  for (const { table, key } of KEYED) {
    const from = sql.table(table);
    const columns = sql.join(key.map((column) => sql.ref(column)));
    const { numAffectedRows } = await sql`delete from ${from} where book = ${book}
      and (${columns}) in (select ${columns} from ${from} where book = ${book} limit ${limit})`.execute(
      handle,
    );
    if (numAffectedRows !== undefined && numAffectedRows > 0n) return Number(numAffectedRows);
  }
  const result = await handle
    .deleteFrom('contact')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('contact')
        .select('id')
        .where('id', '>=', contactId(book, 0))
        .where('id', '<', contactId(book + 1, 0))
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Has the database look at how the rows are spread, by which it chooses how to read them. */
export async function analyzeContacts(handle: Handle): Promise<void> {
  for (const table of ['contact', 'contact_number', 'contact_word']) {
    await sql`analyze ${sql.table(table)}`.execute(handle);
  }
}
