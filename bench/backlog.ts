import { setTimeout as sleep } from 'node:timers/promises';

import { blockLanes, countWaiting, fillBacklog } from './load/fill-backlog.ts';
import { quantile } from './load/quantile.ts';
import { timeClaims } from './load/time-claims.ts';
import { namedPostgres, openWorld } from './load/world.ts';
import type { World } from './load/world.ts';
import type { BenchRow } from './row.ts';

const CONNECTIONS = 50;
/** A call rings and ends: find, create and stop wait. */
const STEPS_PER_CALL = 3;
const STEPS = 1_000_000;
/** What counts as empty: enough to work on for as long as it is measured. */
const FEW_STEPS = 60_000;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 8_000;
const BLOCKED = 0.1;
const SPEED_GOAL = 0.75;
const CLAIM_GOAL_MS = 20;

/** How fast a server works through steps that wait, few and many, and how long a claim takes then. */
export async function backlogFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = await measure({ name: 'SQLite' });
  return postgres === undefined
    ? rows
    : [...rows, ...(await measure({ name: 'PostgreSQL', postgres }))];
}

async function measure(plan: { name: string; postgres?: string }): Promise<readonly BenchRow[]> {
  const { name } = plan;
  const empty = await inWorld(plan, FEW_STEPS, workOff);
  const { full, blocked } = await inWorld(plan, STEPS, async (world) => {
    const unblocked = await workOff(world);
    await world.stopServer();
    await blockLanes(world, BLOCKED);
    return { full: unblocked, blocked: await workOff(world) };
  });
  const speed = (what: string, value: number): BenchRow => {
    const ratio = value / empty.perSecond;
    return {
      figure: `steps with ${what}, ${name}`,
      value,
      unit: 'steps/s',
      comparison: { what: `with ${FEW_STEPS} waiting`, value: empty.perSecond, ratio },
      goal: `at least ${SPEED_GOAL * 100} % of the empty speed`,
      holds: ratio >= SPEED_GOAL,
    };
  };
  return [
    speed('1,000,000 waiting', full.perSecond),
    speed('1,000,000 waiting and 10 % of the lanes blocked', blocked.perSecond),
    {
      figure: `claim with 1,000,000 waiting, p99, ${name}`,
      value: blocked.claimP99,
      unit: 'ms',
      comparison: {
        what: `with ${FEW_STEPS} waiting`,
        value: empty.claimP99,
        ratio: blocked.claimP99 / empty.claimP99,
      },
      goal: `at most ${CLAIM_GOAL_MS} ms`,
      holds: blocked.claimP99 <= CLAIM_GOAL_MS,
    },
  ];
}

/** A stopped server, in whose database so many steps wait. */
async function inWorld<T>(
  plan: { readonly postgres?: string },
  steps: number,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const world = await openWorld({ ...plan, offices: CONNECTIONS, concurrency: 16, lines: 8 });
  try {
    await fill(world, steps);
    return await work(world);
  } finally {
    await world.close();
  }
}

/** Claims while the server is stopped, then what it does once it is started. */
async function workOff(
  world: World,
): Promise<{ readonly perSecond: number; readonly claimP99: number }> {
  const claimP99 = quantile(await timeClaims(world), 0.99);
  await world.startServerAgain();
  await sleep(WARM_UP_MS);
  await world.crm.report();
  await sleep(MEASURE_MS);
  const times = await world.crm.report();
  const requests = Object.values(times).reduce((sum, list) => sum + list.length, 0);
  return { perSecond: requests / (MEASURE_MS / 1_000), claimP99 };
}

/** One call of each office that waits, as often as it takes. */
async function fill(world: World, steps: number): Promise<void> {
  for (const { administrator, connectionId } of world.offices) {
    await administrator.post(`/v1/connections/${connectionId}/pause`);
  }
  for (let call = 0; call < CONNECTIONS; call += 1) {
    await world.report(call, 'ringing');
    await world.report(call, 'ended');
  }
  await world.stopServer();
  const times = Math.round(steps / STEPS_PER_CALL / CONNECTIONS);
  await fillBacklog(world, times);
  const waiting = await countWaiting(world);
  if (waiting < steps * 0.99) throw new Error(`only ${waiting} steps wait`);
}
