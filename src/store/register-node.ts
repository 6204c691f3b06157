import type { Database } from './database.ts';
import type { Handle } from './handle.ts';
import { checkMasterKey } from './master-key-facts.ts';
import {
  deleteNode,
  deleteNodes,
  findNodeOfName,
  insertNode,
  touchNode,
} from './nodes-repository.ts';

/** A node that has not been seen for this long has ended without saying so. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1_000;

export interface NodeFacts {
  /** Of this process alone, in the order of starting (UUIDv7). */
  readonly id: string;
  /** The same after a restart: the lanes that a node works on carry it. */
  readonly name: string;
  /** Id of the master key this process has; see `connections/master-key.ts`. */
  readonly keyId: string;
  readonly version: string;
}

/**
 * Enters this process as a node of the database, in the place of an earlier one of its name. The
 * first one also records its master key's id; rejects with `invalid_settings` when another key has
 * sealed the secrets in this database.
 */
export async function registerNode(database: Database, node: NodeFacts): Promise<void> {
  await checkMasterKey(database, node.keyId);
  await database.write((transaction) => enterNode(transaction, node, database.now()));
}

/**
 * Tells the others that this node works. False when a younger process has entered under its name:
 * then this one must end, because both would take each other's lanes for their own.
 */
export async function keepNode(database: Database, node: NodeFacts): Promise<boolean> {
  return await database.write(async (transaction) => {
    const now = database.now();
    const youngest = await findNodeOfName(transaction, node.name);
    if (youngest !== undefined && youngest.id !== node.id) return false;
    // It was cut off from the database for so long that another node forgot it.
    if (youngest === undefined) await enterNode(transaction, node, now);
    else await touchNode(transaction, node.id, now);
    return true;
  });
}

async function enterNode(transaction: Handle, node: NodeFacts, now: number): Promise<void> {
  await deleteNodes(transaction, { name: node.name, before: now - FORGET_AFTER_MS });
  await insertNode(transaction, {
    id: node.id,
    name: node.name,
    key_id: node.keyId,
    version: node.version,
    started_at: now,
    seen_at: now,
    vault_key_id: null,
    sealing_key_id: null,
  });
}

/** Tells the others that this node has ended in order; nothing when it had not entered. */
export async function leaveNode(database: Database, node: NodeFacts): Promise<void> {
  await database.write((transaction) => deleteNode(transaction, node.id));
}
