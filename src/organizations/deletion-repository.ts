import { sql } from 'kysely';

import type { Handle } from '../store/handle.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

/**
 * The tables of an organization in the order in which their rows go: what refers to a row goes
 * before it. A test compares the list with the schema, so that no table is forgotten. Rows of one
 * `key` go together.
 */
export const OWNED_TABLES = [
  { table: 'call', key: 'id' },
  { table: 'user_link', key: 'extension_id' },
  { table: 'authorization_request', key: 'connection_id' },
  { table: 'sign_in_offer', key: 'connection_id' },
  { table: 'sign_in', key: 'connection_id' },
  { table: 'secret', key: 'connection_id' },
  { table: 'connection_pace', key: 'connection_id' },
  { table: 'connection', key: 'id' },
  { table: 'integration_version', key: 'id' },
  { table: 'integration', key: 'id' },
  { table: 'idempotency', key: 'id' },
  { table: 'api_key', key: 'id' },
  { table: 'extension', key: 'id' },
  { table: 'signing_secret', key: 'id' },
  { table: 'signed_message', key: 'message_id' },
  { table: 'phone_system', key: 'id' },
  { table: 'erasure', key: 'id' },
  { table: 'usage_delta', key: 'id' },
  { table: 'audit_entry', key: 'id' },
] as const;

/** Tables whose rows go with those of a table above, by the foreign key that binds them. */
export const GOING_WITH = {
  call_event: 'call',
  lane: 'call',
  recording: 'call',
  recording_address: 'call',
  step: 'lane',
  attempt: 'step',
  exchange: 'attempt',
  logo: 'integration',
  connection_rate: 'connection',
  made_contact: 'connection',
  saved_contact: 'connection',
} as const;

/** Tables whose rows go in the last transaction, with the organization itself. */
export const GOING_LAST = ['usage_month', 'organization_hold'] as const;

export type OwnedTable = (typeof OWNED_TABLES)[number];

/** Deletes the rows of some keys of a table; returns how many rows went, 0 when none are left. */
export async function deleteSlice(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly table: OwnedTable; readonly limit: number },
): Promise<number> {
  const { table, key } = of.table;
  const [from, column] = [sql.table(table), sql.ref(key)];
  const owner = sql`organization_id = ${scope.organizationId}`;
  const result = await sql`delete from ${from} where ${owner} and ${column} in
    (select ${column} from ${from} where ${owner} limit ${of.limit})`.execute(handle);
  return Number(result.numAffectedRows ?? 0n);
}

/** Calls of the organization with files in the spool. */
export async function listSpooledFiles(
  handle: Handle,
  scope: OrganizationScope,
  limit: number,
): Promise<readonly { readonly id: string; readonly file: string }[]> {
  const rows = await handle
    .selectFrom('recording')
    .innerJoin('call', 'call.id', 'recording.call_id')
    .select(['recording.id', 'recording.file'])
    .where('call.organization_id', '=', scope.organizationId)
    .where('recording.file', 'is not', null)
    .limit(limit)
    .execute();
  return rows.flatMap(({ id, file }) => (file === null ? [] : [{ id, file }]));
}

/** Notes that files have left the spool. */
export async function forgetFiles(
  handle: Handle,
  scope: OrganizationScope,
  ids: readonly string[],
): Promise<void> {
  await handle
    .updateTable('recording')
    .set({ state: 'deleted', file: null })
    .where('organization_id', '=', scope.organizationId)
    .where('id', 'in', ids)
    .execute();
}

/** Deletes the events that were refused to its own phone systems. */
export async function deleteRefusedEvents(
  handle: Handle,
  scope: OrganizationScope,
): Promise<number> {
  const result = await handle
    .deleteFrom('refused_event')
    .where('phone_system_id', 'in', (eb) =>
      eb
        .selectFrom('phone_system')
        .select('id')
        .where('organization_id', '=', scope.organizationId),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Deletes the organization itself; true when it was there. Rejects with `conflict` while rows of
 * any table still belong to it.
 */
export async function deleteOrganizationRow(
  handle: Handle,
  _scope: AdminScope,
  organizationId: string,
): Promise<boolean> {
  for (const table of GOING_LAST) {
    await handle.deleteFrom(table).where('organization_id', '=', organizationId).execute();
  }
  const result = await handle
    .deleteFrom('organization')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
