import { sql } from 'kysely';

import type { Handle } from '../store/handle.ts';
import type { AwaitedRecording } from './explain.ts';

const NOT_TRIED: AwaitedRecording = { at: undefined, message: undefined };

/** The recordings of some calls that are fetched until they are there, by call and key. */
export async function selectAwaited(
  handle: Handle,
  callIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, AwaitedRecording>>> {
  const rows = await handle
    .selectFrom('recording')
    .select(['call_id', 'key', 'message', 'ready_at'])
    .where('call_id', 'in', callIds)
    // Bound, it would make SQLite plan the statement anew at each run.
    .where(sql<boolean>`state = 'announced'`)
    .where('failure', 'is', null)
    .where('ready_at', 'is not', null)
    .execute();
  const byCall = Map.groupBy(rows, (row) => row.call_id);
  const told = (row: (typeof rows)[number]): AwaitedRecording => {
    const { message, ready_at: at } = row;
    // Until the first try has ended, its time is only when another process may take it over.
    return message === null || at === null ? NOT_TRIED : { at, message };
  };
  return new Map(
    [...byCall].map(([id, own]) => [id, new Map(own.map((row) => [row.key, told(row)]))]),
  );
}
