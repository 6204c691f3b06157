import type { Handle } from '../store/handle.ts';
import type { Tables } from '../store/schema.ts';

export type VaultKeyRow = Tables['vault_key'];
export type VaultKeySealRow = Tables['vault_key_seal'];

/** All keys of the vault, the newest first. */
export async function listVaultKeys(handle: Handle): Promise<readonly VaultKeyRow[]> {
  return await handle
    .selectFrom('vault_key')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** All seals of all keys: a handful of rows. */
export async function listVaultKeySeals(handle: Handle): Promise<readonly VaultKeySealRow[]> {
  return await handle.selectFrom('vault_key_seal').selectAll().orderBy('vault_key_id').execute();
}

/** Adds a key. */
export async function insertVaultKey(handle: Handle, key: VaultKeyRow): Promise<void> {
  await handle.insertInto('vault_key').values(key).execute();
}

/** Adds a seal of a key; one that is there stays. */
export async function insertVaultKeySeal(handle: Handle, seal: VaultKeySealRow): Promise<void> {
  await handle
    .insertInto('vault_key_seal')
    .values(seal)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Lets a coming key seal, in the place of the current one; nothing when it does already. */
export async function makeCurrent(
  handle: Handle,
  key: { readonly id: string; readonly now: number },
): Promise<void> {
  const coming = await handle
    .updateTable('vault_key')
    .set({ state: 'current', state_since: key.now })
    .where('id', '=', key.id)
    .where('state', '=', 'coming')
    .executeTakeFirst();
  if (coming.numUpdatedRows === 0n) return;
  await handle
    .updateTable('vault_key')
    .set({ state: 'previous', state_since: key.now })
    .where('purpose', '=', 'seal')
    .where('state', '=', 'current')
    .where('id', '<>', key.id)
    .execute();
}

/** Takes away every seal that was not made with this master key. */
export async function keepSealsOf(handle: Handle, masterKeyId: string): Promise<void> {
  await handle.deleteFrom('vault_key_seal').where('sealed_with', '<>', masterKeyId).execute();
}

/** Takes a key out for good, with its seals. */
export async function deleteVaultKey(handle: Handle, id: string): Promise<void> {
  await handle.deleteFrom('vault_key_seal').where('vault_key_id', '=', id).execute();
  await handle.deleteFrom('vault_key').where('id', '=', id).execute();
}

/** True when the database holds something that the master key itself sealed or made. */
export async function isOlderThanVaultKeys(handle: Handle): Promise<boolean> {
  const secret = await handle.selectFrom('secret').select('field').limit(1).executeTakeFirst();
  const call = await handle.selectFrom('call').select('id').limit(1).executeTakeFirst();
  return secret !== undefined || call !== undefined;
}
