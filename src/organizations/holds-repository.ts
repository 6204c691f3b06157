import type { Handle } from '../store/handle.ts';
import type { Tables } from '../store/schema.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

export type Hold = Tables['organization_hold'];

/** Why the organization does not work as usual; undefined when it does. */
export async function findHold(
  handle: Handle,
  scope: OrganizationScope,
): Promise<Hold | undefined> {
  return await handle
    .selectFrom('organization_hold')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .executeTakeFirst();
}

/** Why some of these organizations do not work as usual, by their ids; those that do are not in it. */
export async function findHolds(
  handle: Handle,
  _scope: AdminScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Hold>> {
  // PostgreSQL does not take an empty list.
  if (ids.length === 0) return new Map();
  const rows = await handle
    .selectFrom('organization_hold')
    .selectAll()
    .where('organization_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.organization_id, row]));
}

/** Holds an organization; one that is held already keeps its hold. False then. */
export async function insertHold(
  handle: Handle,
  scope: OrganizationScope,
  hold: Omit<Hold, 'organization_id'>,
): Promise<boolean> {
  const result = await handle
    .insertInto('organization_hold')
    .values({ ...hold, organization_id: scope.organizationId })
    .onConflict((conflict) => conflict.column('organization_id').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Turns a suspension into a deletion; false when the organization is not suspended. */
export async function holdForDeletion(
  handle: Handle,
  scope: OrganizationScope,
  by: { readonly actor: string; readonly now: number },
): Promise<boolean> {
  const result = await handle
    .updateTable('organization_hold')
    .set({ state: 'deleting', reason: null, actor: by.actor, since: by.now, removed_rows: 0 })
    .where('organization_id', '=', scope.organizationId)
    .where('state', '=', 'suspended')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Ends a suspension; false when there was none. A deletion is not ended by it. */
export async function deleteSuspension(handle: Handle, scope: OrganizationScope): Promise<boolean> {
  const result = await handle
    .deleteFrom('organization_hold')
    .where('organization_id', '=', scope.organizationId)
    .where('state', '=', 'suspended')
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Organizations that are being deleted, the longest first. */
export async function listDeleting(handle: Handle, _scope: AdminScope): Promise<readonly Hold[]> {
  return await handle
    .selectFrom('organization_hold')
    .selectAll()
    .where('state', '=', 'deleting')
    .orderBy('since')
    .limit(100)
    .execute();
}

/** Counts rows that a deletion has removed. */
export async function countRemoved(
  handle: Handle,
  scope: OrganizationScope,
  rows: number,
): Promise<void> {
  await handle
    .updateTable('organization_hold')
    .set((eb) => ({ removed_rows: eb('removed_rows', '+', rows) }))
    .where('organization_id', '=', scope.organizationId)
    .execute();
}

/** Takes the names by which others find the organization, so that nothing more comes to it. */
export async function forgetNames(handle: Handle, scope: OrganizationScope): Promise<void> {
  await handle
    .updateTable('organization')
    .set({ domain: null, external_id: null })
    .where('id', '=', scope.organizationId)
    .execute();
}
