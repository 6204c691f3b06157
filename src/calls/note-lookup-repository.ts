import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';

interface Noted {
  readonly connectionId: string;
  /** What the answer looked like. */
  readonly sample?: string | null;
}

/** Counts the look-ups of callers in a row in which a CRM found nobody. */
export async function countLookup(
  transaction: Transaction<Tables>,
  of: Noted & { readonly found: boolean },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set((eb) => ({
      unfound: of.found ? 0 : eb('unfound', '+', 1),
      unfound_sample: of.found ? null : (of.sample ?? null),
    }))
    .where('connection_id', '=', of.connectionId)
    .$if(of.found, (query) => query.where('unfound', '>', 0))
    .execute();
}

/** Counts requests in a row that a CRM carried out without an id where the response map looks for it. */
export async function countWithoutId(
  transaction: Transaction<Tables>,
  of: Noted & { readonly hasId: boolean },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set((eb) => ({
      without_id: of.hasId ? 0 : eb('without_id', '+', 1),
      without_id_sample: of.hasId ? null : (of.sample ?? null),
    }))
    .where('connection_id', '=', of.connectionId)
    .$if(of.hasId, (query) => query.where('without_id', '>', 0))
    .execute();
}
