import { sql } from 'kysely';

import type { Database } from '../store/database.ts';

/** Lanes of an earlier life of this node, or those whose lease has ended. */
export type DeadLanes =
  { readonly kind: 'node'; readonly node: string } | { readonly kind: 'expired' };

/** One slice of `recoverLanes`, in a transaction of its own. */
export async function recoverBatch(
  database: Database,
  which: DeadLanes,
  limit: number,
): Promise<number> {
  return await database.write(async (transaction) => {
    const now = database.now();
    const dead = transaction
      .selectFrom('lane')
      .select('id')
      // Written out: a partial index is not used for a bound value.
      .where(sql<boolean>`state = 'leased'`)
      .$if(which.kind === 'expired', (query) => query.where('lease_until', '<', now))
      .$if(which.kind === 'node' && database.dialect === 'postgres', (query) =>
        query.where('node', '=', which.kind === 'node' ? which.node : ''),
      )
      .orderBy('id')
      .limit(limit)
      // Whoever holds such a lane at this moment settles or recovers it. Waiting for them could end in a
      // deadlock, or free the lease that the next owner has by then.
      .modifyEnd(database.skipLocked);
    const lanes = await transaction
      .updateTable('lane')
      .set((eb) => ({
        state: 'ready' as const,
        ready_at: now,
        fence: eb('fence', '+', 1),
        lease_until: null,
        node: null,
      }))
      .where('id', 'in', dead)
      .where('state', '=', 'leased')
      .returning('id')
      .execute();
    if (lanes.length === 0) return 0;
    const ids = lanes.map((lane) => lane.id);
    await transaction
      .updateTable('step')
      .set({
        state: 'unknown',
        unknown_at: null,
        asked: 0,
        ready_at: now,
        message: 'Patchcord stopped while the request was under way',
        updated_at: now,
      })
      .where('lane_id', 'in', ids)
      .where('state', '=', 'sending')
      .execute();
    await transaction
      .updateTable('attempt')
      .set({
        state: 'lost',
        outcome: 'lost',
        effect: 'unknown',
        message: 'Patchcord stopped while the request was under way',
        ended_at: now,
      })
      .where('lane_id', 'in', ids)
      .where('state', '=', 'sending')
      .execute();
    return lanes.length;
  });
}
