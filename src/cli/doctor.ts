import { statfs } from 'node:fs/promises';

import type { Command } from 'commander';

import { describeSettings, readSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Database } from '../store/database.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { reportLinesOf } from './doctor-report.ts';
import type { Examination, Machine } from './examination.ts';
import { examineConnections } from './examine-connections.ts';
import type { ConnectionExamination } from './examine-connections.ts';
import { examineContacts } from './examine-contacts.ts';
import { examineDatabase } from './examine-database.ts';
import { examineEgress } from './examine-egress.ts';
import { examineFileModes } from './examine-files.ts';
import { examineListening } from './examine-listening.ts';
import { withLiveTest } from './examine-live.ts';
import { examineDirectory, examineNode, isServed } from './examine-machine.ts';
import { dataFolder } from './npm-script.ts';

export interface DoctorOptions {
  readonly dataDir?: string | undefined;
  /** A page to fetch through the egress door. */
  readonly url?: string | undefined;
  /** Whether CRMs are asked. */
  readonly live?: boolean | undefined;
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
    .description('Check settings, database, keys, clock and each connection; say what to do.')
    .option('--data-dir <directory>', 'Directory of the SQLite database (DATA_DIR).')
    .option('--live', 'Ask each CRM whether it takes the credentials of its connection.')
    .option('--url <url>', 'Fetch this page through the door that requests to CRMs go through.')
    .option('--json', 'Print JSON.')
    .action((options: DoctorOptions) => runDoctor(options, context));
}

/**
 * Examines everything a server needs, beside a running one, changing nothing, and prints what it
 * found; ends with 1 when something failed. Only with `live` are CRMs asked. Rejects with
 * `invalid_settings` when the settings cannot be read at all.
 */
export async function runDoctor(
  options: DoctorOptions,
  context: CommandContext,
  machine: Machine = THIS_MACHINE,
): Promise<void> {
  const read = readSettings(context.env, { dataDir: options.dataDir });
  const settings = { ...read, dataDir: dataFolder(read, options.dataDir, context) };
  const modes = examineFileModes(settings);
  let connections: readonly ConnectionExamination[] = [];
  let contacts: readonly Examination[] = [];
  const around = [
    examineNode(machine),
    await examineDirectory(settings, machine),
    ...modes,
    ...(await examineDatabase(settings, machine, async (database) => {
      connections = await lookAtConnections(settings, database, options.live === true);
      const names = connections.map(({ connection, name }) => [connection.id, name] as const);
      contacts = await examineContacts(settings, database, new Map(names));
    })),
    ...(await examineListening(settings, isServed(settings.dataDir))),
    ...(await examineEgress(settings, options.url, machine.now)),
  ];
  const all = [...around, ...connections, ...contacts];
  const described = describeSettings(settings);
  if (options.json === true) {
    context.out(
      JSON.stringify({ settings: described, examinations: around, connections, contacts }),
    );
  } else {
    context.out('Settings');
    for (const { env, value } of described) context.out(`  ${env}=${value}`);
    const report = reportLinesOf([
      ['This machine and its database', around],
      [options.live === true ? 'Connections, asked now' : 'Connections', connections],
      ['Contacts', contacts],
    ]);
    for (const line of report) context.out(line);
  }
  if (all.some(({ status }) => status === 'failed')) context.exitWith(1);
}

async function lookAtConnections(
  settings: Settings,
  database: Database,
  live: boolean,
): Promise<readonly ConnectionExamination[]> {
  if (!live) return await examineConnections(database, undefined);
  return await withLiveTest(settings, database, (test) => examineConnections(database, test));
}
