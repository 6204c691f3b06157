import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Database } from '../../src/store/database.ts';
import { copyRows, readColumns } from './copy-rows.ts';
import type { CopiedTable } from './copy-rows.ts';

export interface FillPlan {
  /** `external_id` of a delivered call whose rows are the pattern of all others. */
  readonly pattern: string;
  /** Steps that the database is to hold. */
  readonly steps: number;
  /** Name of the node that died with lanes in its hands. */
  readonly node: string;
}

/** Calls of one statement: each stays far below the limit of a statement's time. */
const BATCH = 10_000;
const HOUR_MS = 3_600_000;
/** As many lanes as one process works on at the same time. */
const IN_HAND = 256;

/**
 * Fills a database with copies of a delivered call, so that it looks as after a bad day: of a
 * hundred calls seventy are delivered, twenty wait and are due, five wait for a later try, three are
 * parked, two are unknown, and the last ones were being worked on when the process died.
 */
export async function fillDatabase(
  database: Database,
  plan: FillPlan,
  tell: (words: string) => void,
): Promise<void> {
  const { id: callId } = await database.read
    .selectFrom('call')
    .select('id')
    .where('external_id', '=', plan.pattern)
    .executeTakeFirstOrThrow();
  const lane = await database.read
    .selectFrom('lane')
    .select('id')
    .where('call_id', '=', callId)
    .executeTakeFirstOrThrow();
  const { each } = await database.read
    .selectFrom('step')
    .select((eb) => eb.fn.countAll<number>().as('each'))
    .where('lane_id', '=', lane.id)
    .executeTakeFirstOrThrow();
  const calls = Math.ceil(plan.steps / each);
  const columns = await readColumns(database);
  for (let first = 0; first < calls; first += BATCH) {
    const last = Math.min(calls, first + BATCH) - 1;
    await copyCalls(database, { ...plan, callId, laneId: lane.id, first, last, calls, columns });
    tell(`${((last + 1) * each).toLocaleString('en')} steps written`);
  }
  if (database.dialect === 'postgres') await sql`analyze`.execute(database.read);
}

/** PostgreSQL must be told what kind of number it is. */
function at(ms: number): RawBuilder<unknown> {
  return sql`cast(${ms} as bigint)`;
}

interface Copies extends FillPlan {
  readonly callId: string;
  readonly laneId: string;
  readonly first: number;
  readonly last: number;
  /** In all. */
  readonly calls: number;
  /** Of each table. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

async function copyCalls(database: Database, of: Copies): Promise<void> {
  const now = database.now();
  const { callId, laneId } = of;
  const numbers = { first: of.first, last: of.last };
  const call = sql`'call-' || n.text`;
  const lane = sql`'lane-' || n.text`;
  const step = sql`'step-' || n.text || '-' || cast(t.sequence as text)`;
  const attempt = sql`'attempt-' || n.text || '-' || t.step_id`;
  const kind = sql`n.i % 100`;
  const isInHand = sql`n.i >= cast(${of.calls - IN_HAND} as integer)`;
  await database.write(async (transaction) => {
    const copy = async (
      table: CopiedTable,
      where: RawBuilder<unknown>,
      changed: Readonly<Record<string, RawBuilder<unknown>>>,
    ): Promise<void> => {
      const columns = of.columns.get(table) ?? [];
      await copyRows(transaction, { table, columns, where, changed, ...numbers });
    };
    await copy('call', sql`t.id = ${callId}`, {
      id: call,
      external_id: sql`t.external_id || '-' || n.text`,
    });
    await copy('call_event', sql`t.call_id = ${callId}`, {
      id: sql`'event-' || n.text || '-' || cast(t.sequence as text)`,
      call_id: call,
    });
    await copy('lane', sql`t.id = ${laneId}`, {
      id: lane,
      call_id: call,
      call_key: sql`'key-' || n.text`,
      state: sql`case when ${isInHand} then 'leased' when ${kind} < 70 then 'idle'
        when ${kind} < 95 then 'ready' when ${kind} < 98 then 'parked' else 'ready' end`,
      ready_at: sql`case when ${kind} < 90 then ${at(now)} else ${at(now + HOUR_MS)} end`,
      fence: sql`1`,
      node: sql`case when ${isInHand} then ${of.node} end`,
      lease_until: sql`case when ${isInHand} then ${at(now + HOUR_MS)} end`,
    });
    await copy('step', sql`t.lane_id = ${laneId}`, {
      id: step,
      lane_id: lane,
      state: sql`case when t.rank = 0 then 'done'
        when ${isInHand} then case when t.rank = 10 then 'sending' else 'pending' end
        when ${kind} < 70 then 'done' when ${kind} < 95 or t.rank > 10 then 'pending'
        when ${kind} < 98 then 'parked' else 'unknown' end`,
      reason: sql`case when not (${isInHand}) and ${kind} between 95 and 97 and t.rank = 10
        then 'refused' end`,
      ready_at: sql`case when ${kind} < 90 then ${at(now)} else ${at(now + HOUR_MS)} end`,
    });
    await copy('attempt', sql`t.lane_id = ${laneId}`, {
      id: attempt,
      lane_id: lane,
      step_id: sql`'step-' || n.text || '-' || (select cast(s.sequence as text) from step s
        where s.id = t.step_id)`,
      state: sql`case when ${isInHand} and t.method = 'CreateActivity' then 'sending'
        else t.state end`,
    });
  });
}
