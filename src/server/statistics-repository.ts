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
  const parked = await countParkedSteps(handle);
  const stepsByState = { pending: 0, sending: 0, unknown: 0, ...open, parked };
  return {
    connectionsByState: connections,
    stepsByState,
    unknownOutcomes: stepsByState.unknown,
    possibleDuplicates: await countPossibleDuplicates(handle),
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

async function countOpenSteps(handle: Handle): Promise<Record<string, number>> {
  const rows = await handle
    .selectFrom('lane')
    .innerJoin('step', 'step.lane_id', 'lane.id')
    .select((eb) => ['step.state', eb.fn.countAll<number>().as('count')])
    .where('lane.state', 'in', ['ready', 'leased'])
    .where('step.state', 'in', ['pending', 'sending', 'unknown'])
    .groupBy('step.state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

async function countParkedSteps(handle: Handle): Promise<number> {
  const row = await handle
    .selectFrom('step')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'parked')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function countPossibleDuplicates(handle: Handle): Promise<number> {
  const row = await handle
    .selectFrom('step')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('possible_duplicate', '=', 1)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function oldestReadySeconds(handle: Handle, now: number): Promise<number> {
  const row = await handle
    .selectFrom('lane')
    .select((eb) => eb.fn.min('ready_at').as('oldest'))
    .where('state', '=', 'ready')
    .executeTakeFirst();
  const oldest = row?.oldest;
  return oldest === null || oldest === undefined ? 0 : Math.max(0, now - Number(oldest)) / 1000;
}
