import { existsSync, readFileSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Command } from 'commander';

import { databaseOf } from '../config/database-settings.ts';
import { describeSettings, readSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { loadMasterKey } from '../connections/master-key.ts';
import { parseAllowRules } from '../http/allow-rules.ts';
import { createEgress } from '../http/egress.ts';
import { DATABASE_FILE, openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { lockDirectory } from '../store/directory-lock.ts';
import { readSchemaState } from '../store/migrate.ts';
import { findMasterKeyId } from '../store/register-node.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';

export interface DoctorOptions {
  readonly dataDir?: string | undefined;
  /** A page to fetch through the egress door. */
  readonly url?: string | undefined;
  readonly json?: boolean | undefined;
}

/** One thing that was looked at. */
export interface Examination {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What is so, and where it is not well, what to do. */
  readonly message: string;
}

/** What `doctor` asks of the machine, so that a test can be another machine. */
export interface Machine {
  readonly nodeVersion: string;
  readonly now: () => number;
  /** Share of the file system that is free, 0 to 1, and its bytes. */
  readonly freeSpace: (directory: string) => Promise<{ share: number; bytes: number }>;
}

const THIS_MACHINE: Machine = {
  nodeVersion: process.versions.node,
  now: systemClock.now,
  freeSpace: async (directory) => {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { share: blocks === 0 ? 1 : bavail / blocks, bytes: bavail * bsize };
  },
};

const LEAST_NODE = 24;
/** Below this share new contacts are no longer synced, below the second no event is taken. */
const LOW_SPACE = 0.1;
const NO_SPACE = 0.05;
/** When this was written: a clock before it is wrong. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);
const CLOCK_TOLERANCE_MS = 2_000;

/** Adds `doctor`. */
export function registerDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('Check settings, database, master key, disk and clock, and say what to do.')
    .option('--data-dir <directory>', 'Directory of the SQLite database (DATA_DIR).')
    .option('--url <url>', 'Fetch this page through the door that requests to CRMs go through.')
    .option('--json', 'Print JSON.')
    .action((options: DoctorOptions) => runDoctor(options, context));
}

/**
 * Examines everything a server needs, changing nothing, and prints what it found; ends with 1 when
 * something failed. Rejects with `invalid_settings` when the settings cannot be read at all.
 */
export async function runDoctor(
  options: DoctorOptions,
  context: CommandContext,
  machine: Machine = THIS_MACHINE,
): Promise<void> {
  const read = readSettings(context.env, { dataDir: options.dataDir });
  const settings = { ...read, dataDir: resolve(context.directory, read.dataDir) };
  const examinations = [
    examineNode(machine),
    await examineDirectory(settings, machine),
    ...(await examineDatabase(settings, machine)),
    ...(await examineEgress(settings, options.url)),
  ];
  const failed = examinations.some((examination) => examination.status === 'failed');
  if (options.json === true) {
    context.out(JSON.stringify({ settings: describeSettings(settings), examinations }));
  } else {
    for (const { env, value } of describeSettings(settings)) context.out(`${env}=${value}`);
    for (const { name, status, message } of examinations) {
      context.out(`${status.padEnd(7)}  ${name}: ${message}`);
    }
  }
  if (failed) context.exitWith(1);
}

function examineNode(machine: Machine): Examination {
  const major = Number(machine.nodeVersion.split('.')[0]);
  return major >= LEAST_NODE
    ? { name: 'Node', status: 'ok', message: machine.nodeVersion }
    : failedBecause('Node', `${machine.nodeVersion} is too old; install Node ${LEAST_NODE}.`);
}

async function examineDirectory(settings: Settings, machine: Machine): Promise<Examination> {
  const name = 'data directory';
  const directory = settings.dataDir;
  if (!existsSync(directory)) {
    return { name, status: 'ok', message: `${directory} is made at the first start.` };
  }
  try {
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const free = await machine.freeSpace(directory);
    const words = `${Math.round(free.share * 100)}% free (${Math.round(free.bytes / 2 ** 20)} MiB) in ${directory}`;
    if (free.share < NO_SPACE) return failedBecause(name, `${words}: free some space.`);
    if (free.share < LOW_SPACE) {
      return { name, status: 'warning', message: `${words}: free some space soon.` };
    }
    return {
      name,
      status: 'ok',
      message: `${words}${isServed(directory) ? '; a server works in it' : ''}`,
    };
  } catch (err) {
    return failedBecause(name, `${directory} cannot be used: ${messageOf(err)}`);
  }
}

function isServed(directory: string): boolean {
  if (!existsSync(join(directory, 'lock.db'))) return false;
  try {
    lockDirectory(directory)();
    return false;
  } catch {
    return true;
  }
}

async function examineDatabase(
  settings: Settings,
  machine: Machine,
): Promise<readonly Examination[]> {
  const sqlite = settings.databaseUrl === undefined;
  if (sqlite && !existsSync(join(settings.dataDir, DATABASE_FILE))) {
    const message = 'is made at the first start.';
    return [{ name: 'database', status: 'ok', message }, examineClock(machine, undefined)];
  }
  let database: Database | undefined;
  try {
    database = await openDatabase(databaseOf(settings, { exclusive: false }), {
      clock: { ...systemClock, now: machine.now },
      onFatal: () => {},
    });
    const { applied, pending } = await readSchemaState(database);
    const message =
      pending.length === 0
        ? `${database.dialect}, ${applied.length} migrations`
        : `${database.dialect}, ${pending.length} migrations run at the next start`;
    return [
      { name: 'database', status: 'ok', message },
      await examineMasterKey(settings, pending.length === 0 ? database : undefined),
      examineClock(machine, database),
    ];
  } catch (err) {
    return [failedBecause('database', messageOf(err)), examineClock(machine, undefined)];
  } finally {
    await database?.close();
  }
}

async function examineMasterKey(
  settings: Settings,
  database: Database | undefined,
): Promise<Examination> {
  const name = 'master key';
  const file = join(settings.dataDir, 'master.key');
  const given = settings.masterKey ?? settings.masterKeyFile;
  const expected = database === undefined ? undefined : await findMasterKeyId(database);
  if (given === undefined && !existsSync(file)) {
    return expected === undefined
      ? { name, status: 'ok', message: 'is made at the first start.' }
      : failedBecause(name, `${file} is gone, and with it every credential: restore it.`);
  }
  try {
    const key = loadMasterKey(
      {
        masterKey: settings.masterKey,
        masterKeyFile: settings.masterKeyFile ?? (given === undefined ? file : undefined),
      },
      { randomBytes: refuseToMake, created: () => {} },
    );
    return expected === undefined || expected === key.id
      ? { name, status: 'ok', message: `${key.id}; keep a copy away from the backups` }
      : failedBecause(name, `is '${key.id}', but the secrets are sealed with '${expected}'.`);
  } catch (err) {
    return failedBecause(name, messageOf(err));
  }
}

function examineClock(machine: Machine, database: Database | undefined): Examination {
  const name = 'clock';
  const now = machine.now();
  if (now < BEGINNING_MS) {
    return failedBecause(name, `says ${new Date(now).toISOString()}: set the machine's clock.`);
  }
  const apart = database === undefined ? 0 : Math.abs(database.now() - now);
  return apart <= CLOCK_TOLERANCE_MS
    ? { name, status: 'ok', message: new Date(now).toISOString() }
    : {
        name,
        status: 'warning',
        message: `is ${apart} ms away from the database's: let NTP set both.`,
      };
}

async function examineEgress(
  settings: Settings,
  url: string | undefined,
): Promise<readonly Examination[]> {
  const name = 'egress';
  const allow = parseAllowRules(settings.egressAllow);
  const plainHttp = parseAllowRules(settings.egressPlainHttp);
  const problems = [
    ...(allow.ok ? [] : allow.problems.map((problem) => `EGRESS_ALLOW: ${problem}.`)),
    ...(plainHttp.ok ? [] : plainHttp.problems.map((problem) => `EGRESS_PLAIN_HTTP: ${problem}.`)),
  ];
  if (!allow.ok || !plainHttp.ok) return [failedBecause(name, problems.join(' '))];
  let ca: string | undefined;
  try {
    ca =
      settings.egressCaFile === undefined ? undefined : readFileSync(settings.egressCaFile, 'utf8');
  } catch (err) {
    return [failedBecause(name, `EGRESS_CA_FILE cannot be read: ${messageOf(err)}`)];
  }
  const rules = {
    allow: allow.rules,
    plainHttp: plainHttp.rules,
    ...(ca === undefined ? {} : { ca }),
  };
  if (url === undefined) {
    const message = `${allow.rules.length} exceptions, ${plainHttp.rules.length} plain; --url tries one`;
    return [{ name, status: 'ok', message }];
  }
  return [await fetchSample(url, rules)];
}

async function fetchSample(
  url: string,
  rules: Omit<Parameters<typeof createEgress>[0], 'monotonic'>,
): Promise<Examination> {
  const egress = createEgress({ ...rules, monotonic: systemClock.monotonic });
  try {
    const result = await egress.send({
      method: 'GET',
      url,
      headers: [],
      organizationId: 'doctor',
      connectionId: 'doctor',
    });
    return result.kind === 'response'
      ? {
          name: 'egress',
          status: 'ok',
          message: `${url} answered ${result.status} in ${result.durationMs} ms`,
        }
      : failedBecause('egress', `${url}: ${result.message} (${result.phase})`);
  } finally {
    await egress.close();
  }
}

/** `doctor` looks at keys and makes none. */
function refuseToMake(): Uint8Array {
  throw new Error('no key is made here');
}

function failedBecause(name: string, message: string): Examination {
  return { name, status: 'failed', message };
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
