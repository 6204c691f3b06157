import { sql } from 'kysely';
import type { Kysely, RawBuilder, Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';
import type { LaneRow } from './step-rows.ts';

/** A connection is looked at again so soon, lest one that was changed wait for the old rules. */
export const LONGEST_HOLD_MS = 60_000;

/** What a claim knows of a connection without opening it. */
export interface Waiting {
  readonly id: string;
  readonly organization_id: string;
  readonly state: 'active' | 'throttled' | 'broken';
  readonly state_until: number | null;
  readonly permits: number | null;
  /** 1 when some address failed lately, whosever it is. */
  readonly any_host_known: number;
}

export interface Branch {
  readonly connectionId: string;
  readonly permits: number;
  /** Nothing but this one lane. */
  readonly laneId?: string | undefined;
}

/**
 * Connections that may send and have a ready lane: first one of each organization, then the second
 * ones; whoever was served longest ago comes first. Those of an organization that is suspended may
 * not, and those that are held have nothing to send before; a time far beyond the longest hold is
 * of a clock that ran ahead. Steps from one connection with ready lanes to the next in their index, so
 * that those without any, nearly all, cost nothing.
 */
export async function selectCandidates(
  handle: Kysely<Tables>,
  of: { readonly now: number; readonly limit: number },
): Promise<readonly Waiting[]> {
  const { rows } = await sql<Waiting>`
    with recursive busy(id) as (
      select (select connection_id from lane where state = 'ready' order by connection_id limit 1)
      union all
      select (select l.connection_id from lane l
        where l.state = 'ready' and l.connection_id > busy.id order by l.connection_id limit 1)
      from busy where busy.id is not null
    )
    select id, organization_id, state, state_until, permits,
      case when exists (select 1 from host_health) then 1 else 0 end as any_host_known
    from (
      select c.id, c.organization_id, c.state, c.state_until, c.permits, p.claimed_at,
        row_number() over own as turn, last_value(p.claimed_at) over own as served_at
      from busy join connection_pace p on p.connection_id = busy.id
        join connection c on c.id = busy.id
      where (p.held_until <= ${of.now} or p.held_until > ${of.now + 2 * LONGEST_HOLD_MS})
        and c.state in ('active', 'throttled', 'broken')
        and (c.state = 'active' or c.state_until is null or c.state_until <= ${of.now})
        and not exists (select 1 from organization_hold h
          where h.organization_id = c.organization_id)
        and exists (select 1 from lane l
          where l.connection_id = p.connection_id and l.state = 'ready' and l.ready_at <= ${of.now})
      window own as (partition by c.organization_id order by p.claimed_at, c.id
        rows between unbounded preceding and unbounded following)
    ) as waiting order by turn, served_at, claimed_at, id limit ${of.limit}`.execute(handle);
  return rows;
}

/**
 * Locks the paces of connections, and tells which address each was last known to call. Those that another node works on at this moment are left out: two
 * that counted the same free permits would exceed them.
 */
export async function lockPaces(
  transaction: Transaction<Tables>,
  connectionIds: readonly string[],
  skipLocked: RawBuilder<unknown>,
): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await sql<{ connection_id: string; origin: string | null }>`
    select connection_id, origin
    from connection_pace where connection_id in (${sql.join(connectionIds)})
    order by connection_id
    ${skipLocked}`.execute(transaction);
  return new Map(rows.map((row) => [row.connection_id, row.origin]));
}

/**
 * Counts the claimed lanes of connections whose paces are locked. A statement of its own: what the
 * locking one sees of other tables may be older than its lock (PostgreSQL manual, 13.2.1).
 */
export async function countLeased(
  transaction: Transaction<Tables>,
  connectionIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (connectionIds.length === 0) return new Map();
  const { rows } = await sql<{ connection_id: string; leased: number }>`
    select connection_id, count(*) as leased from lane
    where state = 'leased' and connection_id in (${sql.join(connectionIds)})
    group by connection_id`.execute(transaction);
  return new Map(rows.map((row) => [row.connection_id, Number(row.leased)]));
}

