import type { Handle } from '../store/handle.ts';
import type { Keyring } from './keyring.ts';
import { listSealedWith, SEALED_TABLES } from './sealed-tables-repository.ts';
import { createVault } from './vault.ts';

/** How many secrets open with the keys of a ring, and the words of those that do not. */
export interface SealedCount {
  readonly opened: number;
  /** One sentence each; at most five. */
  readonly broken: readonly string[];
}

/** Enough to find a wrong key; a database with more is not read to its end. */
const MOST = 1_000;
const MOST_WORDS = 5;

/** Opens what is sealed in the database and keeps nothing of it; writes nothing. */
export async function countSealed(
  handle: Handle,
  keyring: Pick<Keyring, 'all' | 'current' | 'find'>,
): Promise<SealedCount> {
  const vault = createVault(keyring, () => new Uint8Array());
  const keyIds = keyring.all().map(({ id }) => id);
  const broken: string[] = [];
  let opened = 0;
  for (const table of SEALED_TABLES) {
    for (const row of await listSealedWith(handle, table, { keyIds, limit: MOST })) {
      try {
        vault.open(row.place, row);
        opened += 1;
      } catch (err) {
        broken.push(err instanceof Error ? err.message : String(err));
      }
    }
  }
  return { opened, broken: broken.slice(0, MOST_WORDS) };
}
