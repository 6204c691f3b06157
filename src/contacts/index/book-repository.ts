import type { Handle } from '../../store/handle.ts';
import type { BookScope } from './contact-index.ts';

/** The contacts of one connection. */
export interface BookRow {
  readonly id: number;
  readonly next_number: number;
  readonly people: number;
  readonly companies: number;
}

/** The book of a connection of this organization. */
export async function findBook(handle: Handle, of: BookScope): Promise<BookRow | undefined> {
  return await handle
    .selectFrom('contact_book')
    .select(['id', 'next_number', 'people', 'companies'])
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .executeTakeFirst();
}

/** Makes the book of a connection; rejects with `conflict` when another is made at the same moment. */
export async function insertBook(handle: Handle, of: BookScope): Promise<void> {
  const last = await handle
    .selectFrom('contact_book')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  await handle
    .insertInto('contact_book')
    .values({
      id: Number(last?.id ?? 0) + 1,
      organization_id: of.organizationId,
      connection_id: of.connectionId,
      ...{ next_number: 0, people: 0, companies: 0 },
    })
    .execute();
}

/** Keeps others from adding contacts to a book until the transaction ends. */
export async function lockBook(handle: Handle, of: BookScope): Promise<BookRow | undefined> {
  return await handle
    .updateTable('contact_book')
    .set((eb) => ({ next_number: eb.ref('next_number') }))
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .returning(['id', 'next_number', 'people', 'companies'])
    .executeTakeFirst();
}

/** Notes how many contacts came and went; `added` raises the number of the next one. */
export async function countBook(
  handle: Handle,
  of: BookScope,
  change: { readonly added: number; readonly people: number; readonly companies: number },
): Promise<void> {
  await handle
    .updateTable('contact_book')
    .set((eb) => ({
      next_number: eb('next_number', '+', change.added),
      people: eb('people', '+', change.people),
      companies: eb('companies', '+', change.companies),
    }))
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .execute();
}

/** Contacts of all organizations. */
export async function sumBooks(
  handle: Handle,
): Promise<{ readonly people: number; readonly companies: number }> {
  const row = await handle
    .selectFrom('contact_book')
    .select((eb) => [eb.fn.sum('people').as('people'), eb.fn.sum('companies').as('companies')])
    .where('connection_id', 'is not', null)
    .executeTakeFirst();
  return { people: Number(row?.people ?? 0), companies: Number(row?.companies ?? 0) };
}

/** From now on nobody finds the contacts of this connection; without it, of all of the organization. */
export async function dropBooks(
  handle: Handle,
  of: { readonly organizationId: string; readonly connectionId?: string },
): Promise<void> {
  const { organizationId, connectionId } = of;
  for (const table of ['sync_job', 'sync_state'] as const) {
    let rows = handle.deleteFrom(table).where('organization_id', '=', organizationId);
    if (connectionId !== undefined) rows = rows.where('connection_id', '=', connectionId);
    await rows.execute();
  }
  let books = handle
    .updateTable('contact_book')
    .set({ organization_id: null, connection_id: null })
    .where('organization_id', '=', organizationId);
  if (connectionId !== undefined) books = books.where('connection_id', '=', connectionId);
  await books.execute();
}

/** A book whose rows are on their way out. */
export async function findDroppedBook(handle: Handle): Promise<number | undefined> {
  const row = await handle
    .selectFrom('contact_book')
    .select('id')
    .where('connection_id', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

export async function deleteBook(handle: Handle, book: number): Promise<void> {
  await handle
    .deleteFrom('contact_book')
    .where('id', '=', book)
    .where('connection_id', 'is', null)
    .execute();
}
