import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

type AuditEntry = Tables['audit_entry'];

/** Appends an entry, in the transaction of the change that it tells. Entries are never changed. */
export async function insertAuditEntry(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  entry: Omit<AuditEntry, 'organization_id'>,
): Promise<void> {
  const organization_id = 'organizationId' in scope ? scope.organizationId : null;
  await handle
    .insertInto('audit_entry')
    .values({ ...entry, organization_id })
    .execute();
}

/** The organization's entries, oldest first. */
export async function listAuditEntries(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<AuditEntry>> {
  const query = handle
    .selectFrom('audit_entry')
    .selectAll()
    .where('organization_id', '=', scope.organizationId);
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** When an action on an object of this id was written, the last time; in epoch milliseconds. */
export async function findDeedTime(
  handle: Handle,
  _scope: AdminScope,
  deed: { readonly action: string; readonly objectId: string },
): Promise<number | undefined> {
  const row = await handle
    .selectFrom('audit_entry')
    .select('at')
    .where('object_id', '=', deed.objectId)
    .where('action', '=', deed.action)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return row?.at;
}

/** Deletes, of the oldest `limit` entries of all organizations, those made before `before`. */
export async function deleteAuditEntries(
  handle: Handle,
  _scope: AdminScope,
  old: { readonly before: number; readonly limit: number },
): Promise<void> {
  // Ids are in the order of time, so the primary key finds the oldest without an index of its own.
  const oldest = handle.selectFrom('audit_entry').select('id').orderBy('id').limit(old.limit);
  await handle
    .deleteFrom('audit_entry')
    .where('id', 'in', oldest)
    .where('at', '<', old.before)
    .execute();
}
