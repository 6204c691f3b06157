import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import { databaseOf } from '../config/database-settings.ts';
import { readSettings } from '../config/settings.ts';
import { AppError } from '../errors/app-error.ts';
import { DATABASE_FILE, openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createIds } from '../text/uuid.ts';
import type { Ids } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { dataFolder } from './npm-script.ts';

/** What a command that works on the database gets. */
export interface StoreTools {
  readonly database: Database;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
}

export interface StoreOptions {
  readonly dataDir?: string | undefined;
}

export interface StoreUse extends StoreOptions {
  /** True for a command that needs what is there: it makes neither folder nor database. */
  readonly onlyReads?: boolean;
}

/** The options of every command that works on the database. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--data-dir <directory>', 'Directory of the SQLite database (DATA_DIR).')
    .option('--json', 'Print JSON.');
}

/**
 * Runs a command's work on the database of the settings, brought up to date, beside a running
 * server or without one, and closes it. Rejects with `invalid_settings` or what the work rejects
 * with.
 */
export async function withStore<T>(
  context: Pick<CommandContext, 'env' | 'directory'>,
  options: StoreUse,
  work: (tools: StoreTools) => Promise<T>,
): Promise<T> {
  const settings = readSettings(context.env, { dataDir: options.dataDir });
  const dataDir = dataFolder(settings, options.dataDir, context);
  if (options.onlyReads === true && settings.databaseUrl === undefined) refuseToMake(dataDir);
  const database = await openDatabase(databaseOf({ ...settings, dataDir }, { exclusive: false }), {
    clock: systemClock,
    // The write that met the failure rejects with it, and so does the command.
    onFatal: () => {},
  });
  try {
    await migrate(database);
    const ids = createIds({ clock: systemClock, randomBytes });
    return await work({ database, ids, randomBytes });
  } finally {
    await database.close();
  }
}

function refuseToMake(dataDir: string): void {
  if (existsSync(join(dataDir, DATABASE_FILE))) return;
  const message = `There is no database in ${dataDir}: name its folder with --data-dir, or start the server once.`;
  throw new AppError('invalid_request', message);
}
