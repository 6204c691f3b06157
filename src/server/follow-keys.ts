import type { Keyring } from '../connections/keyring.ts';
import type { Database } from '../store/database.ts';
import { tellNodeKeys } from '../store/nodes-repository.ts';
import type { Clock } from '../time/clock.ts';

export interface FollowKeysDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  /** Id of this node's row. */
  readonly nodeId: string;
  readonly clock: Clock;
  readonly logger: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** How often a node looks for new keys: `patchcord rotate-key` waits for it about twice as long. */
const LOOK_EVERY_MS = 2_000;

/**
 * Takes up new keys of the vault while the server runs, and tells in the node's row which it knows
 * and which it seals with. Resolves after the first look.
 */
export async function followKeys(deps: FollowKeysDeps): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  let told = await look(deps, '');
  const following = (async () => {
    while (await isAfterPause(deps.clock, closing.signal)) told = await tryToLook(deps, told);
  })();
  return {
    close: async () => {
      closing.abort();
      await following;
    },
  };
}

async function tryToLook(deps: FollowKeysDeps, told: string): Promise<string> {
  try {
    return await look(deps, told);
  } catch (err) {
    deps.logger.warn({ err }, 'the keys of the vault could not be read; the known ones go on');
    return told;
  }
}

/** Reads the keys, and writes what changed; gives what the node's row says now. */
async function look(deps: FollowKeysDeps, told: string): Promise<string> {
  const { database, keyring, nodeId } = deps;
  await keyring.refresh();
  const keys = { newest: keyring.newest(), sealing: keyring.current().id };
  const now = `${keys.newest} ${keys.sealing}`;
  if (now === told) return told;
  await database.write((transaction) => tellNodeKeys(transaction, { id: nodeId, ...keys }));
  return now;
}

async function isAfterPause(clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(LOOK_EVERY_MS, signal);
    return !signal.aborted;
  } catch {
    // Aborted while it slept: closing.
    return false;
  }
}
