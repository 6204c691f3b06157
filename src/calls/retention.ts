import type { Database } from '../store/database.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface Retention {
  readonly exchangesMs: number;
  readonly callsMs: number;
  readonly refusedEventsMs: number;
}

export const RETENTION: Retention = {
  exchangesMs: 7 * DAY_MS,
  callsMs: 400 * DAY_MS,
  refusedEventsMs: 7 * DAY_MS,
};

/** Rows of one statement: a slice that the writer does not feel. */
const SLICE = 500;

/**
 * Removes what is older than it is kept. A call with a step that is not settled stays, however old
 * it is: nothing undelivered goes without a person having seen it. One slice per run and kind;
 * returns how many rows went.
 */
export async function applyRetention(
  database: Database,
  retention: Retention = RETENTION,
): Promise<number> {
  const exchanges = await removeExchanges(database, retention.exchangesMs);
  const calls = await removeCalls(database, retention.callsMs);
  const refused = await database.write(async (transaction) => {
    const result = await transaction
      .deleteFrom('refused_event')
      .where('received_at', '<', database.now() - retention.refusedEventsMs)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  });
  return exchanges + calls + refused;
}

async function removeExchanges(database: Database, keptMs: number): Promise<number> {
  return await database.write(async (transaction) => {
    const old = transaction
      .selectFrom('exchange')
      .select('id')
      .where('started_at', '<', database.now() - keptMs)
      .orderBy('started_at')
      .limit(SLICE);
    const result = await transaction
      .deleteFrom('exchange')
      .where('id', 'in', old)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}

async function removeCalls(database: Database, keptMs: number): Promise<number> {
  return await database.write(async (transaction) => {
    const old = transaction
      .selectFrom('call')
      .select('call.id')
      .where('call.created_at', '<', database.now() - keptMs)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('lane')
              .innerJoin('step', 'step.lane_id', 'lane.id')
              .select('step.id')
              .whereRef('lane.call_id', '=', 'call.id')
              .where('step.state', 'in', ['pending', 'sending', 'unknown', 'parked']),
          ),
        ),
      )
      .orderBy('call.created_at')
      .limit(SLICE);
    const result = await transaction.deleteFrom('call').where('id', 'in', old).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}
