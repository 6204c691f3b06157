import { createHash, hkdfSync } from 'node:crypto';

import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import { findStoreFact, insertStoreFact } from '../store/store-facts-repository.ts';
import { openBytes, sealBytes } from './key-seal.ts';
import type { NamedKey } from './key-seal.ts';
import type { VaultKeys } from './vault.ts';
import {
  insertVaultKey,
  insertVaultKeySeal,
  isOlderThanVaultKeys,
  listVaultKeys,
  listVaultKeySeals,
} from './vault-keys-repository.ts';
import type { VaultKeyRow, VaultKeySealRow } from './vault-keys-repository.ts';

/**
 * The keys that a process works with, opened once with the master key. It learns of new ones while
 * it runs without a new master key, because each key is also sealed with the one before it for as
 * long as keys are rotated.
 */
export interface Keyring extends VaultKeys {
  /** Every key, for changing the master key. */
  all(): readonly NamedKey[];
  /** Id of the newest key, which may not seal yet. */
  newest(): string;
  /** Keys for one purpose that change with the vault's: the first makes, all open. */
  derived(purpose: string): readonly Uint8Array[];
  /** A key for one purpose that never changes, whatever is rotated: what it names must stay so. */
  pinned(purpose: string): Uint8Array;
  /** Reads the keys again. Rejects with what the database rejects with. */
  refresh(): Promise<void>;
}

export interface KeyringDeps {
  readonly database: Database;
  readonly masterKey: NamedKey;
  readonly randomBytes: (size: number) => Uint8Array;
}

interface OpenedKeys {
  readonly sealing: NamedKey;
  /** Newest first. */
  readonly seal: readonly NamedKey[];
  readonly root: NamedKey;
}

const KEY_BYTES = 32;
const FIRST_KEYS_FACT = 'first_vault_keys';

/**
 * Opens the keys of a database with the master key, and makes the first ones. Rejects with
 * `invalid_settings` when the master key opens none of them.
 */
export async function openKeyring(deps: KeyringDeps): Promise<Keyring> {
  const { database, masterKey } = deps;
  await database.write((transaction) => makeFirstKeys(transaction, deps));
  let known = await readKeys(database.read, [masterKey]);
  return {
    ...ringOf(() => known),
    refresh: async () => {
      // What it knows opens what is new: the master key may have changed since this process began.
      known = await readKeys(database.read, [masterKey, ...known.seal, known.root]);
    },
  };
}

/**
 * The same keys, read once and without making any, for looking at a database. Rejects with
 * `invalid_settings` when the master key opens none of them; undefined before the first start.
 */
export async function readKeyring(
  handle: Handle,
  masterKey: NamedKey,
): Promise<Omit<Keyring, 'refresh'> | undefined> {
  if ((await listVaultKeys(handle)).length === 0) return undefined;
  const known = await readKeys(handle, [masterKey]);
  return ringOf(() => known);
}

/** A ring of one key that never changes, for a process without a database and for tests. */
export function fixedKeyring(key: NamedKey): Keyring {
  const only = { sealing: key, seal: [key], root: key };
  return { ...ringOf(() => only), refresh: () => Promise.resolve() };
}

function ringOf(known: () => OpenedKeys): Omit<Keyring, 'refresh'> {
  return {
    current: () => known().sealing,
    find: (id) => known().seal.find((key) => key.id === id),
    all: () => [...known().seal, known().root],
    newest: () => known().seal[0]?.id ?? known().sealing.id,
    derived: (purpose) => {
      const { sealing, seal } = known();
      // A coming key makes nothing before all nodes know it.
      const others = seal.filter((key) => key.id !== sealing.id);
      return [sealing, ...others].map((key) => derive(key.bytes, purpose));
    },
    pinned: (purpose) => derive(known().root.bytes, purpose),
  };
}

/** A key of its own for each purpose, so that one use says nothing of another. */
function derive(bytes: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, '', purpose, KEY_BYTES));
}

/** Names a key without telling it: 16 hex digits. */
export function nameKey(bytes: Uint8Array): NamedKey {
  const id = createHash('sha256').update('patchcord vault key id\n').update(bytes).digest('hex');
  return { id: id.slice(0, 16), bytes };
}

