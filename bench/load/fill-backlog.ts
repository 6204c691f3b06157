import { openRows } from './rows.ts';
import type { Rows } from './rows.ts';

/** Columns that name a row or its parent; copies get an ending, so that they belong together. */
const NAMES = new Set(['id', 'call_id', 'lane_id', 'external_id', 'call_key']);
const TABLES = ['call', 'lane', 'step'] as const;
const AN_HOUR_MS = 3_600_000;

/**
 * Copies every call that there is, with its lane and its steps, `times` times, by SQL: the copies
 * wait like their models, of connections that are paused and go on afterwards. The server must have been
 * stopped.
 */
export async function fillBacklog(
  place: Parameters<typeof openRows>[0],
  times: number,
): Promise<void> {
  const rows = openRows(place);
  await rows.run('begin');
  for (const table of TABLES) await copy(rows, table, times);
  await rows.run("update connection set state = 'active', state_reason = null");
  await rows.run('commit');
  await rows.run('analyze');
  await rows.close();
}

/** Steps that are not settled. */
export async function countWaiting(place: Parameters<typeof openRows>[0]): Promise<number> {
  const rows = openRows(place);
  const [row] = await rows.all("select count(*) as n from step where state = 'pending'");
  await rows.close();
  return Number(row?.['n']);
}

async function copy(rows: Rows, table: string, times: number): Promise<void> {
  const [model] = await rows.all(`select * from ${table} limit 1`);
  const columns = Object.keys(model ?? {});
  const values = columns.map((column) =>
    NAMES.has(column) ? `model.${column} || '-' || copy.n` : `model.${column}`,
  );
  await rows.run(`insert into ${table} (${columns.join(', ')})
    with recursive copy (n) as (select 1 union all select n + 1 from copy where n < ${times})
    select ${values.join(', ')} from copy cross join ${table} as model`);
}

/**
 * Lets a share of the lanes wait for a later try, spread evenly over the connections and their queues.
 * The server must have been stopped.
 */
export async function blockLanes(
  place: Parameters<typeof openRows>[0],
  share: number,
): Promise<void> {
  const every = Math.round(1 / share);
  const rows = openRows(place);
  await rows.run(`update lane set ready_at = ready_at + ${AN_HOUR_MS} where id in (
    select id from (select id, row_number() over (order by id) as place from lane
      where state = 'ready') as ordered
    where place % ${every} = 0)`);
  await rows.run('analyze');
  await rows.close();
}
