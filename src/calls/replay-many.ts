import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { Limit } from '../document/options/limits.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { CallConnection } from './call-connection.ts';
import { again, changeStep } from './change-step.ts';
import type { ActionDeps } from './change-step.ts';
import { isForPeople } from './must-settle.ts';
import { lastReplays, listParked } from './replay-repository.ts';
import type { ParkedStep, ReplayFilter } from './replay-repository.ts';
import { toStep } from './step-rows.ts';

export interface ReplayRequest {
  readonly filter: ReplayFilter;
  readonly actor: Actor;
  /** Nothing changes: what would be done is told. */
  readonly preview: boolean;
}

export interface Replayed {
  readonly steps: number;
  readonly calls: number;
  /** Steps whose outcome is unknown and can only be found out by people. */
  readonly leftToPeople: number;
  /** More steps are parked than one request takes: the next one takes those. */
  readonly more: boolean;
  /** When the last of them is tried, epoch milliseconds; undefined: there is nothing to try. */
  readonly lastAt?: number;
}

/** Steps of one request; what is beyond is told. */
const MOST_STEPS = 5_000;
/** Calls of today come first: what is replayed gets a tenth of the connection's rate. */
const SHARE = 10;
/** Without a rate, one at a time; an answer takes about so long. */
const WITHOUT_RATE_MS = 1_000;
/** A lane that begins later than anything waits by itself would pass for a clock that ran ahead. */
const LONGEST_SPREAD_MS = 24 * 60 * 60 * 1_000;
/** Changes that share a commit: about 4 ms of SQLite, in which nobody else is served. */
const AT_ONCE = 20;

/**
 * Tries many parked steps again: a group, a range of time, or all of the organization's. The lanes of
 * a connection begin one after the other, at a tenth of its rate, behind those that are replayed
 * already; steps keep the order of their lane. Pressing twice does it once.
 */
export async function replayMany(
  deps: ActionDeps,
  scope: OrganizationScope,
  { filter, actor, preview }: ReplayRequest,
): Promise<Replayed> {
  const { database } = deps;
  const found = await listParked(database.read, scope, { filter, limit: MOST_STEPS + 1 });
  const parked = found.slice(0, MOST_STEPS);
  const connections = await openAll(deps, scope, parked);
  const able = parked.filter((row) => {
    const connection = connections.get(row.connection_id);
    return connection === undefined || !isForPeople(toStep(row), connection);
  });
  const begins = spread(able, {
    connections,
    busyUntil: await lastReplays(database.read, scope),
    now: database.now(),
  });
  if (!preview) {
    for (let at = 0; at < able.length; at += AT_ONCE) {
      await replaySlice(deps, scope, { rows: able.slice(at, at + AT_ONCE), begins, actor });
    }
  }
  const last = [...begins.values()].reduce((latest, time) => Math.max(latest, time), 0);
  return {
    steps: able.length,
    calls: new Set(able.map((row) => row.call_id)).size,
    leftToPeople: parked.length - able.length,
    more: found.length > MOST_STEPS,
    ...(able.length === 0 ? {} : { lastAt: last }),
  };
}

async function openAll(
  deps: Pick<ActionDeps, 'connections'>,
  { organizationId }: OrganizationScope,
  rows: readonly ParkedStep[],
): Promise<ReadonlyMap<string, CallConnection>> {
  const ids = [...new Set(rows.map((row) => row.connection_id))];
  const opened = await Promise.all(ids.map((id) => deps.connections.open(organizationId, id)));
  return new Map(opened.flatMap((each) => (each === undefined ? [] : [[each.id, each]])));
}

/** When each lane begins. */
function spread(
  rows: readonly ParkedStep[],
  given: {
    readonly connections: ReadonlyMap<string, CallConnection>;
    readonly busyUntil: ReadonlyMap<string, number>;
    readonly now: number;
  },
): ReadonlyMap<string, number> {
  const begins = new Map<string, number>();
  const next = new Map<string, number>();
  for (const { lane_id: laneId, connection_id: id } of rows) {
    const stepMs = replayMs(given.connections.get(id)?.limits ?? []);
    const busy = given.busyUntil.get(id);
    const free = next.get(id) ?? Math.max(given.now, busy === undefined ? 0 : busy + stepMs);
    const latest = given.now + LONGEST_SPREAD_MS;
    if (!begins.has(laneId)) begins.set(laneId, Math.min(free, latest));
    // Each step is a request; the next lane begins when these have had their time.
    next.set(id, free + stepMs);
  }
  return begins;
}

/** Milliseconds for one request of a replay. */
function replayMs(limits: readonly Limit[]): number {
  const slowest = limits.map(({ requests, per_seconds }) => (per_seconds * 1_000) / requests);
  return limits.length === 0 ? WITHOUT_RATE_MS : Math.ceil(Math.max(...slowest) * SHARE);
}

async function replaySlice(
  deps: ActionDeps,
  scope: OrganizationScope,
  of: {
    readonly rows: readonly ParkedStep[];
    readonly begins: ReadonlyMap<string, number>;
    readonly actor: Actor;
  },
): Promise<void> {
  await Promise.all(
    of.rows.map((row) =>
      changeStep(deps, scope, {
        stepId: row.id,
        act: { action: 'step.replayed', actor: of.actor },
        // Somebody else may have been faster.
        decide: (step, at) =>
          step.state === 'parked'
            ? {
                ...again(step, at.now),
                readyAt: of.begins.get(row.lane_id) ?? at.now,
                replayedAt: at.now,
              }
            : 'nothing',
      }).catch(unlessGone),
    ),
  );
}

/** A call whose time was over by then keeps the others of the replay from nothing. */
function unlessGone(err: unknown): void {
  if (!(err instanceof AppError) || err.code !== 'not_found') throw err;
}
