import { runClosedLoop } from './load/calls.ts';
import { median, spread } from './load/quantile.ts';
import { createRawClient } from './load/raw-client.ts';
import { reporter } from './load/reporter.ts';
import { startMockCrm } from './load/mock-crm.ts';
import { namedPostgres, openWorld } from './load/world.ts';
import { fetchNodeRed, startNodeRed } from './node-red/node-red.ts';
import type { BenchRow } from './row.ts';

/** Calls between their first event and the stop at the CRM; both programs get as many. */
export const IN_FLIGHT = 128;
const RUNS = 3;
const CALLS = 1_500;
const WARM_UP_CALLS = 1_000;
const GOAL = 3;

/** Calls a second and how far the runs lie apart. */
export interface CallRate {
  readonly perSecond: number;
  readonly spread: number;
}

/**
 * Calls a second through find, create and stop, each step on disk before its request leaves, against
 * a flow of Node-RED that does the same and keeps nothing.
 */
export async function callFigures(): Promise<readonly BenchRow[]> {
  const flow = await rateOfNodeRed();
  const ours = await rateOfServer({});
  const postgres = namedPostgres();
  const rows = [toRow('calls through find, create and stop, SQLite', ours, flow)];
  if (postgres === undefined) return rows;
  const onPostgres = await rateOfServer({ postgres });
  return [...rows, toRow('calls through find, create and stop, PostgreSQL', onPostgres, flow)];
}

/** The rate of a whole server. */
export async function rateOfServer(plan: {
  readonly postgres?: string;
  readonly wrapper?: readonly string[];
}): Promise<CallRate> {
  const world = await openWorld({ ...plan, offices: 20, concurrency: 16, lines: IN_FLIGHT });
  try {
    return await measure(world);
  } finally {
    await world.close();
  }
}

async function rateOfNodeRed(): Promise<CallRate | string> {
  const fetched = fetchNodeRed();
  if (!fetched.ok) return fetched.why;
  const crm = await startMockCrm();
  const flow = await startNodeRed(crm.host);
  const client = createRawClient(flow.host, IN_FLIGHT);
  try {
    return await measure({ crm, report: reporter(client, [{ eventsKey: 'none' }]) });
  } finally {
    client.close();
    await flow.stop();
    await crm.close();
  }
}

async function measure(world: Parameters<typeof runClosedLoop>[1]): Promise<CallRate> {
  const rates: number[] = [];
  await runClosedLoop({ first: 0, count: WARM_UP_CALLS, inFlight: IN_FLIGHT }, world);
  for (let run = 0; run < RUNS; run += 1) {
    const first = WARM_UP_CALLS + run * CALLS;
    rates.push(await runClosedLoop({ first, count: CALLS, inFlight: IN_FLIGHT }, world));
  }
  return { perSecond: median(rates), spread: spread(rates) };
}

function toRow(figure: string, ours: CallRate, flow: CallRate | string): BenchRow {
  const row = { figure, value: ours.perSecond, unit: 'calls/s', spread: ours.spread };
  const goal = `at least ${GOAL} × Node-RED`;
  if (typeof flow === 'string') return { ...row, goal, note: `no Node-RED: ${flow}` };
  const ratio = ours.perSecond / flow.perSecond;
  const what = 'Node-RED, nothing on disk';
  return {
    ...row,
    comparison: { what, value: flow.perSecond, ratio },
    goal,
    holds: ratio >= GOAL,
  };
}
