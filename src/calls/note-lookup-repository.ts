import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';

/** Counts the look-ups of callers in a row in which a CRM found nobody. */
export async function countLookup(
  transaction: Transaction<Tables>,
  of: { readonly connectionId: string; readonly found: boolean },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set((eb) => ({ unfound: of.found ? 0 : eb('unfound', '+', 1) }))
    .where('connection_id', '=', of.connectionId)
    .$if(of.found, (query) => query.where('unfound', '>', 0))
    .execute();
}
