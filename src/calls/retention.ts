import type { Database } from '../store/database.ts';
import { MESSAGE_KEPT_MS } from './signatures/signed-intake.ts';
import { deleteSignedMessages } from './signatures/signed-messages-repository.ts';

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
/** Slices of one run and kind: more than a minute of a busy server brings, so that nothing piles up. */
const SLICES = 40;

/**
 * Removes what is older than it is kept. A call with a step that is not settled stays, however old
 * it is: nothing undelivered goes without a person having seen it. Some slices per run and kind, each
 * in a transaction of its own; returns how many rows went.
 */
export async function applyRetention(
  database: Database,
  retention: Retention = RETENTION,
): Promise<number> {
  const exchanges = await inSlices(() => removeExchanges(database, retention.exchangesMs));
  const calls = await inSlices(() => removeCalls(database, retention.callsMs));
  const refused = await inSlices(() => removeRefused(database, retention.refusedEventsMs));
  const messages = await inSlices(() => removeMessages(database));
  return exchanges + calls + refused + messages;
}

async function inSlices(removeSlice: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let slice = 0; slice < SLICES; slice += 1) {
    const went = await removeSlice();
    removed += went;
    if (went < SLICE) break;
  }
  return removed;
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

async function removeRefused(database: Database, keptMs: number): Promise<number> {
  return await database.write(async (transaction) => {
    // Ids are in the order of time: the primary key finds the oldest without an index of its own.
    const oldest = transaction.selectFrom('refused_event').select('id').orderBy('id').limit(SLICE);
    const result = await transaction
      .deleteFrom('refused_event')
      .where('id', 'in', oldest)
      .where('received_at', '<', database.now() - keptMs)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}

async function removeMessages(database: Database): Promise<number> {
  const before = database.now() - MESSAGE_KEPT_MS;
  return await database.write((transaction) =>
    deleteSignedMessages(transaction, { before, limit: SLICE }),
  );
}
