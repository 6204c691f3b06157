import { slotsDue } from '../connections/pace.ts';
import type { Buckets } from '../connections/pace.ts';
import { readBuckets } from '../connections/pace-repository.ts';
import { permission } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import {
  claimReady,
  countLeased,
  lockPaces,
  passOver,
  selectCandidates,
} from './claim-repository.ts';
import type { Branch } from './claim-repository.ts';

export interface ClaimedLane {
  readonly laneId: string;
  readonly fence: number;
  readonly connection: CallConnection;
}

export interface Claims {
  readonly lanes: readonly ClaimedLane[];
  /** There may be more to claim then, in epoch milliseconds: a connection's rate has its next slot. */
  readonly againAt?: number;
}

export interface ClaimDeps {
  readonly database: Database;
  readonly connections: ConnectionBook;
  readonly node: string;
  readonly leaseMs: number;
}

/** One statement has at most this many branches. */
export const MAX_CONNECTIONS = 64;
/** Where more connections have work than one claim looks at, the next ones are looked at so soon. */
const LOOK_ON_MS = 25;

interface Candidate {
  readonly connection: CallConnection;
  readonly probe: boolean;
}

/**
 * Claims ready lanes for this node, at most `limit` and for each connection no more than its free
 * permits; a broken connection gets one, as a probe. Each claim raises the lane's fence.
 */
export async function claimLanes(deps: ClaimDeps, limit: number): Promise<Claims> {
  const { database } = deps;
  const seen = await selectCandidates(database.read, {
    now: database.now(),
    limit: MAX_CONNECTIONS,
  });
  const isCut = seen.length === MAX_CONNECTIONS;
  const candidates = await openCandidates(deps, seen);
  if (candidates.size === 0 && !isCut) return { lanes: [] };
  const { rows, againAt } = await database.write(async (transaction) => {
    const now = database.now();
    const seenIds = seen.map(({ id }) => id);
    const paces = await lockPaces(transaction, seenIds, database.skipLocked);
    const ids = paces.map((pace) => pace.connection_id);
    const leased = await countLeased(transaction, ids);
    const limited = [...candidates.values()].filter(
      ({ connection }) => connection.limits.length > 0,
    );
    const buckets = await readBuckets(
      transaction,
      limited.map(({ connection }) => connection.id),
    );
    const permits = ids.map((id) => permitsOf(id, { candidates, leased, buckets, now }));
    const branches = shareOut(permits, limit);
    const times = permits.flatMap((permit) => permit.againAt ?? []);
    if (isCut) {
      // Those that may send nothing now would keep the places of all who come after them.
      await passOver(transaction, { connectionIds: ids, now });
      times.push(now + LOOK_ON_MS);
    }
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

/** Those of the connections that may send now, opened. */
async function openCandidates(
  deps: ClaimDeps,
  seen: Awaited<ReturnType<typeof selectCandidates>>,
): Promise<ReadonlyMap<string, Candidate>> {
  const now = deps.database.now();
  const candidates = new Map<string, Candidate>();
  for (const row of seen) {
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
  connectionId: string,
  given: {
    candidates: ReadonlyMap<string, Candidate>;
    leased: ReadonlyMap<string, number>;
    buckets: ReadonlyMap<string, Buckets>;
    now: number;
  },
): Permits {
  const candidate = given.candidates.get(connectionId);
  if (candidate === undefined) return { connectionId, permits: 0 };
  const { limits, options } = candidate.connection;
  const most = candidate.probe ? 1 : options.concurrency;
  const free = Math.max(0, most - (given.leased.get(connectionId) ?? 0));
  if (limits.length === 0 || free === 0) return { connectionId, permits: free };
  // More lanes than the next slots serve would be claimed only to be put back.
  const due = slotsDue(limits, given.buckets.get(connectionId) ?? NO_BUCKETS, given.now);
  return due.count === 0
    ? { connectionId, permits: 0, againAt: due.nextAt }
    : { connectionId, permits: Math.min(free, due.count) };
}

const NO_BUCKETS: Buckets = new Map();

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
