import { existsSync } from 'node:fs';

import type { Settings } from '../config/settings.ts';
import { countSealed } from '../connections/count-sealed.ts';
import { readKeyring } from '../connections/keyring.ts';
import { keyFileIn, loadMasterKey } from '../connections/master-key.ts';
import type { MasterKey } from '../connections/master-key.ts';
import { nodesWithAnotherKey } from '../connections/rotation.ts';
import type { Database } from '../store/database.ts';
import { findMasterKeyId, findRotation } from '../store/master-key-facts.ts';
import { failedBecause, fine, sentenceOf, warnOf } from './examination.ts';
import type { Examination } from './examination.ts';

const NAME = 'master key';

/** The master key: whether it is there, is the one of the database, and opens what is stored. */
export async function examineMasterKey(
  settings: Settings,
  database: Database | undefined,
): Promise<readonly Examination[]> {
  const file = keyFileIn(settings.dataDir);
  const given = settings.masterKey ?? settings.masterKeyFile;
  const expected = database === undefined ? undefined : await findMasterKeyId(database);
  if (given === undefined && !existsSync(file)) {
    return [
      expected === undefined
        ? fine(NAME, 'is made at the first start.')
        : failedBecause(
            NAME,
            `${file} is gone, and with it every credential: put it back from the place where its copy is kept.`,
          ),
    ];
  }
  try {
    const key = loadMasterKey(
      {
        masterKey: settings.masterKey,
        masterKeyFile: settings.masterKeyFile ?? (given === undefined ? file : undefined),
      },
      { randomBytes: refuseToMake, created: () => {} },
    );
    if (database === undefined || expected === undefined) return [fine(NAME, kept(key))];
    return await compareWithDatabase(database, key, expected);
  } catch (err) {
    return [failedBecause(NAME, sentenceOf(err))];
  }
}

async function compareWithDatabase(
  database: Database,
  key: MasterKey,
  expected: string,
): Promise<readonly Examination[]> {
  const rotation = await findRotation(database.read);
  if (key.id !== expected && key.id !== rotation?.masterKeyId) {
    return [
      failedBecause(
        NAME,
        `is '${key.id}', but the secrets are sealed with '${expected}': set MASTER_KEY or MASTER_KEY_FILE to that one.`,
      ),
    ];
  }
  const secrets = await examineSecrets(database, key);
  if (rotation === undefined) return [fine(NAME, kept(key)), secrets];
  const behind = await nodesWithAnotherKey(database, rotation.masterKeyId);
  const nodes =
    behind.length === 0
      ? 'All nodes have the new one: run `patchcord rotate-key --finish` with it.'
      : `Restart with the new one: ${behind.map(({ name }) => name).join(', ')}; then run \`patchcord rotate-key --finish\`.`;
  const since = new Date(rotation.since).toISOString();
  const words = `is being changed from ${expected} to ${rotation.masterKeyId} since ${since}; both work (this one is ${key.id}). ${nodes}`;
  return [warnOf(NAME, words), secrets];
}

async function examineSecrets(database: Database, key: MasterKey): Promise<Examination> {
  const name = 'secrets';
  const keyring = await readKeyring(database.read, key);
  if (keyring === undefined) return fine(name, 'none yet');
  const { opened, broken } = await countSealed(database.read, keyring);
  return broken.length === 0
    ? fine(
        name,
        `${opened} open; new ones are sealed with the data key ${keyring.current().id}, which the master key seals`,
      )
    : failedBecause(
        name,
        `${broken.join(' ')} Enter these credentials again, or restore a backup.`,
      );
}

function kept(key: MasterKey): string {
  return `${key.id}; keep a copy away from the backups`;
}

/** `doctor` looks at keys and makes none. */
function refuseToMake(): Uint8Array {
  throw new Error('no key is made here');
}
