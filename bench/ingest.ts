import { bareGroupCommit } from './load/bare-group-commit.ts';
import { runAtRate } from './load/calls.ts';
import { monotonicMs } from './load/monotonic.ts';
import { quantile, sorted } from './load/quantile.ts';
import { openRows } from './load/rows.ts';
import { namedPostgres, openWorld } from './load/world.ts';
import type { World } from './load/world.ts';
import type { BenchRow } from './row.ts';

const PER_SECOND = 5_000;
const SECONDS = 3;
const WARM_UP_SECONDS = 1;
const P99_GOAL_MS = 100;
/** Calls that have begun and not yet ended. */
const CALLS_OPEN = 2_500;

/**
 * Events taken in at 5,000 a second, one to a request, while the CRM's connections are paused, so that
 * it is the door that is measured. Each 2xx is counted in the database afterwards.
 */
export async function ingestFigures(): Promise<readonly BenchRow[]> {
  const rows = await ingest({ name: 'SQLite' });
  const postgres = namedPostgres();
  if (postgres === undefined) return rows;
  return [...rows, ...(await ingest({ name: 'PostgreSQL', postgres }))];
}

/** The rows of one database. */
export async function ingest(plan: {
  readonly name: string;
  readonly postgres?: string;
  readonly wrapper?: readonly string[];
}): Promise<readonly BenchRow[]> {
  const world = await openWorld({ ...plan, offices: 50, concurrency: 4, lines: 200 });
  try {
    for (const { administrator, connectionId } of world.offices) {
      await administrator.post(`/v1/connections/${connectionId}/pause`);
    }
    await drive(world, { first: 1_000_000, seconds: WARM_UP_SECONDS });
    const before = await countEvents(world);
    const driven = await drive(world, { first: 3_000_000, seconds: SECONDS });
    const kept = (await countEvents(world)) - before;
    await world.stopServer();
    const bare = await bareGroupCommit(world);
    const lost = driven.accepted - kept;
    const of = `${driven.failed} failed, ${lost} of the 2xx not on disk`;
    const holds = driven.failed === 0 && lost === 0;
    return [
      {
        figure: `events taken in, ${plan.name}`,
        value: driven.perSecond,
        unit: 'events/s',
        comparison: {
          what: 'bare group commit of the same rows',
          value: bare,
          ratio: driven.perSecond / bare,
        },
        goal: `${PER_SECOND} a second, none lost`,
        holds: holds && driven.perSecond >= PER_SECOND * 0.99,
        note: of,
      },
      {
        figure: `answer to an event at that rate, p99, ${plan.name} (p50 ${driven.p50.toFixed(1)} ms)`,
        value: driven.p99,
        unit: 'ms',
        goal: `at most ${P99_GOAL_MS} ms`,
        holds: driven.p99 <= P99_GOAL_MS,
      },
    ];
  } finally {
    await world.close();
  }
}

interface Driven {
  readonly perSecond: number;
  readonly accepted: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
}

async function drive(
  world: World,
  plan: { readonly first: number; readonly seconds: number },
): Promise<Driven> {
  const waits: number[] = [];
  let failed = 0;
  const begun = monotonicMs();
  await runAtRate({ perSecond: PER_SECOND, seconds: plan.seconds }, async (at, due) => {
    // Calls ring and, some time later, end.
    const call = plan.first + Math.floor(at / 2);
    const rings = at % 2 === 0;
    try {
      await world.report(rings ? call : call - CALLS_OPEN, rings ? 'ringing' : 'ended');
      waits.push(monotonicMs() - due);
    } catch {
      failed += 1;
    }
  });
  const times = sorted(waits);
  return {
    perSecond: (waits.length / (monotonicMs() - begun)) * 1_000,
    accepted: waits.length,
    failed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

async function countEvents(world: World): Promise<number> {
  const rows = openRows(world);
  const [row] = await rows.all('select count(*) as n from call_event');
  await rows.close();
  return Number(row?.['n']);
}
