import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import {
  findMasterKeyId,
  findRotation,
  MASTER_KEY_FACT,
  ROTATION_FACT,
  writeRotation,
} from '../store/master-key-facts.ts';
import type { Rotation } from '../store/master-key-facts.ts';
import { listNodes } from '../store/nodes-repository.ts';
import type { Tables } from '../store/schema.ts';
import { deleteStoreFact, findStoreFact, putStoreFact } from '../store/store-facts-repository.ts';
import type { NamedKey } from './key-seal.ts';
import { nameKey, sealKey } from './keyring.ts';
import type { Keyring } from './keyring.ts';
import { resealSlice } from './reseal.ts';
import {
  insertVaultKey,
  insertVaultKeySeal,
  keepSealsOf,
  listVaultKeys,
  listVaultKeySeals,
  makeCurrent,
} from './vault-keys-repository.ts';

/** Where a rotation may be cut off; tests end the process there. */
export type RotationPoint = 'begun' | 'known' | 'current' | 'resealed' | 'slice';

export interface RotationDeps {
  readonly database: Database;
  /** Opened with the old master key, or with the new one when the rotation has begun before. */
  readonly keyring: Keyring;
  readonly newMasterKey: NamedKey;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** True when no node can work on the database: nobody is waited for. */
  readonly alone?: boolean;
  /** Told whom it waits for, once per name. */
  readonly waitsFor?: (node: string) => void;
  readonly reached?: (point: RotationPoint) => Promise<void> | void;
}

export interface Rotated {
  readonly masterKeyId: string;
  readonly vaultKeyId: string;
  /** Secrets sealed again by this run. */
  readonly resealed: number;
}

/** A node that was not seen for this long does not work on the database any more. */
const LIVING_MS = 60_000;
const LOOK_EVERY_MS = 500;
/** Nodes look for keys every two seconds; one that has not by then is stuck or too old. */
const PATIENCE_MS = 120_000;
const KEY_BYTES = 32;

/**
 * Changes the master key and the key that secrets are sealed with, beside running nodes: both
 * master keys open the database until `finishRotation`. Done again after it was cut off anywhere, it
 * goes on where it stood. Rejects with `conflict` when a rotation to another key is under way, or a
 * node does not learn of the new key.
 */
export async function rotateKeys(deps: RotationDeps): Promise<Rotated> {
  const { database, keyring } = deps;
  const rotation = await begin(deps);
  await deps.reached?.('begun');
  await keyring.refresh();
  // What one node seals every other must be able to open, so all must know the key before it is used.
  await untilAllNodes(deps, (node) => node.vault_key_id === rotation.vaultKeyId);
  await deps.reached?.('known');
  await database.write((transaction) =>
    makeCurrent(transaction, { id: rotation.vaultKeyId, now: database.now() }),
  );
  await keyring.refresh();
  await deps.reached?.('current');
  await untilAllNodes(deps, (node) => node.sealing_key_id === rotation.vaultKeyId);
  const resealed = await resealAll(deps);
  await deps.reached?.('resealed');
  return { masterKeyId: rotation.masterKeyId, vaultKeyId: rotation.vaultKeyId, resealed };
}

/**
 * Ends a rotation: from now on the old master key opens nothing, not even in the files. Done already
 * by somebody else, it changes nothing. Rejects with `conflict` when none
 * is under way, it is not complete, or a key would be lost.
 */