/** Counts the claimed lanes of all connections that call these addresses. */
export async function countLeasedAt(
  transaction: Transaction<Tables>,
  origins: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (origins.length === 0) return new Map();
  const { rows } = await sql<{ origin: string; leased: number }>`
    select p.origin, count(*) as leased
    from connection_pace p join lane l on l.connection_id = p.connection_id and l.state = 'leased'
    where p.origin in (${sql.join(origins)}) group by p.origin`.execute(transaction);
  return new Map(rows.map((row) => [row.origin, Number(row.leased)]));
}

/** A probe looks no further for a lane that reads first: a long outage leaves very many behind. */
const PROBE_LOOKS_AT = 64;

/**
 * Of each connection a ready lane that begins with a search nobody has sent yet, by connection:
 * whether a CRM is back is better asked by what changes nothing in it.
 */
export async function findFreshSearches(
  transaction: Transaction<Tables>,
  of: { readonly connectionIds: readonly string[]; readonly now: number },
): Promise<ReadonlyMap<string, string>> {
  if (of.connectionIds.length === 0) return new Map();
  const branches = of.connectionIds.map(
    (connectionId, at) => sql`select id, connection_id from (
      select first.id, first.connection_id from (
        select id, connection_id, ready_at from lane
        where state = 'ready' and connection_id = ${connectionId} and ready_at <= ${of.now}
        order by ready_at, id limit ${PROBE_LOOKS_AT}) as first
      where exists (select 1 from step s
        where s.lane_id = first.id and s.method = 'FindContact' and s.state = 'pending'
          and s.first_at is null and s.ready_at <= ${of.now})
      order by first.ready_at, first.id limit 1) as ${sql.ref(`b${at}`)}`,
  );
  const { rows } = await sql<{ id: string; connection_id: string }>`
    ${sql.join(branches, sql` union all `)}`.execute(transaction);
  return new Map(rows.map((row) => [row.connection_id, row.id]));
}

/** Claims the first ready lanes of each connection: one statement with a branch per connection. */
export async function claimReady(
  transaction: Transaction<Tables>,
  claim: {
    readonly branches: readonly Branch[];
    readonly node: string;
    readonly now: number;
    readonly leaseUntil: number;
    readonly skipLocked: RawBuilder<unknown>;
  },
): Promise<readonly LaneRow[]> {
  const { branches, now } = claim;
  const ready = branches.map(
    (branch, at) => sql`select id from (select id from lane
      where state = 'ready' and connection_id = ${branch.connectionId} and ready_at <= ${now}
        ${branch.laneId === undefined ? sql`` : sql`and id = ${branch.laneId}`}
      order by ready_at, id limit ${branch.permits} ${claim.skipLocked}) as ${sql.ref(`b${at}`)}`,
  );
  const { rows } = await sql<LaneRow>`
    update lane set state = 'leased', fence = fence + 1, lease_until = ${claim.leaseUntil},
      node = ${claim.node}
    where id in (${sql.join(ready, sql` union all `)})
    returning *`.execute(transaction);
  return rows;
}

/** Puts connections whose paces are locked behind all others that wait to be looked at. */
export async function passOver(
  transaction: Transaction<Tables>,
  of: { readonly connectionIds: readonly string[]; readonly now: number },
): Promise<void> {
  if (of.connectionIds.length === 0) return;
  await transaction
    .updateTable('connection_pace')
    .set({ claimed_at: of.now })
    .where('connection_id', 'in', of.connectionIds)
    .execute();
}

/** Keeps connections from being looked at before `until`, in epoch milliseconds. */
export async function holdConnections(
  transaction: Transaction<Tables>,
  of: { readonly connectionIds: readonly string[]; readonly until: number },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set({ held_until: of.until })
    .where('connection_id', 'in', of.connectionIds)
    .execute();
}

/** Lets the connections that were held because of an address be looked at again. */
export async function releaseHeld(transaction: Transaction<Tables>, origin: string): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set({ held_until: 0 })
    .where('origin', '=', origin)
    .where('held_until', '>', 0)
    .execute();
}

/** Writes down which address connections call, where that was not known. */
export async function writeOrigin(
  transaction: Transaction<Tables>,
  of: { readonly connectionIds: readonly string[]; readonly origin: string | null },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set({ origin: of.origin })
    .where('connection_id', 'in', of.connectionIds)
    .execute();
}
