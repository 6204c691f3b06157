import { sql } from 'kysely';

import type { Handle } from '../store/handle.ts';
import { addressPlace } from './address-place.ts';
import { signingPlace } from './signing-place.ts';
import { tokenPlace } from './sign-in/stored-grant.ts';
import type { SealedSecret, SecretPlace } from './vault.ts';

/** A table whose rows the vault seals. */
export interface SealedTable {
  readonly name:
    | 'secret'
    | 'sign_in'
    | 'sign_in_offer'
    | 'authorization_request'
    | 'recording_address'
    | 'signing_secret';
  /** The column that names, with the organization and `field`, a row. */
  readonly owner: 'connection_id' | 'call_id' | 'phone_system_id';
  /** Absent where the owner has one row. */
  readonly field?: 'field' | 'name' | 'id';
  readonly place: (row: PlaceColumns) => SecretPlace;
}

export interface SealedRow extends SealedSecret {
  readonly place: SecretPlace;
  readonly ownerId: string;
}

interface PlaceColumns {
  /** Empty for what belongs to the operator. */
  readonly organizationId: string;
  readonly ownerId: string;
  readonly field: string;
}

/** Every table that holds something sealed; a test compares it with the schema. */
export const SEALED_TABLES: readonly SealedTable[] = [
  {
    name: 'secret',
    owner: 'connection_id',
    field: 'field',
    place: ({ organizationId, ownerId, field }) => ({
      organizationId,
      connectionId: ownerId,
      field,
    }),
  },
  tokenTable('sign_in'),
  tokenTable('sign_in_offer'),
  tokenTable('authorization_request'),
  {
    name: 'recording_address',
    owner: 'call_id',
    field: 'name',
    place: ({ organizationId, field }) => addressPlace(organizationId, field),
  },
  {
    name: 'signing_secret',
    owner: 'phone_system_id',
    field: 'id',
    place: ({ organizationId, ownerId, field }) =>
      signingPlace({ organizationId, phoneSystemId: ownerId, id: field }),
  },
];

function tokenTable(name: 'sign_in' | 'sign_in_offer' | 'authorization_request'): SealedTable {
  return {
    name,
    owner: 'connection_id',
    place: ({ organizationId, ownerId }) =>
      tokenPlace({ organizationId, connectionId: ownerId }, name),
  };
}

/** Rows that one of these keys sealed. */
export async function listSealedWith(
  handle: Handle,
  table: SealedTable,
  of: { readonly keyIds: readonly string[]; readonly limit: number },
): Promise<readonly SealedRow[]> {
  if (of.keyIds.length === 0) return [];
  const field = table.field === undefined ? sql`''` : sql.ref(table.field);
  const { rows } = await sql<PlaceColumns & SealedSecret>`
    select coalesce(organization_id, '') as "organizationId", ${sql.ref(table.owner)} as "ownerId",
      ${field} as field, key_id as "keyId", nonce, sealed
    from ${sql.table(table.name)} where key_id in (${sql.join([...of.keyIds])})
    limit ${of.limit}`.execute(handle);
  return rows.map(({ keyId, nonce, sealed, ...columns }) => ({
    keyId,
    nonce,
    sealed,
    ownerId: columns.ownerId,
    place: table.place(columns),
  }));
}

/** Puts what was sealed again in the place of `old`, unless that has changed meanwhile. */
export async function replaceSealed(
  handle: Handle,
  table: SealedTable,
  row: { readonly old: SealedRow; readonly fresh: SealedSecret },
): Promise<void> {
  const { old, fresh } = row;
  // The nonce is 96 random bits: it names this content of the row and no other.
  await sql`update ${sql.table(table.name)}
    set key_id = ${fresh.keyId}, nonce = ${fresh.nonce}, sealed = ${fresh.sealed}
    where coalesce(organization_id, '') = ${old.place.organizationId}
      and ${sql.ref(table.owner)} = ${old.ownerId} and nonce = ${old.nonce}`.execute(handle);
}

/** True when a row of any table needs this key. */
export async function isKeyUsed(handle: Handle, keyId: string): Promise<boolean> {
  for (const { name } of SEALED_TABLES) {
    const { rows } = await sql`select 1 from ${sql.table(name)}
      where key_id = ${keyId} limit 1`.execute(handle);
    if (rows.length > 0) return true;
  }
  return false;
}
