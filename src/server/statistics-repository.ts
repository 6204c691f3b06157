import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { AdminScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { Statistics } from './metrics.ts';

/**
 * The sums of the metrics over all organizations. Steps are counted where something is to be done:
 * those of lanes in work and the parked ones, which indexes find; settled ones would be a scan of
 * the whole ledger at each scrape.
 */
export async function readStatistics(
  handle: Handle,
  _scope: AdminScope,
  now: number,
): Promise<Statistics> {
  const connections = await countConnections(handle);
  const open = await countOpenSteps(handle);
  const parked = await countSteps(handle, sql<boolean>`state = 'parked'`);
  const stepsByState = { pending: 0, sending: 0, unknown: 0, ...open, parked };
  return {
    connectionsByState: connections,
    hostsByState: { watched: 0, broken: 0, opening: 0, ...(await countHosts(handle)) },
    stepsByState,
    unknownOutcomes: stepsByState.unknown,
    possibleDuplicates: await countSteps(handle, sql<boolean>`possible_duplicate = 1`),
    oldestReadyLaneSeconds: await oldestReadySeconds(handle, now),
  };
}

async function countConnections(handle: Handle): Promise<Record<string, number>> {
  const rows = await handle
    .selectFrom('connection')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

async function countHosts(handle: Handle): Promise<Record<string, number>> {
  const rows = await handle
    .selectFrom('host_health')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

// States stand in the statements as literals: only so do partial indexes serve.

async function countOpenSteps(handle: Handle): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const lanes of [sql<boolean>`lane.state = 'ready'`, sql<boolean>`lane.state = 'leased'`]) {
    const rows = await handle
      .selectFrom('lane')
      .innerJoin('step', 'step.lane_id', 'lane.id')
      .select((eb) => ['step.state', eb.fn.countAll<number>().as('count')])
      .where(lanes)
      .where('step.state', 'in', ['pending', 'sending', 'unknown'])
      .groupBy('step.state')
      .execute();
    for (const row of rows) counts[row.state] = (counts[row.state] ?? 0) + Number(row.count);
  }
  return counts;
}

async function countSteps(handle: Handle, which: RawBuilder<boolean>): Promise<number> {
  const row = await handle
    .selectFrom('step')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(which)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function oldestReadySeconds(handle: Handle, now: number): Promise<number> {
  const row = await handle
    .selectFrom('lane')
    .select((eb) => eb.fn.min('ready_at').as('oldest'))
    .where(sql<boolean>`state = 'ready'`)
    .executeTakeFirst();
  const oldest = row?.oldest;
  return oldest === null || oldest === undefined ? 0 : Math.max(0, now - Number(oldest)) / 1000;
}
