import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { databaseOf } from '../config/database-settings.ts';
import type { Settings } from '../config/settings.ts';
import { describeDatabase } from '../store/database-facts.ts';
import { DATABASE_FILE, openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { checkFile } from '../store/file-check.ts';
import { readSchemaState } from '../store/migrate.ts';
import { systemClock } from '../time/clock.ts';
import { adviceOf, failedBecause, fine, warnOf } from './examination.ts';
import type { Examination, Machine } from './examination.ts';
import { examineMasterKey } from './examine-keys.ts';
import { examineClock } from './examine-machine.ts';

/**
 * The database, its schema, the master key that fits it, the clocks, and then `more` of a database
 * whose schema is this version's; makes nothing.
 */
export async function examineDatabase(
  settings: Settings,
  machine: Machine,
  more: (database: Database) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Examination[]> {
  const sqlite = settings.databaseUrl === undefined;
  if (sqlite && !existsSync(join(settings.dataDir, DATABASE_FILE))) {
    return [
      fine('database', 'is made at the first start.'),
      ...(await examineMasterKey(settings, undefined)),
      examineClock(machine, undefined),
    ];
  }
  let database: Database | undefined;
  try {
    database = await openDatabase(databaseOf(settings, { exclusive: false }), {
      clock: { ...systemClock, now: machine.now },
      onFatal: () => {},
    });
    if (sqlite) await checkFile(join(settings.dataDir, DATABASE_FILE));
    const { applied, pending } = await readSchemaState(database);
    const words = await describeDatabase(database);
    const clock = examineClock(machine, database);
    if (pending.length > 0) {
      const message = `${words}, ${pending.length} migrations run at the next start`;
      return [warnOf('database', message), ...(await examineMasterKey(settings, undefined)), clock];
    }
    const keys = await examineMasterKey(settings, database);
    await more(database);
    return [fine('database', `${words}, ${applied.length} migrations`), ...keys, clock];
  } catch (err) {
    return [failedBecause('database', adviceOf(err)), examineClock(machine, undefined)];
  } finally {
    await database?.close();
  }
}
