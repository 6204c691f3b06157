import { statfs } from 'node:fs/promises';

import type { Command } from 'commander';

import { describeSettings, readSettings } from '../config/settings.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import type { Machine } from './examination.ts';
import { examineDatabase } from './examine-database.ts';
import { examineEgress } from './examine-egress.ts';
import { examineListening } from './examine-listening.ts';
import { examineDirectory, examineNode, isServed } from './examine-machine.ts';
import { dataFolder } from './npm-script.ts';

export interface DoctorOptions {
  readonly dataDir?: string | undefined;
  /** A page to fetch through the egress door. */
  readonly url?: string | undefined;
  readonly json?: boolean | undefined;
}

const THIS_MACHINE: Machine = {
  nodeVersion: process.versions.node,
  now: systemClock.now,
  freeSpace: async (directory) => {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { share: blocks === 0 ? 1 : bavail / blocks, bytes: bavail * bsize };
  },
};

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
  const settings = { ...read, dataDir: dataFolder(read, options.dataDir, context) };
  const examinations = [
    examineNode(machine),
    await examineDirectory(settings, machine),
    ...(await examineDatabase(settings, machine)),
    ...(await examineListening(settings, isServed(settings.dataDir))),
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
