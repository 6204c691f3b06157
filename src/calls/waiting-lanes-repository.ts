import { sql } from 'kysely';

import type { Handle } from '../store/handle.ts';

/** A connection with calls that could not be planned on it. */
export interface WaitingConnection {
  readonly organizationId: string;
  readonly connectionId: string;
}

// Written out: a partial index is not used for a bound value.
const waits = sql<boolean>`unplanned_from is not null`;

/** Connections on which calls wait to be planned. */
export async function selectWaitingConnections(
  handle: Handle,
): Promise<readonly WaitingConnection[]> {
  const rows = await handle
    .selectFrom('lane')
    .select(['organization_id', 'connection_id'])
    .distinct()
    .where(waits)
    .execute();
  return rows.map((row) => ({
    organizationId: row.organization_id,
    connectionId: row.connection_id,
  }));
}

/** Ids of up to `limit` calls that wait to be planned on a connection, the oldest first. */
export async function selectWaitingCalls(
  handle: Handle,
  { connectionId }: WaitingConnection,
  limit: number,
): Promise<readonly string[]> {
  const rows = await handle
    .selectFrom('lane')
    .select('call_id')
    .where('connection_id', '=', connectionId)
    .where(waits)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.call_id);
}
