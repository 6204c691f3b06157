import type { Database } from '../store/database.ts';

const BATCH = 500;
/** Each batch is one transaction; more than this many in a row would be a fault of ours. */
const MAX_BATCHES = 10_000;

/**
 * Frees the lanes of dead workers: those of this node's earlier life (`node`), or those whose lease
 * has ended (`expired`). A request that was under way has an unknown outcome from now on; the fence
 * rises, so that a worker which only slept cannot settle any more. Returns how many were freed.
 * On SQLite one process works, so every claimed lane found at the start is of an earlier life.
 */
export async function recoverLanes(
  database: Database,
  which: { readonly kind: 'node'; readonly node: string } | { readonly kind: 'expired' },
): Promise<number> {
  let freed = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await recoverBatch(database, which);
    freed += count;
    if (count < BATCH) break;
  }
  return freed;
}

async function recoverBatch(
  database: Database,
  which: { readonly kind: 'node'; readonly node: string } | { readonly kind: 'expired' },
): Promise<number> {
  return await database.write(async (transaction) => {
    const now = database.now();
    const dead = transaction
      .selectFrom('lane')
      .select('id')
      .where('state', '=', 'leased')
      .$if(which.kind === 'expired', (query) => query.where('lease_until', '<', now))
      .$if(which.kind === 'node' && database.dialect === 'postgres', (query) =>
        query.where('node', '=', which.kind === 'node' ? which.node : ''),
      )
      .limit(BATCH);
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
