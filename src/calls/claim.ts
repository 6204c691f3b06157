import { permission } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { claimReady, lockPaces, selectCandidates } from './claim-repository.ts';
import type { Branch, Pace } from './claim-repository.ts';

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
  const { database } = deps;
  const claimed = await database.write(async (transaction) => {
    const now = database.now();
    const paces = await lockPaces(transaction, [...candidates.keys()], database.skipLocked);
    const branches = takeBranches(paces, { candidates, limit, now });
    if (branches.length === 0) return [];
    return await claimReady(transaction, {
      branches,
      node: deps.node,
      now,
      leaseUntil: now + deps.leaseMs,
      skipLocked: database.skipLocked,
    });
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
  const rows = await selectCandidates(deps.database.read, { now, limit: MAX_CONNECTIONS });
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

function takeBranches(
  rows: readonly Pace[],
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
