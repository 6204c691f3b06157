import type { Transaction } from 'kysely';

import { slotsDue } from '../connections/pace.ts';
import type { Buckets } from '../connections/pace.ts';
import { readBuckets } from '../connections/pace-repository.ts';
import type { Leave, Places, PlacesOfClaim } from '../connections/places.ts';
import { permission } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import {
  claimReady,
  countLeased,
  findFreshSearches,
  holdConnections,
  LONGEST_HOLD_MS,
  lockPaces,
  passOver,
  selectCandidates,
  writeOrigin,
} from './claim-repository.ts';
import type { Branch, Waiting } from './claim-repository.ts';
import { gateByHosts } from './host-gate.ts';
import type { Asking } from './host-gate.ts';
import { shareOut } from './share-out.ts';
import type { Pool } from './share-out.ts';
import type { LaneRow } from './step-rows.ts';

export interface ClaimedLane {
  readonly laneId: string;
  /** As it was claimed. */
  readonly lane: LaneRow;
  readonly fence: number;
  readonly connection: CallConnection;
  /** Whoever works on the lane calls it at the end: its place is free then for look-ups. */
  readonly leave: Leave;
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
  /** Shared with the look-ups of this process; without it there are none. */
  readonly places?: Pick<Places, 'beginClaim'>;
}

/** One statement has at most this many branches. */
export const MAX_CONNECTIONS = 64;
/** Where more connections have work than one claim looks at, the next ones are looked at so soon. */
const LOOK_ON_MS = 25;
/** A connection whose next slot is nearer than this is looked at all the same. */
const SHORTEST_HOLD_MS = 1_000;

interface Candidate {
  readonly connection: CallConnection;
  /** Lanes that it may have at a time. */
  readonly most: number;
  /** The one lane is to show whether the CRM is back. */
  readonly isProbe: boolean;
}

/**
 * Claims ready lanes for this node, at most `limit`, shared out among organizations, and for each
 * connection no more than its free permits; a broken connection gets one, as a probe. `pool`: what
 * the process works on already. Each claim raises the lane's fence.
 */
export async function claimLanes(
  deps: ClaimDeps,
  limit: number,
  pool: Omit<Pool, 'limit'> = {},
): Promise<Claims> {
  const places = deps.places?.beginClaim();
  try {
    const { lanes, ...claims } = await claimInto(deps, { ...pool, limit }, places);
    const leaves = places?.end(lanes.map(({ connection }) => connection.id)) ?? [];
    return {
      ...claims,
      lanes: lanes.map((lane, at) => ({ ...lane, leave: leaves[at] ?? NOTHING })),
    };
  } finally {
    places?.end([]);
  }
}

const NOTHING: Leave = () => {
  // Nobody counts places here.
};

async function claimInto(
  deps: ClaimDeps,
  pool: Pool,
  places: PlacesOfClaim | undefined,
): Promise<Omit<Claims, 'lanes'> & { readonly lanes: readonly Omit<ClaimedLane, 'leave'>[] }> {
  const { database } = deps;
  const asked = { now: database.now(), limit: MAX_CONNECTIONS };
  const seen = await selectCandidates(database.read, asked);
  // Mostly none is, and then the transaction asks for none; what falls sick now is seen at sending.
  const isAnyHostSick = seen.some((one) => one.any_host_known === 1);
  const isCut = seen.length === MAX_CONNECTIONS;
  const candidates = await openCandidates(deps, seen);
  if (candidates.size === 0 && !isCut) return { lanes: [] };
  // A claim that a power cut takes back was never used: what is sent under it is committed after it.
  const { rows, againAt } = await database.writeSoon(async (transaction) => {
    const now = database.now();
    const seenIds = seen.map(({ id }) => id);
    const origins = await lockPaces(transaction, seenIds, database.skipLocked);
    const locked = seenIds.filter((id) => origins.has(id));
    const asking = await permitsOf(transaction, candidates, { locked, now, places });
    await keepOrigins(transaction, asking, origins);
    const wanted = isAnyHostSick ? await gateByHosts(transaction, asking, now) : asking;
    await hold(transaction, wanted, now);
    const shares = shareOut(wanted, pool);
    const branches = await withSearches(transaction, shares, { wanted, now });
    const times = wanted.flatMap((each) => each.againAt ?? []);
    // Those that may send nothing now would keep the places of all who come after them.
    const served = isCut ? locked : branches.map(({ connectionId }) => connectionId);
    await passOver(transaction, { connectionIds: served, now });
    if (isCut) times.push(now + LOOK_ON_MS);
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
        : [{ laneId: row.id, lane: row, fence: row.fence, connection: candidate.connection }];
    });
  return { lanes, ...(againAt === undefined ? {} : { againAt }) };
}

