import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Settings } from '../config/settings.ts';
import type { Database } from '../store/database.ts';
import { lockDirectory } from '../store/directory-lock.ts';
import { failedBecause, sentenceOf } from './examination.ts';
import type { Examination, Machine } from './examination.ts';

const LEAST_NODE = 24;
/** Below this share new contacts are no longer synced, below the second no event is taken. */
const LOW_SPACE = 0.1;
const NO_SPACE = 0.05;
/** When this was written: a clock before it is wrong. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);
const CLOCK_TOLERANCE_MS = 2_000;

/** Node's version. */
export function examineNode(machine: Machine): Examination {
  const major = Number(machine.nodeVersion.split('.')[0]);
  return major >= LEAST_NODE
    ? { name: 'Node', status: 'ok', message: machine.nodeVersion }
    : failedBecause('Node', `${machine.nodeVersion} is too old; install Node ${LEAST_NODE}.`);
}

/** The data directory: whether it can be used and how full its disk is. */
export async function examineDirectory(settings: Settings, machine: Machine): Promise<Examination> {
  const name = 'data directory';
  const directory = settings.dataDir;
  if (!existsSync(directory)) {
    const refusal = await tryToMake(directory);
    return refusal === undefined
      ? { name, status: 'ok', message: `${directory} is made at the first start.` }
      : failedBecause(name, `${directory} cannot be made: ${refusal}; set DATA_DIR to another.`);
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
    return failedBecause(name, `${directory} cannot be used: ${sentenceOf(err)}`);
  }
}

/** Makes a folder where the first one would be made, and takes it away; says why that fails. */
async function tryToMake(directory: string): Promise<string | undefined> {
  let parent = dirname(directory);
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    await rmdir(await mkdtemp(join(parent, '.patchcord-doctor-')));
    return undefined;
  } catch (err) {
    return sentenceOf(err);
  }
}

/** True while a server works in the data directory. */
export function isServed(directory: string): boolean {
  if (!existsSync(join(directory, 'lock.db'))) return false;
  try {
    lockDirectory(directory)();
    return false;
  } catch {
    return true;
  }
}

/** The machine's clock, against the database's where that has one. */
export function examineClock(machine: Machine, database: Database | undefined): Examination {
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
