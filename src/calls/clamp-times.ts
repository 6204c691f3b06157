import type { Database } from '../store/database.ts';
import {
  clampConnections,
  clampLanes,
  selectFarConnections,
  selectFarLanes,
} from './clamp-times-repository.ts';

/** The longest that anything waits by itself: what a CRM may ask for, and the longest back-off. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1_000 + 15 * 60 * 1_000;
const SLICE = 200;

/**
 * Frees lanes and connections that wait for a time which no rule of ours sets: the clock ran ahead
 * when it was written. They are due at once. Returns how many.
 */
export async function clampTimes(database: Database): Promise<number> {
  const after = database.now() + LONGEST_WAIT_MS;
  const ids = await selectFarLanes(database.read, { after, limit: SLICE });
  const connections = await selectFarConnections(database.read, { after, limit: SLICE });
  if (ids.length + connections.length === 0) return 0;
  await database.write(async (transaction) => {
    const now = database.now();
    await clampLanes(transaction, { ids, after, now });
    await clampConnections(transaction, { ids: connections, after, now });
  });
  return ids.length + connections.length;
}