export async function finishRotation(
  deps: Pick<RotationDeps, 'database' | 'newMasterKey'>,
): Promise<void> {
  const { database, newMasterKey } = deps;
  await database.write(async (transaction) => {
    const rotation = await findRotation(transaction);
    const isDone =
      rotation === undefined &&
      (await findStoreFact(transaction, MASTER_KEY_FACT)) === newMasterKey.id;
    if (isDone) return;
    if (rotation?.masterKeyId !== newMasterKey.id) {
      throw new AppError(
        'conflict',
        `No rotation to the master key '${newMasterKey.id}' is under way.`,
      );
    }
    const keys = await listVaultKeys(transaction);
    const seals = await listVaultKeySeals(transaction);
    const safe = keys.every((key) =>
      seals.some((seal) => seal.vault_key_id === key.id && seal.sealed_with === newMasterKey.id),
    );
    const used = keys.some((key) => key.id === rotation.vaultKeyId && key.state === 'current');
    if (!safe || !used) {
      throw new AppError(
        'conflict',
        'The rotation is not complete: run `patchcord rotate-key` again without --finish.',
      );
    }
    await keepSealsOf(transaction, newMasterKey.id);
    await putStoreFact(transaction, { name: MASTER_KEY_FACT, value: newMasterKey.id });
    await deleteStoreFact(transaction, ROTATION_FACT);
  });
  await database.forgetDeletedKeys();
}

/** Nodes that work now and began with another master key than this one. */
export async function nodesWithAnotherKey(
  database: Database,
  masterKeyId: string,
): Promise<readonly Tables['node'][]> {
  return (await livingNodes(database)).filter((node) => node.key_id !== masterKeyId);
}

/** Seals all keys with the new master key too, and adds the one that is to seal from now on. */
async function begin(deps: RotationDeps): Promise<Rotation> {
  const { database, keyring, newMasterKey, randomBytes } = deps;
  const fresh = nameKey(randomBytes(KEY_BYTES));
  if ((await findMasterKeyId(database)) === newMasterKey.id) {
    throw new AppError('conflict', `The master key '${newMasterKey.id}' is in use already.`);
  }
  return await database.write(async (transaction) => {
    const now = database.now();
    const rotation = await writeRotation(transaction, {
      masterKeyId: newMasterKey.id,
      vaultKeyId: fresh.id,
      since: now,
    });
    if (rotation.masterKeyId !== newMasterKey.id) {
      throw new AppError(
        'conflict',
        `A rotation to the master key '${rotation.masterKeyId}' is under way: finish it with that key first.`,
      );
    }
    // Begun before, in this one transaction: then all of it stands.
    if (rotation.vaultKeyId !== fresh.id) return rotation;
    const times = { created_at: now, state_since: now, state: 'coming' } as const;
    for (const key of keyring.all()) {
      await insertVaultKeySeal(transaction, sealKey(newMasterKey, key, randomBytes));
    }
    await insertVaultKey(transaction, { id: fresh.id, purpose: 'seal', ...times });
    await insertVaultKeySeal(transaction, sealKey(newMasterKey, fresh, randomBytes));
    // By this the nodes that run with the old master key open it.
    await insertVaultKeySeal(transaction, sealKey(keyring.current(), fresh, randomBytes));
    return rotation;
  });
}

async function resealAll(deps: RotationDeps): Promise<number> {
  let resealed = 0;
  let slice: number;
  do {
    slice = await resealSlice(deps);
    resealed += slice;
    if (slice > 0) await deps.reached?.('slice');
  } while (slice > 0);
  return resealed;
}

async function untilAllNodes(
  deps: RotationDeps,
  isReady: (node: Tables['node']) => boolean,
): Promise<void> {
  if (deps.alone === true) return;
  const told = new Set<string>();
  let left = PATIENCE_MS;
  for (;;) {
    const behind = (await livingNodes(deps.database)).filter((node) => !isReady(node));
    if (behind.length === 0) return;
    if (left <= 0) {
      const names = behind.map((node) => `'${node.name}' (version ${node.version})`).join(', ');
      throw new AppError(
        'conflict',
        `These nodes have not taken up the new key: ${names}. End or update them, and run this command again: it goes on from here.`,
      );
    }
    for (const { name } of behind) {
      if (!told.has(name)) deps.waitsFor?.(name);
      told.add(name);
    }
    await deps.sleep(LOOK_EVERY_MS);
    left -= LOOK_EVERY_MS;
  }
}

async function livingNodes(database: Database): Promise<readonly Tables['node'][]> {
  const since = database.now() - LIVING_MS;
  return (await listNodes(database.read)).filter((node) => node.seen_at >= since);
}
