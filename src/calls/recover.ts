import type { Database } from '../store/database.ts';
import { recoverBatch } from './recover-repository.ts';
import type { DeadLanes } from './recover-repository.ts';

const BATCH = 500;
/** Each batch is one transaction; more than this many in a row would be a fault of ours. */
const MAX_BATCHES = 10_000;

/**
 * Frees the lanes of dead workers: those of this node's earlier life (`node`), or those whose lease
 * has ended (`expired`). A request that was under way has an unknown outcome from now on; the fence
 * rises, so that a worker which only slept cannot settle any more. Returns how many were freed.
 * On SQLite one process works, so every claimed lane found at the start is of an earlier life.
 */
export async function recoverLanes(database: Database, which: DeadLanes): Promise<number> {
  let freed = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await recoverBatch(database, which, BATCH);
    freed += count;
    if (count < BATCH) break;
  }
  return freed;
}
