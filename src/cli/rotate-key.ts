import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Command } from 'commander';

import { recordDeed } from '../access/audit.ts';
import { readSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings.ts';
import { openKeyring } from '../connections/keyring.ts';
import {
  keptKeyFile,
  keyFileIn,
  loadMasterKey,
  readOrMakeKeyFile,
  replaceKeyFile,
} from '../connections/master-key.ts';
import type { MasterKey } from '../connections/master-key.ts';
import { finishRotation, nodesWithAnotherKey, rotateKeys } from '../connections/rotation.ts';
import type { RotationPoint } from '../connections/rotation.ts';
import { AppError } from '../errors/app-error.ts';
import { ADMIN } from '../organizations/scope.ts';
import { checkMasterKey, findMasterKeyId, findRotation } from '../store/master-key-facts.ts';
import type { CommandContext } from './command-context.ts';
import { isServed } from './examine-machine.ts';
import { dataFolder, ownCommand, userPath } from './npm-script.ts';
import { addStoreOptions, withStore } from './with-store.ts';
import type { StoreOptions, StoreTools } from './with-store.ts';

export interface RotateKeyOptions extends StoreOptions {
  readonly newKeyFile?: string | undefined;
  readonly finish?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Points at which a test ends the process. */
export type RotateKeyPoint = RotationPoint | 'swapped';

interface Rotating extends StoreTools {
  readonly options: RotateKeyOptions;
  readonly context: CommandContext;
  readonly settings: Settings;
  /** The key file that is ours to replace; undefined when the settings name the key. */
  readonly ownFile: string | undefined;
  readonly masterKey: MasterKey;
  readonly reached: (point: RotateKeyPoint) => void;
}

/** What the command did, as `--json` prints it. */
interface Result {
  readonly master_key_id: string;
  readonly previous_master_key_id: string | null;
  readonly vault_key_id: string | null;
  readonly resealed: number;
  readonly finished: boolean;
  readonly new_key_file: string | null;
  readonly old_key_file: string | null;
}

/** Adds `rotate-key`. */
export function registerRotateKey(program: Command, context: CommandContext): void {
  addStoreOptions(
    program
      .command('rotate-key')
      .description('Change the master key and seal every secret again, while servers run.')
      .option('--new-key-file <file>', 'The new key; made when absent. Not for data/master.key.')
      .option('--finish', 'End a rotation: from then on the old key opens nothing.'),
  ).action((options: RotateKeyOptions) => runRotateKey(options, context));
}

/**
 * Changes the master key beside running servers; run again after it was cut off, it goes on. With
 * the key file that the server made itself everything is done at once; where the settings name the
 * key, `--finish` ends it after the nodes were restarted with the new one. Rejects with
 * `invalid_request`, `invalid_settings` and `conflict`.
 */
export async function runRotateKey(
  options: RotateKeyOptions,
  context: CommandContext,
  reached: (point: RotateKeyPoint) => void = () => {},
): Promise<void> {
  const read = readSettings(context.env, { dataDir: options.dataDir });
  const settings = { ...read, dataDir: dataFolder(read, options.dataDir, context) };
  const named = settings.masterKey !== undefined || settings.masterKeyFile !== undefined;
  const ownFile = named ? undefined : keyFileIn(settings.dataDir);
  await withStore(context, { ...options, onlyReads: true }, async (tools) => {
    const masterKey = await presentKey(settings, tools);
    const work = { ...tools, options, context, settings, ownFile, masterKey, reached };
    const result = options.finish === true ? await finish(work) : await rotate(work);
    if (options.json === true) context.out(JSON.stringify(result));
    else for (const line of describe(result, work)) context.out(line);
  });
}

async function presentKey(settings: Settings, { database }: StoreTools): Promise<MasterKey> {
  const sealedWith = await findMasterKeyId(database);
  if (sealedWith === undefined) {
    throw new AppError(
      'conflict',
      'This database has no master key yet: the first start makes it.',
    );
  }
  const { masterKey, masterKeyFile, databaseUrl, dataDir: directory } = settings;
  const source = { masterKey, masterKeyFile, sealedWith };
  const key = loadMasterKey(databaseUrl === undefined ? { ...source, directory } : source, {
    randomBytes,
    created: () => {},
  });
  await checkMasterKey(database, key.id);
  return key;
}

async function rotate(work: Rotating): Promise<Result> {
  const { database, context, masterKey, ownFile } = work;
  const before = (await findMasterKeyId(database)) ?? null;
  const { key: newMasterKey, path } = await newKey(work);
  const keyring = await openKeyring({ database, masterKey, randomBytes });
  const rotated = await rotateKeys({
    database,
    keyring,
    newMasterKey,
    randomBytes,
    sleep,
    // The lock of the data directory proves it; on PostgreSQL only the rows of the nodes tell.
    alone: work.settings.databaseUrl === undefined && !isServed(work.settings.dataDir),
    waitsFor: (node) => context.err(`Waiting until node '${node}' knows the new key …`),
    reached: work.reached,
  });
  const result = {
    master_key_id: rotated.masterKeyId,
    previous_master_key_id: before,
    vault_key_id: rotated.vaultKeyId,
    resealed: rotated.resealed,
    finished: ownFile !== undefined,
    new_key_file: ownFile ?? path ?? null,
  };
  if (ownFile === undefined) return { ...result, old_key_file: null };
  if (path !== undefined) replaceKeyFile(ownFile, { path, id: newMasterKey.id });
  work.reached('swapped');
  await end(work, newMasterKey);
  return { ...result, old_key_file: before === null ? null : keptKeyFile(ownFile, before) };
}

/** The key to change to, and its file unless the settings name it already. */
async function newKey(work: Rotating): Promise<{ key: MasterKey; path?: string }> {
  const { database, masterKey, ownFile, options, context } = work;
  // Cut off after the new key was put in its place, or called again with the new key in the settings.
  const rotation = await findRotation(database.read);
  if (rotation?.masterKeyId === masterKey.id) return { key: masterKey };
  const deps = { randomBytes, created: () => {} };
  if (ownFile !== undefined) {
    if (options.newKeyFile !== undefined) {
      throw new AppError(
        'invalid_request',
        `--new-key-file is for servers with MASTER_KEY or MASTER_KEY_FILE: here the key is ${ownFile}, and a new one is made.`,
      );
    }
    const path = `${ownFile}.next`;
    return { key: readOrMakeKeyFile(path, deps), path };
  }
  if (options.newKeyFile === undefined) {
    throw new AppError(
      'invalid_request',
      'MASTER_KEY or MASTER_KEY_FILE names the key: say with --new-key-file where the new one is; a file that does not exist is made.',
    );
  }
  const path = userPath(options.newKeyFile, context);
  return { key: readOrMakeKeyFile(path, deps), path };
}

async function finish(work: Rotating): Promise<Result> {
  const { database, masterKey } = work;
  const before = (await findMasterKeyId(database)) ?? null;
  const rotation = await findRotation(database.read);
  if (rotation === undefined) throw new AppError('conflict', 'No rotation is under way.');
  if (rotation.masterKeyId !== masterKey.id) {
    throw new AppError(
      'conflict',
      `Finish with the new key: set MASTER_KEY or MASTER_KEY_FILE to '${rotation.masterKeyId}' (it is '${masterKey.id}').`,
    );
  }
  const behind = await nodesWithAnotherKey(database, masterKey.id);
  if (behind.length > 0) {
    const names = behind.map(({ name }) => `'${name}'`).join(', ');
    throw new AppError(
      'conflict',
      `These nodes run with the old key and could not start again: ${names}. Restart them with the new one first; a node that has ended counts for a minute more.`,
    );
  }
  await end(work, masterKey);
  return {
    master_key_id: masterKey.id,
    previous_master_key_id: before,
    vault_key_id: rotation.vaultKeyId,
    resealed: 0,
    finished: true,
    new_key_file: null,
    old_key_file: null,
  };
}

async function end(work: Rotating, newMasterKey: MasterKey): Promise<void> {
  const { database, ids } = work;
  await finishRotation({ database, newMasterKey });
  await database.write((transaction) =>
    recordDeed(transaction, ADMIN, {
      ids,
      actor: 'command line',
      action: 'master_key.rotated',
      objectKind: 'master_key',
      objectId: newMasterKey.id,
      at: database.now(),
    }),
  );
}

function describe(result: Result, { context, options }: Rotating): readonly string[] {
  const { master_key_id: id, previous_master_key_id: before } = result;
  const old = `Backups made before now open only with the old key ${before ?? ''}`;
  if (result.finished) {
    const kept =
      result.old_key_file === null
        ? `${old}: keep it as long as you keep those.`
        : `${old}. It is kept in ${result.old_key_file}: move it to where its copies are, away from the backups.`;
    const moved =
      options.finish === true
        ? []
        : [`${secrets(result.resealed)} sealed again, nothing had to stop.`];
    return [
      `The master key is now ${id}; the old one opens this database no more.`,
      ...moved,
      kept,
    ];
  }
  const finishing = ownCommand('rotate-key --finish', context);
  return [
    `${secrets(result.resealed)} sealed again with a new key. Both master keys open the database for now.`,
    `  1. Give every node the new key ${id}${result.new_key_file === null ? '' : ` (${result.new_key_file})`} as MASTER_KEY_FILE or MASTER_KEY, and restart it.`,
    `  2. Then run "${finishing}" with the new key: the old one ${before ?? ''} opens nothing after that.`,
    `${old}: keep it as long as you keep those.`,
  ];
}

function secrets(count: number): string {
  return count === 1 ? '1 secret was' : `${count} secrets were`;
}
