import { systemClock } from '../../src/time/clock.ts';
import type { PlannedKill } from './kill-plan.ts';
import type { PhoneLines } from './phone-lines.ts';
import type { ServerPool } from './server-pool.ts';
import { SOAK_TIMES, STOP_MS } from './soak-times.ts';

export interface KillLoopDeps {
  readonly pool: ServerPool;
  readonly lines: PhoneLines;
  readonly plan: readonly PlannedKill[];
  /** Events that will be told in all. */
  readonly events: number;
  /** Of processes that are stopped for longer than their leases. */
  readonly stops: number;
  readonly calls: number;
  /** Whether the first stop may come. */
  readonly mayStop: () => boolean;
  /** The server with most requests under way. */
  readonly busiest: () => Promise<number>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Counts of a soak's kills, which grow while it runs. */
export interface KillCounts {
  /** Entries of the plan that were carried out. */
  kills: number;
  /** Of them, those at named points. */
  atPoints: number;
  /** A process did not pass its point in time, and was killed all the same. */
  missed: number;
  /** Processes that stayed away for longer than their leases. */
  absences: number;
  stops: number;
}

const POINT_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 5;
/** Where others work on, some do not come back before their leases have ended. */
const ABSENT_SHARE = 0.05;
const ABSENT_MS = SOAK_TIMES.leaseMs + SOAK_TIMES.renewEveryMs + 500;
const MOST_STARTS = 5;

/** Kills servers by the plan, spread over the load, and starts them again; ends with all of them up. */
export async function killServers(deps: KillLoopDeps, counts: KillCounts): Promise<void> {
  const { pool, lines, plan } = deps;
  const starting = new Map<number, Promise<void>>();
  for (const [done, kill] of plan.entries()) {
    const share = Math.max(0, deps.events - lines.acknowledged.length) / (plan.length - done);
    const due = lines.acknowledged.length + kill.load * share;
    await until(() => lines.done || lines.acknowledged.length >= due);
    const at = await pickVictim(pool, kill.victim);
    await carryOut(pool, at, kill, counts);
    counts.kills += 1;
    const isAbsent = pool.size > 1 && deps.random() < ABSENT_SHARE;
    if (isAbsent) counts.absences += 1;
    const started = bringBack(pool, at, isAbsent ? ABSENT_MS : 0).finally(() =>
      starting.delete(at),
    );
    starting.set(at, started);
    // With others at work the next one may die while this one starts.
    if (pool.size === 1) await started;
  }
  await Promise.all(starting.values());
}

/** Stops processes for longer than their leases and wakes them up, spread over the calls. */
export async function stopServers(deps: KillLoopDeps, counts: KillCounts): Promise<void> {
  const { pool, lines, stops, calls, mayStop, busiest } = deps;
  for (let stop = 1; stop <= stops; stop += 1) {
    await until(() => lines.done || (mayStop() && lines.told >= ((stop - 1) * calls) / stops));
    if (lines.done) return;
    await pool.suspend(await busiest(), STOP_MS);
    counts.stops += 1;
  }
}

/** One that is up, while another stays up where there are several. */
async function pickVictim(pool: ServerPool, victim: number): Promise<number> {
  const ready = (): readonly number[] =>
    Array.from({ length: pool.size }, (_, at) => at).filter((at) => pool.isReady(at));
  await until(() => ready().length >= Math.min(2, pool.size));
  const candidates = ready();
  return candidates[Math.floor(victim * candidates.length)] ?? 0;
}

async function carryOut(
  pool: ServerPool,
  at: number,
  kill: PlannedKill,
  counts: KillCounts,
): Promise<void> {
  switch (kill.kind) {
    case 'moment':
      await systemClock.sleep(kill.afterMs);
      return await pool.kill(at);
    case 'point':
      if (await pool.killAt(at, kill.point, kill.count, POINT_LIMIT_MS)) {
        counts.atPoints += 1;
        return;
      }
      counts.missed += 1;
      return await pool.kill(at);
    case 'start': {
      await pool.kill(at);
      const started = pool.start(at);
      await systemClock.sleep(kill.afterMs);
      await pool.kill(at);
      await started;
    }
  }
}

async function bringBack(pool: ServerPool, at: number, afterMs: number): Promise<void> {
  if (afterMs > 0) await systemClock.sleep(afterMs);
  for (let start = 0; start < MOST_STARTS; start += 1) {
    if (await pool.start(at)) return;
  }
  throw new Error(
    `server ${at} did not come back: ${pool.accidents.at(-1) ?? 'it died each time'}`,
  );
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await systemClock.sleep(LOOK_EVERY_MS);
}