/** Those of the connections that may send now, opened. */
async function openCandidates(
  deps: ClaimDeps,
  seen: readonly Waiting[],
): Promise<ReadonlyMap<string, Candidate>> {
  const now = deps.database.now();
  const candidates = new Map<string, Candidate>();
  for (const row of seen) {
    const allowed = permission({ state: row.state, until: row.state_until }, now);
    if (allowed === 'closed') continue;
    const connection = await deps.connections.open(row.organization_id, row.id);
    if (connection === undefined) continue;
    const { concurrency } = connection.options;
    const most = allowed === 'probe' ? 1 : Math.min(concurrency, row.permits ?? concurrency);
    candidates.set(row.id, { connection, most, isProbe: allowed === 'probe' });
  }
  return candidates;
}

/** Lets connections that ask whether their CRM is back do so with a search, where one waits. */
async function withSearches(
  transaction: Transaction<Tables>,
  shares: readonly Branch[],
  of: { readonly wanted: readonly Asking[]; readonly now: number },
): Promise<readonly Branch[]> {
  const probing = new Set(
    of.wanted.flatMap(({ connectionId, isProbe }) => (isProbe ? [connectionId] : [])),
  );
  const connectionIds = shares
    .map(({ connectionId }) => connectionId)
    .filter((connectionId) => probing.has(connectionId));
  const searches = await findFreshSearches(transaction, { connectionIds, now: of.now });
  return shares.map((share) => ({ ...share, laneId: searches.get(share.connectionId) }));
}

/** What each connection may have for itself: free places, and slots of its rate that are due. */
async function permitsOf(
  transaction: Transaction<Tables>,
  candidates: ReadonlyMap<string, Candidate>,
  of: {
    readonly locked: readonly string[];
    readonly now: number;
    readonly places: PlacesOfClaim | undefined;
  },
): Promise<readonly Asking[]> {
  const leased = await countLeased(transaction, of.locked);
  const limited = of.locked.filter((id) => (candidates.get(id)?.connection.limits.length ?? 0) > 0);
  const buckets = await readBuckets(transaction, limited);
  return of.locked.flatMap((connectionId): readonly Asking[] => {
    const candidate = candidates.get(connectionId);
    if (candidate === undefined) return [];
    const { connection, most, isProbe } = candidate;
    const { organizationId, limits } = connection;
    const has = leased.get(connectionId) ?? 0;
    const free = of.places?.hold(connection, { most, leased: has }) ?? Math.max(0, most - has);
    const origin = connection.origins[0];
    const asking = { connectionId, organizationId, permits: free, leased: has, origin, isProbe };
    if (limits.length === 0 || free === 0) return [asking];
    // More lanes than the next slots serve would be claimed only to be put back.
    const due = slotsDue(limits, buckets.get(connectionId) ?? NO_BUCKETS, of.now);
    return due.count === 0
      ? [{ ...asking, permits: 0, againAt: due.nextAt }]
      : [{ ...asking, permits: Math.min(free, due.count) }];
  });
}

const NO_BUCKETS: Buckets = new Map();

/** The delay sits on the connection: it is not even looked at while it has nothing to send. */
async function hold(
  transaction: Transaction<Tables>,
  asking: readonly Asking[],
  now: number,
): Promise<void> {
  const waiting = asking.filter(({ againAt = 0 }) => againAt - now >= SHORTEST_HOLD_MS);
  const times = Map.groupBy(waiting, ({ againAt = now }) =>
    Math.min(againAt, now + LONGEST_HOLD_MS),
  );
  for (const [until, held] of times) {
    const connectionIds = held.map(({ connectionId }) => connectionId);
    await holdConnections(transaction, { connectionIds, until });
  }
}

/** The lanes of a host are found by what their connections were last known to call. */
async function keepOrigins(
  transaction: Transaction<Tables>,
  asking: readonly Asking[],
  known: ReadonlyMap<string, string | null>,
): Promise<void> {
  const changed = asking.filter(
    ({ connectionId, origin = null }) => known.get(connectionId) !== origin,
  );
  for (const [origin, those] of Map.groupBy(changed, (each) => each.origin ?? null)) {
    const connectionIds = those.map(({ connectionId }) => connectionId);
    await writeOrigin(transaction, { connectionIds, origin });
  }
}
