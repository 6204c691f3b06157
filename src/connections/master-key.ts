import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { AppError } from '../errors/app-error.ts';

export interface MasterKey {
  /** Names the key without telling it: 16 hex digits. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

export interface MasterKeySource {
  /** MASTER_KEY: 32 bytes as Base64, Base64url or 64 hex digits. */
  readonly masterKey?: string | undefined;
  /** MASTER_KEY_FILE: a file with the same text. */
  readonly masterKeyFile?: string | undefined;
  /** Where one process on SQLite keeps the key it makes for itself; absent on PostgreSQL. */
  readonly directory?: string | undefined;
  /** Id of the key that the database's secrets are sealed with: then no other key is made. */
  readonly sealedWith?: string | undefined;
}

export interface MasterKeyDeps {
  readonly randomBytes: (size: number) => Uint8Array;
  /** Told once, when a key file was made: it has no copy anywhere. */
  readonly created: (path: string) => void;
}

const KEY_BYTES = 32;
const KEY_FILE = 'master.key';

/**
 * Finds the master key: the setting, the file, or on SQLite `master.key` in the data directory,
 * which is made when absent (mode 0600). Throws `invalid_settings` when there is none, it has not
 * 32 bytes, or other users of the machine can read its file.
 */
export function loadMasterKey(source: MasterKeySource, deps: MasterKeyDeps): MasterKey {
  if (source.masterKey !== undefined && source.masterKeyFile !== undefined) {
    throw refuse('MASTER_KEY and MASTER_KEY_FILE are both set: keep one of them.');
  }
  if (source.masterKey !== undefined) return toMasterKey(source.masterKey, 'MASTER_KEY');
  if (source.masterKeyFile !== undefined) return readKeyFile(source.masterKeyFile);
  if (source.directory === undefined) {
    throw refuse(
      'PostgreSQL needs MASTER_KEY or MASTER_KEY_FILE: 32 random bytes, the same on every node (`openssl rand -base64 32`).',
    );
  }
  const path = keyFileIn(source.directory);
  if (exists(path)) return readKeyFile(path);
  if (source.sealedWith !== undefined) {
    throw refuse(
      `${path} is gone, and the credentials in the database are sealed with it ('${source.sealedWith}'): restore the file.`,
    );
  }
  return makeKeyFile(path, source.directory, deps);
}

function readKeyFile(path: string): MasterKey {
  try {
    // On Windows the mode says nothing about who may read.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0) {
      throw refuse(`Every user of this machine can read ${path}: run \`chmod 600 ${path}\`.`);
    }
    return toMasterKey(readFileSync(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw refuse(`The master key file ${path} cannot be read.`, cause);
  }
}

/** Where one process on SQLite keeps the key that it made for itself. */
export function keyFileIn(directory: string): string {
  return join(directory, KEY_FILE);
}

/**
 * The key in a file, which is made (mode 0600) with a new key when absent. Throws
 * `invalid_settings` as `loadMasterKey` does.
 */
export function readOrMakeKeyFile(path: string, deps: MasterKeyDeps): MasterKey {
  return exists(path) ? readKeyFile(path) : makeKeyFile(path, dirname(path), deps);
}

/**
 * Puts the key file `next.path` in the place of `path` and keeps the old one beside it, named by its
 * id. Cut off anywhere, `path` holds one of the two keys whole. Where the key `next.id` stands there
 * already, put there by somebody else, nothing changes: it must never get the name of an old one.
 */
export function replaceKeyFile(
  path: string,
  next: { readonly path: string; readonly id: string },
): void {
  const present = readKeyFile(path).id;
  if (present === next.id) return;
  const kept = keptKeyFile(path, present);
  try {
    if (!exists(kept)) {
      // A second name for the same file: nothing is written, so nothing can be half written.
      linkSync(path, kept);
      syncDirectory(dirname(path));
    }
    renameSync(next.path, path);
    syncDirectory(dirname(path));
  } catch (cause) {
    if (readKeyFile(path).id === next.id) return;
    throw refuse(`The master key file ${path} cannot be replaced.`, cause);
  }
}

/** Where the key of this id is kept once another one is in its place. */
export function keptKeyFile(path: string, id: string): string {
  return `${path}.${id}.old`;
}

function makeKeyFile(path: string, directory: string, deps: MasterKeyDeps): MasterKey {
  const text = Buffer.from(deps.randomBytes(KEY_BYTES)).toString('base64');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // `wx`: of two processes that start at once, one makes the file and the other one reads it.
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, `${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(path, 0o600);
    syncDirectory(directory);
  } catch (cause) {
    if (exists(path)) return readKeyFile(path);
    throw refuse(`The master key file ${path} cannot be written.`, cause);
  }
  deps.created(path);
  return toMasterKey(text, path);
}

/** A file is only found again after a power cut when its directory was synced too. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function toMasterKey(text: string, from: string): MasterKey {
  const written = text.trim();
  const bytes = /^[0-9a-f]{64}$/i.test(written)
    ? Buffer.from(written, 'hex')
    : Buffer.from(/^[A-Za-z0-9+/_-]{43}=?$/.test(written) ? written : '', 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw refuse(
      `${from} must hold 32 bytes as Base64 or as 64 hex digits (\`openssl rand -base64 32\`).`,
    );
  }
  const id = createHash('sha256').update('patchcord master key id\n').update(bytes).digest('hex');
  return { id: id.slice(0, 16), bytes: new Uint8Array(bytes) };
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function refuse(message: string, cause?: unknown): AppError {
  return new AppError('invalid_settings', message, { cause });
}