/** Seals a key of the vault with another key. */
export function sealKey(
  withKey: NamedKey,
  key: NamedKey,
  randomBytes: (size: number) => Uint8Array,
): VaultKeySealRow {
  const place = placeOf(key.id, withKey.id);
  const { nonce, sealed } = sealBytes(withKey, { clear: key.bytes, place }, randomBytes);
  return { vault_key_id: key.id, sealed_with: withKey.id, nonce, sealed };
}

function placeOf(keyId: string, sealedWith: string): readonly string[] {
  return ['patchcord key 1', keyId, sealedWith];
}

/**
 * The first keys of a database. One from before there were any keeps what its master key made: its
 * secrets, the names of its calls and its waiting recordings.
 */
async function makeFirstKeys(transaction: Handle, deps: KeyringDeps): Promise<void> {
  const { masterKey, randomBytes, database } = deps;
  if ((await findStoreFact(transaction, FIRST_KEYS_FACT)) !== undefined) return;
  const older = await isOlderThanVaultKeys(transaction);
  const random = nameKey(randomBytes(KEY_BYTES));
  const seal = older ? masterKey : random;
  const root = older
    ? { id: `root-${masterKey.id}`, bytes: masterKey.bytes }
    : { id: `root-${random.id}`, bytes: randomBytes(KEY_BYTES) };
  // Of several nodes that start at once the first one wins.
  await insertStoreFact(transaction, { name: FIRST_KEYS_FACT, value: root.id + seal.id });
  if ((await findStoreFact(transaction, FIRST_KEYS_FACT)) !== root.id + seal.id) return;
  const now = database.now();
  const times = { created_at: now, state_since: now, state: 'current' } as const;
  if ((await listVaultKeys(transaction)).length > 0) return;
  await insertVaultKey(transaction, { id: seal.id, purpose: 'seal', ...times });
  await insertVaultKey(transaction, { id: root.id, purpose: 'root', ...times });
  await insertVaultKeySeal(transaction, sealKey(masterKey, seal, randomBytes));
  await insertVaultKeySeal(transaction, sealKey(masterKey, root, randomBytes));
}

/** Opens all keys that can be opened, each by what opened before it. */
async function readKeys(handle: Handle, by: readonly NamedKey[]): Promise<OpenedKeys> {
  const rows = await listVaultKeys(handle);
  const seals = await listVaultKeySeals(handle);
  const openers = new Map(by.map((key) => [key.id, key]));
  const opened = new Map<string, NamedKey>();
  for (const key of by) if (rows.some((row) => row.id === key.id)) opened.set(key.id, key);
  let before = -1;
  while (opened.size > before) {
    before = opened.size;
    for (const seal of seals) {
      const opener = openers.get(seal.sealed_with);
      if (opener === undefined || opened.has(seal.vault_key_id)) continue;
      const key = openSeal(opener, seal);
      opened.set(key.id, key);
      openers.set(key.id, key);
    }
  }
  return sortKeys(rows, opened);
}

function openSeal(opener: NamedKey, seal: VaultKeySealRow): NamedKey {
  try {
    const bytes = openBytes(opener, seal, placeOf(seal.vault_key_id, opener.id));
    return { id: seal.vault_key_id, bytes };
  } catch (cause) {
    throw new AppError(
      'invalid_settings',
      `The key '${seal.vault_key_id}' in the database was changed: restore the table vault_key_seal from a backup.`,
      { cause },
    );
  }
}

function sortKeys(rows: readonly VaultKeyRow[], opened: ReadonlyMap<string, NamedKey>): OpenedKeys {
  const of = (wanted: (row: VaultKeyRow) => boolean): readonly NamedKey[] =>
    rows.filter(wanted).flatMap((row) => opened.get(row.id) ?? []);
  const [sealing] = of((row) => row.purpose === 'seal' && row.state === 'current');
  const [root] = of((row) => row.purpose === 'root');
  if (sealing === undefined || root === undefined) {
    throw new AppError(
      'invalid_settings',
      'The master key opens none of the keys in this database: give the one that the database was last rotated to.',
    );
  }
  return { sealing, seal: of((row) => row.purpose === 'seal'), root };
}
