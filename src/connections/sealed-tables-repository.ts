import type { Handle } from '../store/handle.ts';
import type { SealedSecret, SecretPlace } from './vault.ts';

export interface SealedRow extends SealedSecret {
  readonly place: SecretPlace;
}

/** A table whose rows the vault seals: what changing keys must know of it. */
export interface SealedTable {
  readonly name: 'secret';
  /** Rows that another key than this one sealed. */
  listOther(
    handle: Handle,
    of: { readonly keyId: string; readonly limit: number },
  ): Promise<readonly SealedRow[]>;
  /** Puts what was sealed again in the place of `old`, unless that has changed meanwhile. */
  replace(
    handle: Handle,
    row: { readonly old: SealedRow; readonly fresh: SealedSecret },
  ): Promise<void>;
  /** True when a row of it needs this key. */
  uses(handle: Handle, keyId: string): Promise<boolean>;
}

const SECRETS: SealedTable = {
  name: 'secret',
  listOther: async (handle, { keyId, limit }) => {
    const rows = await handle
      .selectFrom('secret')
      .select(['organization_id', 'connection_id', 'field', 'key_id', 'nonce', 'sealed'])
      .where('key_id', '<>', keyId)
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      keyId: row.key_id,
      nonce: row.nonce,
      sealed: row.sealed,
      place: {
        organizationId: row.organization_id,
        connectionId: row.connection_id,
        field: row.field,
      },
    }));
  },
  replace: async (handle, { old, fresh }) => {
    await handle
      .updateTable('secret')
      .set({ key_id: fresh.keyId, nonce: fresh.nonce, sealed: fresh.sealed })
      .where('organization_id', '=', old.place.organizationId)
      .where('connection_id', '=', old.place.connectionId)
      .where('field', '=', old.place.field)
      .where('nonce', '=', old.nonce)
      .execute();
  },
  uses: async (handle, keyId) => {
    const row = await handle
      .selectFrom('secret')
      .select('field')
      .where('key_id', '=', keyId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },
};

/** Every table that holds something sealed; a test compares it with the schema. */
export const SEALED_TABLES: readonly SealedTable[] = [SECRETS];
