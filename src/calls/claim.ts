import { permission } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { claimReady, countLeased, lockPaces, selectCandidates } from './claim-repository.ts';
import type { Branch, Pace } from './claim-repository.ts';

export interface ClaimedLane {
  readonly laneId: string;
  readonly fence: number;
  readonly connection: CallConnection;
}

export interface Claims {
  readonly lanes: readonly ClaimedLane[];
  /** Lanes wait for a connection's rate until then, in epoch milliseconds. */
  readonly againAt?: number;
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
export async function claimLanes(deps: ClaimDeps, limit: number): Promise<Claims> {
  const candidates = await readCandidates(deps);
  if (candidates.size === 0) return { lanes: [] };
  const { database } = deps;
  const { rows, againAt } = await database.write(async (transaction) => {
    const now = database.now();
    const paces = await lockPaces(transaction, [...candidates.keys()], database.skipLocked);
    const ids = paces.map((pace) => pace.connection_id);
    const leased = await countLeased(transaction, ids);
    const permits = paces.map((pace) => permitsOf(pace, { candidates, leased, now }));
    const branches = shareOut(permits, limit);
    const times = permits.flatMap((permit) => permit.againAt ?? []);
    return {
      againAt: times.length === 0 ? undefined : Math.min(...times),
      rows:
        branches.length === 0
          ? []
          : await claimReady(transaction, {
              branches,
              node: deps.node,
              now,
              leaseUntil: now + deps.leaseMs,
              skipLocked: database.skipLocked,
            }),
    };
  });
  // PostgreSQL keeps no order in RETURNING; ids sort by the age of the lane.
  const lanes = rows
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((row) => {
      const candidate = candidates.get(row.connection_id);
      return candidate === undefined
        ? []
        : [{ laneId: row.id, fence: row.fence, connection: candidate.connection }];
    });
  return { lanes, ...(againAt === undefined ? {} : { againAt }) };
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

interface Permits extends Branch {
  /** The rate has no slot before. */
  readonly againAt?: number;
}

function permitsOf(
  pace: Pace,
  given: {
    candidates: ReadonlyMap<string, Candidate>;
    leased: ReadonlyMap<string, number>;
    now: number;
  },
): Permits {
  const connectionId = pace.connection_id;
  const candidate = given.candidates.get(connectionId);
  if (candidate === undefined) return { connectionId, permits: 0 };
  const { concurrency, rate } = candidate.connection.options;
  const most = candidate.probe ? 1 : concurrency;
  const free = Math.max(0, most - (given.leased.get(connectionId) ?? 0));
  if (rate === undefined || free === 0) return { connectionId, permits: free };
  // More lanes than the next slot serves would be claimed only to be put back.
  if (pace.next_cell_at <= given.now) return { connectionId, permits: 1 };
  return { connectionId, permits: 0, againAt: pace.next_cell_at };
}

function shareOut(permits: readonly Branch[], limit: number): readonly Branch[] {
  const branches: Branch[] = [];
  let left = limit;
  for (const { connectionId, permits: wanted } of permits) {
    const given = Math.min(wanted, left);
    if (given > 0) branches.push({ connectionId, permits: given });
    left -= given;
  }
  return branches;
}
