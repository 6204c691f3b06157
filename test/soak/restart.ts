import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

import { freePort } from '../../scripts/test/free-port.ts';
import { systemClock } from '../../src/time/clock.ts';
import { environmentOf, runCommand, startPatchcord } from '../real/patchcord-server.ts';
import { countOpen } from './count-open.ts';
import { fillDatabase } from './fill-database.ts';
import { officeStyles } from './office-styles.ts';
import { PhoneLines } from './phone-lines.ts';
import { startSoakCrm } from './soak-crm.ts';
import type { SoakCrm } from './soak-crm.ts';
import { makeSoakDatabase } from './soak-database.ts';
import type { SoakDatabase } from './soak-database.ts';
import { openSoakOffices } from './soak-office.ts';
import type { SoakOptions } from './soak-options.ts';

export interface RestartTimes {
  /** From the start of the program to the first 2xx of `/readyz`, in milliseconds. */
  readonly readyMs: number;
  /** From the start of the program to the first request about a call at the CRM. */
  readonly resumedMs: number;
}

export interface RestartResult {
  readonly database: 'sqlite' | 'postgres';
  readonly steps: number;
  readonly runs: readonly RestartTimes[];
  readonly violations: readonly string[];
}

const RUNS = 5;
const READY_LIMIT_MS = 2_000;
const RESUMED_LIMIT_MS = 3_000;
const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 5;
const NODE = 'restarted';
/** What a server does after it has resumed, before it is killed again, in milliseconds. */
const WORKS_MS = 1_500;

/**
 * Measures how long a killed server takes to serve again on a database full of steps: the program
 * `patchcord serve` as it is, five times.
 */
export async function measureRestart(
  options: Pick<SoakOptions, 'database' | 'steps' | 'keep'>,
  tell: (line: string) => void,
): Promise<RestartResult> {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-restart-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(folder, 'crm.log'), '');
  const crm = await startSoakCrm({
    logFile: join(folder, 'crm.log'),
    styles: ['ask'],
    faultShare: 0,
    latencyMs: 20,
    holdMs: 0,
    random: Math.random,
  });
  const database = await makeSoakDatabase(options.database, folder);
  try {
    const port = await freePort();
    const environment = { ...database.environment, NODE_NAME: NODE };
    const place = { dataDir, crm: crm.host, port, environment };
    const pattern = await deliverPattern(place, crm, database);
    const handle = await database.open();
    await fillDatabase(handle, { pattern, steps: options.steps, node: NODE }, tell);
    await handle.close();
    const log = openSync(join(folder, 'server.log'), 'a');
    const runs: RestartTimes[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const times = await startOnce(
        () => launch(place, log),
        crm,
        `http://127.0.0.1:${port}/readyz`,
      );
      runs.push(times);
      tell(
        `ready after ${Math.round(times.readyMs)} ms, first lane after ${Math.round(times.resumedMs)} ms`,
      );
    }
    return { database: options.database, steps: options.steps, runs, violations: tooSlow(runs) };
  } finally {
    await crm.close();
    await database.drop();
    if (!options.keep) rmSync(folder, { recursive: true });
  }
}

/** The medians, as a table. */
export function restartTable(result: RestartResult): string {
  const ready = median(result.runs.map(({ readyMs }) => readyMs));
  const resumed = median(result.runs.map(({ resumedMs }) => resumedMs));
  return [
    `database                          ${result.database}`,
    `steps                             ${result.steps.toLocaleString('en')}`,
    `ready again, median of ${result.runs.length}          ${Math.round(ready)} ms (at most ${READY_LIMIT_MS})`,
    `first lane resumed, median of ${result.runs.length}   ${Math.round(resumed)} ms (at most ${RESUMED_LIMIT_MS})`,
    ...result.violations.map((violation) => `  - ${violation}`),
  ].join('\n');
}

type Place = Parameters<typeof startPatchcord>[0] & { readonly port: number };

/** Has one call delivered, whose rows the others are copies of. */
async function deliverPattern(place: Place, crm: SoakCrm, of: SoakDatabase): Promise<string> {
  const created = await runCommand(place, ['key', 'create', '--scope', 'admin', '--name', 'Soak']);
  const { key } = z.object({ key: z.string() }).parse(created);
  const server = await startPatchcord(place);
  const database = await of.open();
  try {
    const offices = await openSoakOffices(server.origin, key, {
      styles: officeStyles(['ask']),
      crmOrigin: crm.origin,
    });
    const lines = new PhoneLines({
      calls: 1,
      lines: 1,
      pauseMs: 400,
      recordedShare: 0,
      recordingOrigin: crm.origin,
      phones: offices.map(({ phone }) => phone),
      origins: [server.origin],
      random: () => 0.99,
    });
    await lines.run(AbortSignal.timeout(LIMIT_MS));
    while ((await countOpen(database)) > 0) await systemClock.sleep(LOOK_EVERY_MS);
    return lines.acknowledged[0]?.callId ?? '';
  } finally {
    await database.close();
    await server.stop();
  }
}

function launch(place: Place, log: number): ChildProcess {
  return spawn(process.execPath, ['src/main.ts', 'serve'], {
    env: environmentOf(place, place.port),
    stdio: ['ignore', log, log],
  });
}

async function startOnce(
  start: () => ChildProcess,
  crm: SoakCrm,
  readyUrl: string,
): Promise<RestartTimes> {
  const before = crm.requests();
  const began = systemClock.monotonic();
  const child = start();
  try {
    let readyMs: number | undefined;
    let resumedMs: number | undefined;
    while (readyMs === undefined || resumedMs === undefined) {
      const passed = systemClock.monotonic() - began;
      if (passed > LIMIT_MS || child.exitCode !== null) throw new Error('the server did not start');
      if (resumedMs === undefined && crm.requests() > before) resumedMs = passed;
      if (readyMs === undefined && (await isReady(readyUrl))) {
        readyMs = systemClock.monotonic() - began;
      }
      await systemClock.sleep(LOOK_EVERY_MS);
    }
    await systemClock.sleep(WORKS_MS);
    return { readyMs, resumedMs };
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}

function tooSlow(runs: readonly RestartTimes[]): readonly string[] {
  const ready = median(runs.map(({ readyMs }) => readyMs));
  const resumed = median(runs.map(({ resumedMs }) => resumedMs));
  return [
    ...(ready > READY_LIMIT_MS ? [`it was ready after ${Math.round(ready)} ms`] : []),
    ...(resumed > RESUMED_LIMIT_MS
      ? [`the first lane went on after ${Math.round(resumed)} ms`]
      : []),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
