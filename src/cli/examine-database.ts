import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { databaseOf } from '../config/database-settings.ts';
import type { Settings } from '../config/settings.ts';
import { loadMasterKey } from '../connections/master-key.ts';
import { DATABASE_FILE, openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { readSchemaState } from '../store/migrate.ts';
import { findMasterKeyId } from '../store/master-key-facts.ts';
import { systemClock } from '../time/clock.ts';
import { failedBecause, sentenceOf } from './examination.ts';
import type { Examination, Machine } from './examination.ts';
import { examineClock } from './examine-machine.ts';

/** The database, its schema, the master key that fits it, and the clocks; makes nothing. */
export async function examineDatabase(
  settings: Settings,
  machine: Machine,
): Promise<readonly Examination[]> {
  const sqlite = settings.databaseUrl === undefined;
  if (sqlite && !existsSync(join(settings.dataDir, DATABASE_FILE))) {
    const message = 'is made at the first start.';
    return [
      { name: 'database', status: 'ok', message },
      await examineMasterKey(settings, undefined),
      examineClock(machine, undefined),
    ];
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
    return [failedBecause('database', sentenceOf(err)), examineClock(machine, undefined)];
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
    return failedBecause(name, sentenceOf(err));
  }
}

/** `doctor` looks at keys and makes none. */
function refuseToMake(): Uint8Array {
  throw new Error('no key is made here');
}
