import type { Handle } from './handle.ts';

/** The fact of this name about the database as a whole, or undefined. */
export async function findStoreFact(handle: Handle, name: string): Promise<string | undefined> {
  const row = await handle
    .selectFrom('store_fact')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value;
}

/** Writes the fact unless it is known; of several nodes that start at once the first one wins. */
export async function insertStoreFact(
  handle: Handle,
  fact: { readonly name: string; readonly value: string },
): Promise<void> {
  await handle
    .insertInto('store_fact')
    .values(fact)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Writes the fact, in the place of what was known. */
export async function putStoreFact(
  handle: Handle,
  fact: { readonly name: string; readonly value: string },
): Promise<void> {
  await handle
    .insertInto('store_fact')
    .values(fact)
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: fact.value }))
    .execute();
}

/** Forgets the fact. */
export async function deleteStoreFact(handle: Handle, name: string): Promise<void> {
  await handle.deleteFrom('store_fact').where('name', '=', name).execute();
}
