import type { Handle } from '../../store/handle.ts';
import type { SyncFailure, SyncMethod } from './sync-store.ts';

/** A list that could not be read since it was last complete, or whose deletions wait for a person. */
export interface SyncTrouble {
  readonly connectionId: string;
  readonly method: SyncMethod;
  readonly lastCompleteAt: number | undefined;
  readonly failure: SyncFailure | undefined;
  readonly waitingDeletions: number | undefined;
}

/** What somebody should look at, of the connections of all organizations; the longest waiting first. */
export async function listSyncTroubles(
  handle: Handle,
  limit: number,
): Promise<readonly SyncTrouble[]> {
  const rows = await handle
    .selectFrom('sync_state')
    .select(['connection_id', 'method', 'last_complete_at', 'waiting_deletions'])
    .select(['failure_code', 'failure_message', 'failure_at'])
    .where((eb) =>
      eb.or([
        eb('waiting_deletions', 'is not', null),
        eb('failure_at', '>', eb.fn.coalesce('last_complete_at', eb.lit(0))),
      ]),
    )
    .orderBy('last_complete_at')
    .orderBy('connection_id')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const { failure_code: code, failure_message: message, failure_at: at } = row;
    const hasFailed = code !== null && at !== null && at > (row.last_complete_at ?? 0);
    return {
      connectionId: row.connection_id,
      method: row.method,
      lastCompleteAt: row.last_complete_at ?? undefined,
      failure: hasFailed ? { code, message: message ?? '', at } : undefined,
      waitingDeletions: row.waiting_deletions ?? undefined,
    };
  });
}
