import { setTimeout as sleep } from 'node:timers/promises';

import { runAtRate } from './load/calls.ts';
import type { Method } from './load/crm-messages.ts';
import { monotonicMs } from './load/monotonic.ts';
import { cpuSeconds, takePeakMib } from './load/process-facts.ts';
import { quantile, sorted } from './load/quantile.ts';
import { namedPostgres, openWorld } from './load/world.ts';
import type { World } from './load/world.ts';
import type { BenchRow } from './row.ts';

const CALLS_PER_SECOND = 100;
const SECONDS = 12;
const WARM_UP_SECONDS = 6;
const IDLE_SECONDS = 10;
/** A call is answered after a second and ends two seconds later. */
const ANSWERED_AFTER_MS = 1_000;
const ENDED_AFTER_MS = 3_000;
/** Time for the last requests to reach the CRM. */
const REST_MS = 2_000;

/** What the CRM is asked first because of an event. */
const LEADS_TO = { ringing: 'find', answered: 'answer', ended: 'stop' } as const;
type Kind = keyof typeof LEADS_TO;

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly missing: number;
  readonly loopP99: number;
  readonly peakMib: number;
  readonly idleCpu: number;
}

/** How long an event takes to the CRM at 100 calls a second, and what the server needs for that. */
export async function latencyFigures(): Promise<readonly BenchRow[]> {
  const rows = toRows('SQLite', await measureLatency({}));
  const postgres = namedPostgres();
  if (postgres === undefined) return rows;
  return [...rows, ...toRows('PostgreSQL', await measureLatency({ postgres }))];
}

/** Rows of one database; `name` says which. */
export function toRows(name: string, measured: Measured): readonly BenchRow[] {
  const row = (what: string, value: number, unit: string, most: number): BenchRow => ({
    figure: `${what} at 100 calls/s over 200 connections, ${name}`,
    value,
    unit,
    goal: `at most ${most} ${unit}`,
    holds: value <= most && measured.missing === 0,
    ...(measured.missing === 0 ? {} : { note: `${measured.missing} events led to no request` }),
  });
  return [
    row('event to CRM, p50', measured.p50, 'ms', 50),
    row('event to CRM, p99', measured.p99, 'ms', 1_000),
    row('delay of the event loop, p99', measured.loopP99, 'ms', 50),
    row('memory of the server, peak', measured.peakMib, 'MiB', 256),
    { ...row('', measured.idleCpu, '%', 1), figure: `processor when idle afterwards, ${name}` },
  ];
}

/** Runs a server at 100 calls a second, 400 requests to the CRM, after a warm-up. */
export async function measureLatency(plan: {
  readonly postgres?: string;
  readonly wrapper?: readonly string[];
}): Promise<Measured> {
  const world = await openWorld({
    ...plan,
    offices: 200,
    concurrency: 4,
    lines: 64,
    answers: true,
  });
  try {
    await drive(world, { first: 1_000_000, seconds: WARM_UP_SECONDS });
    await world.server.report();
    takePeakMib(world.server.pid);
    const waits = await drive(world, { first: 2_000_000, seconds: SECONDS });
    const { loopP99Ms } = await world.server.report();
    const peakMib = takePeakMib(world.server.pid);
    const idle = cpuSeconds(world.server.pid);
    await sleep(IDLE_SECONDS * 1_000);
    const times = sorted(waits.filter((wait) => !Number.isNaN(wait)));
    return {
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      missing: waits.length - times.length,
      loopP99: loopP99Ms,
      peakMib,
      idleCpu: ((cpuSeconds(world.server.pid) - idle) / IDLE_SECONDS) * 100,
    };
  } finally {
    await world.close();
  }
}

/** Milliseconds from each event, when it was due, to the first byte of its request; NaN for none. */
async function drive(
  world: World,
  plan: { readonly first: number; readonly seconds: number },
): Promise<readonly number[]> {
  await world.crm.report();
  const sent: { readonly call: number; readonly method: Method; readonly due: number }[] = [];
  const tell = async (call: number, kind: Kind, due: number): Promise<void> => {
    await sleep(Math.max(0, due - monotonicMs()));
    sent.push({ call, method: LEADS_TO[kind], due });
    await world.report(call, kind);
  };
  await runAtRate({ perSecond: CALLS_PER_SECOND, seconds: plan.seconds }, async (at, due) => {
    const call = plan.first + at;
    await Promise.all([
      tell(call, 'ringing', due),
      tell(call, 'answered', due + ANSWERED_AFTER_MS),
      tell(call, 'ended', due + ENDED_AFTER_MS),
    ]);
  });
  await sleep(REST_MS);
  const times = await world.crm.report();
  const arrived = new Map(
    Object.entries(times).flatMap(([method, requests]) =>
      requests.map(([call, at]) => [`${method} ${call}`, at] as const),
    ),
  );
  return sent.map(
    ({ call, method, due }) => (arrived.get(`${method} ${call}`) ?? Number.NaN) - due,
  );
}
