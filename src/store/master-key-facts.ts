import { AppError } from '../errors/app-error.ts';
import type { Database } from './database.ts';
import type { Handle } from './handle.ts';
import { findStoreFact, insertStoreFact } from './store-facts-repository.ts';

/** Names of the facts about master keys. */
export const MASTER_KEY_FACT = 'master_key_id';
export const ROTATION_FACT = 'master_key_rotation';

/** A change of the master key that has begun and not ended: both keys open the database. */
export interface Rotation {
  /** Id of the new master key. */
  readonly masterKeyId: string;
  /** Id of the key that secrets are sealed with from now on. */
  readonly vaultKeyId: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/**
 * Binds the database to its first master key; rejects with `invalid_settings` for any other, so
 * that no secret is ever sealed with a key that the other nodes, or the next start, do not have.
 * While keys are rotated the new one is right too.
 */
export async function checkMasterKey(database: Database, keyId: string): Promise<void> {
  const known = await database.write(async (transaction) => {
    await insertStoreFact(transaction, { name: MASTER_KEY_FACT, value: keyId });
    return await findStoreFact(transaction, MASTER_KEY_FACT);
  });
  if (known === keyId) return;
  const rotation = await findRotation(database.read);
  if (rotation?.masterKeyId === keyId) return;
  const right =
    rotation === undefined ? `'${known ?? ''}'` : `'${known ?? ''}' or '${rotation.masterKeyId}'`;
  throw new AppError(
    'invalid_settings',
    `The secrets of this database are sealed with the master key ${right}, but the given key is '${keyId}': set MASTER_KEY or MASTER_KEY_FILE to that one. If the key was rotated, it is the new one.`,
  );
}

/** Id of the master key that seals this database's secrets; undefined before the first start. */
export async function findMasterKeyId(database: Database): Promise<string | undefined> {
  return await findStoreFact(database.read, MASTER_KEY_FACT);
}

/** The rotation under way, if there is one. */
export async function findRotation(handle: Handle): Promise<Rotation | undefined> {
  const text = await findStoreFact(handle, ROTATION_FACT);
  if (text === undefined) return undefined;
  // Written by `writeRotation` only.
  return JSON.parse(text) as Rotation;
}

/** Notes that a rotation begins, unless one has: then that one is returned. */
export async function writeRotation(handle: Handle, rotation: Rotation): Promise<Rotation> {
  await insertStoreFact(handle, { name: ROTATION_FACT, value: JSON.stringify(rotation) });
  return (await findRotation(handle)) ?? rotation;
}
