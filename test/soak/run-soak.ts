import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

import { freePort } from '../../scripts/test/free-port.ts';
import type { Database } from '../../src/store/database.ts';
import { systemClock } from '../../src/time/clock.ts';
import { readLedger } from '../faults/read-ledger.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { environmentOf, runCommand } from '../real/patchcord-server.ts';
import { answerWaiting } from './answer-waiting.ts';
import { countOpen, findBusiest } from './count-open.ts';
import { judgeSoak } from './judge-soak.ts';
import type { Verdict } from './judge-soak.ts';
import { killServers, stopServers } from './kill-loop.ts';
import type { KillCounts } from './kill-loop.ts';
import { planKills } from './kill-plan.ts';
import { officeStyles } from './office-styles.ts';
import { PhoneLines } from './phone-lines.ts';
import { ServerPool } from './server-pool.ts';
import { readCrmLog, startSoakCrm } from './soak-crm.ts';
import type { SoakCrm } from './soak-crm.ts';
import { makeSoakDatabase } from './soak-database.ts';
import type { SoakDatabase } from './soak-database.ts';
import { openSoakOffices } from './soak-office.ts';
import type { SoakOffice } from './soak-office.ts';
import type { SoakOptions } from './soak-options.ts';

export interface SoakResult {
  /** Sentences; none means that every promise was kept. */
  readonly violations: readonly string[];
  readonly figures: Verdict['figures'];
  readonly counts: KillCounts;
  readonly startTimes: readonly number[];
  readonly repetitions: number;
  readonly crm: { readonly requests: number; readonly lost: number; readonly faults: number };
  readonly seconds: number;
  /** From the last event and kill to rest, in seconds. */
  readonly restSeconds: number;
  /** Where logs and data are; gone unless something was found or they are to be kept. */
  readonly folder: string;
}

export interface SoakProgress {
  readonly calls: number;
  readonly kills: number;
  readonly acknowledged: number;
  /** Steps that are not settled. */
  readonly open: number;
  /** What is known before the end: servers that end by themselves, events that are refused. */
  readonly violations: readonly string[];
}

const PROCESSES = { sqlite: 1, postgres: 3 } as const;
const LINES = 96;
const PAUSE_MS = 900;
const RECORDED_SHARE = 0.1;
const EVENTS_PER_CALL = 4 + RECORDED_SHARE;
const LOOK_EVERY_MS = 2_000;
/** Phones wait with new calls while the servers are so many steps behind. */
const BEHIND = 4_000;
/** Longest that all may take to come to rest; a recording whose fetch was killed waits a minute. */
const REST_LIMIT_MS = 5 * 60_000;
/** An answer of a person may free a step behind it that waits as well. */
const MOST_ROUNDS = 5;

/** Runs a soak to its end and judges it. `tell` is called every two seconds. */
export async function runSoak(
  options: SoakOptions,
  tell: (progress: SoakProgress) => void,
): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-soak-'));
  const random = seededRandom(options.seed);
  const logFile = join(folder, 'crm.log');
  writeFileSync(logFile, '');
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const crm = await startSoakCrm({
    logFile,
    styles: options.styles,
    faultShare: options.faultShare,
    latencyMs: options.latencyMs,
    holdMs: options.holdMs,
    random: seededRandom(options.seed + 1),
  });
  const database = await makeSoakDatabase(options.database, folder);
  const pool = await openPool(options, { folder, crm, database });
  try {
    const result = await soak({ options, folder, random, crm, database, pool, logFile, tell });
    if (result.violations.length === 0 && !options.keep) rmSync(folder, { recursive: true });
    return result;
  } finally {
    await pool.close();
    await crm.close();
    await database.drop();
  }
}

async function openPool(
  options: SoakOptions,
  of: { readonly folder: string; readonly crm: SoakCrm; readonly database: SoakDatabase },
): Promise<ServerPool> {
  const ports = await Promise.all(
    Array.from({ length: PROCESSES[options.database] }, () => freePort()),
  );
  const plans = ports.map((port) => {
    const place = {
      dataDir: join(of.folder, 'data'),
      crm: of.crm.host,
      environment: of.database.environment,
    };
    const given = Object.entries(environmentOf(place, port));
    const environment = Object.fromEntries(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    );
    return { origin: `http://127.0.0.1:${port}`, environment };
  });
  return new ServerPool(plans, join(of.folder, 'servers.log'), options.plant);
}

interface Soak {
  readonly options: SoakOptions;
  readonly folder: string;
  readonly random: () => number;
  readonly crm: SoakCrm;
  readonly database: SoakDatabase;
  readonly pool: ServerPool;
  readonly logFile: string;
  readonly tell: (progress: SoakProgress) => void;
}

