import type { Database } from '../store/database.ts';
import type { Keyring } from './keyring.ts';
import {
  isKeyUsed,
  listSealedWith,
  replaceSealed,
  SEALED_TABLES,
} from './sealed-tables-repository.ts';
import type { SealedTable } from './sealed-tables-repository.ts';
import { deleteVaultKey, listVaultKeys } from './vault-keys-repository.ts';
import { createVault } from './vault.ts';

export interface ResealDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Rows of one transaction: a slice that the writer does not feel. */
const SLICE = 100;
/** A key that nothing needs any more stays at least this long: a backup may be put back meanwhile. */
const PREVIOUS_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Seals one slice of each table again that another key than the current one sealed; returns how
 * many rows. Rejects with `internal` when one cannot be opened.
 */
export async function resealSlice(deps: ResealDeps): Promise<number> {
  let resealed = 0;
  for (const table of SEALED_TABLES) resealed += await resealTable(deps, table);
  return resealed;
}

async function resealTable(deps: ResealDeps, table: SealedTable): Promise<number> {
  const { database, keyring } = deps;
  const current = keyring.current().id;
  const keyIds = keyring.all().flatMap(({ id }) => (id === current ? [] : [id]));
  const vault = createVault(keyring, deps.randomBytes);
  const rows = await listSealedWith(database.read, table, { keyIds, limit: SLICE });
  const fresh = rows.map((old) => ({
    old,
    fresh: vault.seal(old.place, vault.open(old.place, old)),
  }));
  if (fresh.length === 0) return 0;
  await database.write(async (transaction) => {
    for (const row of fresh) await replaceSealed(transaction, table, row);
  });
  return fresh.length;
}

/** What a server does from time to time: seals again what a rotation missed, and lets old keys go. */
export async function keepVault(
  deps: ResealDeps & {
    /** How long what is made with a key of the ring is valid, in milliseconds. */
    readonly validMs: number;
  },
): Promise<void> {
  await resealSlice(deps);
  await retireKeys(deps, PREVIOUS_KEPT_MS + deps.validMs);
}

/** Takes out keys that sealed once, that nothing needs, and that were replaced `keptMs` ago. */
async function retireKeys(deps: Pick<ResealDeps, 'database'>, keptMs: number): Promise<void> {
  const { database } = deps;
  const old = database.now() - keptMs;
  const keys = (await listVaultKeys(database.read)).filter(
    (key) => key.purpose === 'seal' && key.state === 'previous' && key.state_since < old,
  );
  for (const key of keys) {
    await database.write(async (transaction) => {
      if (await isKeyUsed(transaction, key.id)) return;
      await deleteVaultKey(transaction, key.id);
    });
  }
}
