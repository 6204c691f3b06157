import { monotonicMs } from './monotonic.ts';
import { openRows } from './rows.ts';
import type { Row, Rows } from './rows.ts';

/** Calls whose rows are written again, two events each. */
const CALLS = 5_000;
/** Events that share a commit: about what the server puts into one at 5,000 a second. */
const EVENTS_PER_COMMIT = 64;
/** What one event after another leaves of a call, in the order in which rows need each other. */
const TABLES = [
  ['call', 'id'],
  ['call_event', 'call_id'],
  ['lane', 'call_id'],
] as const;
/** Columns that name a row; those of the copies get an ending. */
const NAMES = new Set(['id', 'call_id', 'lane_id', 'external_id', 'call_key']);

/**
 * Writes the rows of calls again, under other names, into the same database: prepared statements in a
 * loop, a commit for each 64 events, and nothing else. Gives events a second.
 */
export async function bareGroupCommit(place: Parameters<typeof openRows>[0]): Promise<number> {
  const rows = openRows(place);
  const calls = await readCalls(rows);
  const begun = monotonicMs();
  let events = 0;
  let open = 0;
  for (const call of calls) {
    if (open === 0) await rows.run('begin');
    for (const { text, parameters } of call.inserts) await rows.run(text, parameters);
    events += call.events;
    open += call.events;
    if (open < EVENTS_PER_COMMIT) continue;
    await rows.run('commit');
    open = 0;
  }
  if (open > 0) await rows.run('commit');
  const perSecond = (events / (monotonicMs() - begun)) * 1_000;
  await rows.close();
  return perSecond;
}

interface Insert {
  readonly text: string;
  readonly parameters: readonly Row[string][];
}

interface CallRows {
  readonly events: number;
  readonly inserts: readonly Insert[];
}

async function readCalls(rows: Rows): Promise<readonly CallRows[]> {
  const chosen = `select id from call where event_count = 2 order by id limit ${CALLS}`;
  const byCall = new Map<string, { events: number; inserts: Insert[] }>();
  const add = (call: unknown, table: string, row: Row): void => {
    const known = byCall.get(String(call)) ?? { events: 0, inserts: [] };
    byCall.set(String(call), known);
    known.events += table === 'call_event' ? 1 : 0;
    known.inserts.push(insert(table, row));
  };
  for (const [table, column] of TABLES) {
    const text = `select * from ${table} where ${column} in (${chosen})`;
    for (const row of await rows.all(text)) add(row[column], table, row);
  }
  const steps = `select lane.call_id as of_call, step.* from step join lane on lane.id = step.lane_id
    where lane.call_id in (${chosen})`;
  for (const { of_call, ...row } of await rows.all(steps)) add(of_call, 'step', row);
  return [...byCall.values()];
}

function insert(table: string, row: Row): Insert {
  const columns = Object.keys(row);
  return {
    text: `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    parameters: columns.map((column) => {
      const value = row[column] ?? null;
      return NAMES.has(column) && typeof value === 'string' ? `${value}-again` : value;
    }),
  };
}