async function soak(work: Soak): Promise<SoakResult> {
  const { options, pool, crm, random } = work;
  const offices = await setUp(work);
  const began = systemClock.monotonic();
  const lines = new PhoneLines({
    calls: options.calls,
    lines: LINES,
    pauseMs: PAUSE_MS,
    recordedShare: RECORDED_SHARE,
    recordingOrigin: crm.origin,
    phones: offices.map(({ phone }) => phone),
    origins: pool.origins,
    random,
  });
  const counts: KillCounts = { kills: 0, atPoints: 0, missed: 0, absences: 0, stops: 0 };
  const reader = await work.database.open();
  const ended = new AbortController();
  try {
    const watching = watch(work, { reader, lines, counts, signal: ended.signal });
    const deps = {
      ...{ pool, lines, random, stops: options.stops, calls: options.calls },
      mayStop: () => crm.holdsEnough(),
      busiest: () => findBusiest(reader, pool.origins),
      plan: planKills(options.kills, random),
      events: Math.round(options.calls * EVENTS_PER_CALL),
    };
    await Promise.all([
      lines.run(ended.signal),
      killServers(deps, counts),
      stopServers(deps, counts),
    ]);
    const told = systemClock.monotonic();
    crm.heal();
    const rest = await comeToRest(reader);
    const restSeconds = (systemClock.monotonic() - told) / 1_000;
    const first = await judge(work, { reader, lines, offices, answered: [] });
    const answered = await answerAll(work, { reader, offices });
    ended.abort();
    await watching;
    const stopped = await pool.stop();
    const last = await judge(work, { reader, lines, offices, answered });
    return {
      violations: [
        ...pool.accidents,
        ...lines.refusals,
        ...rest,
        ...stopped,
        ...new Set([...first.violations, ...last.violations]),
        ...(last.figures.waiting > 0 ? [`${last.figures.waiting} steps still wait`] : []),
      ],
      figures: { ...last.figures, waiting: answered.length },
      counts,
      startTimes: pool.startTimes,
      repetitions: lines.repetitions,
      crm: { requests: crm.requests(), lost: crm.lost(), faults: crm.faults() },
      seconds: (systemClock.monotonic() - began) / 1_000,
      restSeconds,
      folder: work.folder,
    };
  } finally {
    ended.abort();
    await reader.close();
  }
}

async function setUp(work: Soak): Promise<readonly SoakOffice[]> {
  const { pool, crm, folder, database } = work;
  const key = await runCommand(
    { dataDir: join(folder, 'data'), crm: crm.host, environment: database.environment },
    ['key', 'create', '--scope', 'admin', '--name', 'Soak'],
  );
  for (let at = 0; at < pool.size; at += 1) await pool.start(at);
  const adminKey = z.object({ key: z.string() }).parse(key).key;
  return await openSoakOffices(pool.origins[0] ?? '', adminKey, {
    styles: officeStyles(work.options.styles),
    crmOrigin: crm.origin,
  });
}

async function watch(
  work: Soak,
  of: {
    readonly reader: Database;
    readonly lines: PhoneLines;
    readonly counts: KillCounts;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { lines, counts, signal } = of;
  while (!signal.aborted) {
    const open = await countOpen(of.reader);
    lines.hold(open > BEHIND);
    work.tell({
      calls: lines.told,
      kills: counts.kills,
      acknowledged: lines.acknowledged.length,
      open,
      violations: [...work.pool.accidents, ...lines.refusals],
    });
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => {
      // The soak has ended.
    });
  }
}

async function comeToRest(reader: Database): Promise<readonly string[]> {
  const until = systemClock.monotonic() + REST_LIMIT_MS;
  let open = await countOpen(reader);
  while (open > 0 && systemClock.monotonic() < until) {
    await systemClock.sleep(LOOK_EVERY_MS / 4);
    open = await countOpen(reader);
  }
  return open > 0 ? [`${open} steps never came to rest`] : [];
}

/** Plays the person whom steps wait for, until none does. */
async function answerAll(
  work: Soak,
  of: { readonly reader: Database; readonly offices: readonly SoakOffice[] },
): Promise<readonly string[]> {
  const { reader, offices } = of;
  const administrators = new Map(
    offices.map(({ connectionId, administrator }) => [connectionId, administrator]),
  );
  const answered: string[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const keys = await answerWaiting(reader, readCrmLog(work.logFile), administrators);
    if (keys.length === 0) break;
    answered.push(...keys);
    await comeToRest(reader);
  }
  return answered;
}

async function judge(
  work: Soak,
  of: {
    readonly reader: Database;
    readonly lines: PhoneLines;
    readonly offices: readonly SoakOffice[];
    /** Keys of calls that waited for a person. */
    readonly answered: readonly string[];
  },
): Promise<Verdict> {
  const answered = new Set(of.answered);
  const styleOf = new Map(of.offices.map(({ connectionId, style }) => [connectionId, style]));
  const lanes = await readLedger(of.reader);
  return judgeSoak({
    acknowledged: of.lines.acknowledged,
    log: readCrmLog(work.logFile),
    ledger: lanes.map((lane) => ({
      ...lane,
      style: styleOf.get(lane.connectionId) ?? 'dumb',
      answered: answered.has(lane.key),
    })),
  });
}
