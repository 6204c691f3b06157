import { AppError } from '../errors/app-error.ts';
import type { Database } from './database.ts';
import { deleteNodes, insertNode } from './nodes-repository.ts';
import { findStoreFact, insertStoreFact } from './store-facts-repository.ts';

/** A node that has not been seen for this long has ended without saying so. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1_000;
const MASTER_KEY_FACT = 'master_key_id';

export interface NodeFacts {
  readonly id: string;
  readonly name: string;
  /** Id of the master key this process has; see `connections/master-key.ts`. */
  readonly keyId: string;
  readonly version: string;
}

/**
 * Enters this process as a node of the database. The first one also records its master key's id;
 * rejects with `invalid_settings` when another key has sealed the secrets in this database.
 */
export async function registerNode(database: Database, node: NodeFacts): Promise<void> {
  await checkMasterKey(database, node.keyId);
  const now = database.now();
  await database.write(async (transaction) => {
    await deleteNodes(transaction, { id: node.id, before: now - FORGET_AFTER_MS });
    await insertNode(transaction, {
      id: node.id,
      name: node.name,
      key_id: node.keyId,
      version: node.version,
      started_at: now,
      seen_at: now,
    });
  });
}

/**
 * Binds the database to its first master key; rejects with `invalid_settings` for any other, so
 * that no secret is ever sealed with a key that the other nodes, or the next start, do not have.
 */
export async function checkMasterKey(database: Database, keyId: string): Promise<void> {
  const known = await database.write(async (transaction) => {
    await insertStoreFact(transaction, { name: MASTER_KEY_FACT, value: keyId });
    return await findStoreFact(transaction, MASTER_KEY_FACT);
  });
  if (known === keyId) return;
  throw new AppError(
    'invalid_settings',
    `The secrets of this database are sealed with the master key '${known ?? ''}', but the given key is '${keyId}': set MASTER_KEY or MASTER_KEY_FILE to the first one.`,
  );
}

/** Id of the master key that seals this database's secrets; undefined before the first start. */
export async function findMasterKeyId(database: Database): Promise<string | undefined> {
  return await findStoreFact(database.read, MASTER_KEY_FACT);
}
