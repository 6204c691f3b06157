import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import { permission } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';

export interface ClaimedLane {
  readonly laneId: string;
  readonly fence: number;
  readonly connection: CallConnection;
}

export interface ClaimDeps {
  readonly database: Database;
  readonly connections: ConnectionBook;
  readonly node: string;
  readonly leaseMs: number;
}

/** One statement has at most this many branches. */
const MAX_CONNECTIONS = 64;

interface Candidate {
  readonly connection: CallConnection;
  readonly probe: boolean;
}

/**
 * Claims ready lanes for this node, at most `limit` and for each connection no more than its free
 * permits; a broken connection gets one, as a probe. Each claim raises the lane's fence.
 */
export async function claimLanes(deps: ClaimDeps, limit: number): Promise<readonly ClaimedLane[]> {
  const candidates = await readCandidates(deps);
  if (candidates.size === 0) return [];
  const claimed = await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    // The pace rows are locked: two nodes that counted the same free permits would exceed them.
    const open = await sql<{ connection_id: string; next_cell_at: number; leased: number }>`
      select connection_id, next_cell_at,
        (select count(*) from lane
          where lane.connection_id = connection_pace.connection_id and lane.state = 'leased') as leased
      from connection_pace where connection_id in (${sql.join([...candidates.keys()])})
      ${deps.database.skipLocked}`.execute(transaction);
    const branches = takeBranches(open.rows, { candidates, limit, now });
    if (branches.length === 0) return [];
    const { rows } = await sql<{ id: string; fence: number; connection_id: string }>`
      update lane set state = 'leased', fence = fence + 1, lease_until = ${now + deps.leaseMs},
        node = ${deps.node}
      where id in (${sql.join(
        branches.map((branch, at) => readyLanes(deps, branch, { at, now })),
        sql` union all `,
      )})
      returning id, fence, connection_id`.execute(transaction);
    await transaction
      .updateTable('connection_pace')
      .set({ claimed_at: now })
      .where(
        'connection_id',
        'in',
        branches.map((branch) => branch.connectionId),
      )
      .execute();
    return rows;
  });
  // PostgreSQL keeps no order in RETURNING; ids sort by the age of the lane.
  return claimed
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((row) => {
      const candidate = candidates.get(row.connection_id);
      return candidate === undefined
        ? []
        : [{ laneId: row.id, fence: row.fence, connection: candidate.connection }];
    });
}

/** Connections that may send now and have a ready lane; who waited longest comes first. */
async function readCandidates(deps: ClaimDeps): Promise<ReadonlyMap<string, Candidate>> {
  const now = deps.database.now();
  const { rows } = await sql<{
    id: string;
    organization_id: string;
    state: 'active' | 'throttled' | 'broken';
    state_until: number | null;
  }>`
    select c.id, c.organization_id, c.state, c.state_until
    from connection_pace p join connection c on c.id = p.connection_id
    where c.state in ('active', 'throttled', 'broken')
      and (c.state = 'active' or c.state_until is null or c.state_until <= ${now})
      and exists (select 1 from lane l
        where l.connection_id = p.connection_id and l.state = 'ready' and l.ready_at <= ${now})
    order by p.claimed_at, p.connection_id limit ${MAX_CONNECTIONS}`.execute(deps.database.read);
  const candidates = new Map<string, Candidate>();
  for (const row of rows) {
    const allowed = permission({ state: row.state, until: row.state_until }, now);
    if (allowed === 'closed') continue;
    const connection = await deps.connections.open(row.organization_id, row.id);
    if (connection !== undefined)
      candidates.set(row.id, { connection, probe: allowed === 'probe' });
  }
  return candidates;
}

interface Branch {
  readonly connectionId: string;
  readonly permits: number;
}

function takeBranches(
  rows: readonly { connection_id: string; next_cell_at: number; leased: number }[],
  given: { candidates: ReadonlyMap<string, Candidate>; limit: number; now: number },
): readonly Branch[] {
  const branches: Branch[] = [];
  let left = given.limit;
  for (const row of rows) {
    const candidate = given.candidates.get(row.connection_id);
    if (candidate === undefined) continue;
    const { concurrency, rate } = candidate.connection.options;
    const most = candidate.probe ? 1 : concurrency;
    // With a rate, more lanes than the next slot serves would be claimed only to be put back.
    const paced = rate === undefined ? most : row.next_cell_at <= given.now ? 1 : 0;
    const permits = Math.min(most - row.leased, paced, left);
    if (permits <= 0) continue;
    left -= permits;
    branches.push({ connectionId: row.connection_id, permits });
  }
  return branches;
}

function readyLanes(
  deps: ClaimDeps,
  branch: Branch,
  of: { at: number; now: number },
): RawBuilder<unknown> {
  return sql`select id from (select id from lane
    where state = 'ready' and connection_id = ${branch.connectionId} and ready_at <= ${of.now}
    order by ready_at, id limit ${branch.permits} ${deps.database.skipLocked}) as ${sql.ref(`b${of.at}`)}`;
}
