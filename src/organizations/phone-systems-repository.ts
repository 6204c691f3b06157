import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

export type PhoneSystem = Tables['phone_system'];
/** An organization's own phone systems, or the operator's shared ones: never both. */
type Either = OrganizationScope | AdminScope;

/** Rejects with `conflict` when the scope has a phone system of this name or external id. */
export async function insertPhoneSystem(
  handle: Handle,
  scope: Either,
  phoneSystem: Omit<PhoneSystem, 'organization_id' | 'signatures_required_at'>,
): Promise<void> {
  await handle
    .insertInto('phone_system')
    .values({ ...phoneSystem, organization_id: ownerOf(scope) })
    .execute()
    .catch(taken(scope, phoneSystem));
}

/** Renames a phone system of the scope. Rejects with `conflict` for a name in use. */
export async function renamePhoneSystem(
  handle: Handle,
  scope: Either,
  change: Pick<PhoneSystem, 'id' | 'name'>,
): Promise<void> {
  await changePhoneSystemRow(handle, scope, change);
}

/** Changes members of a phone system of the scope. Rejects with `conflict` for a name in use. */
export async function changePhoneSystemRow(
  handle: Handle,
  scope: Either,
  {
    id,
    ...change
  }: Pick<PhoneSystem, 'id' | 'name'> & Partial<Pick<PhoneSystem, 'signatures_required_at'>>,
): Promise<void> {
  await handle
    .updateTable('phone_system')
    .set(change)
    .where('organization_id', 'is not distinct from', ownerOf(scope))
    .where('id', '=', id)
    .execute()
    .catch(taken(scope, { ...change, external_id: null }));
}

/** The same as `findPhoneSystem`, and nobody else changes it or its secrets before the commit. */
export async function lockPhoneSystem(
  transaction: Handle,
  scope: Either,
  id: string,
): Promise<PhoneSystem | undefined> {
  return await transaction
    .updateTable('phone_system')
    .set(({ ref }) => ({ created_at: ref('created_at') }))
    .where('organization_id', 'is not distinct from', ownerOf(scope))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** The organization's phone systems, for the operator the shared ones; oldest first. */
export async function listPhoneSystems(
  handle: Handle,
  scope: Either,
  page: ExternalPage,
): Promise<PageOf<PhoneSystem>> {
  const { external_id: externalId } = page;
  const query = own(handle, scope).$if(externalId !== undefined, (all) =>
    all.where('external_id', '=', externalId ?? ''),
  );
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** Undefined for a foreign id as for a missing one. */
export async function findPhoneSystem(
  handle: Handle,
  scope: Either,
  id: string,
): Promise<PhoneSystem | undefined> {
  return await own(handle, scope).where('id', '=', id).executeTakeFirst();
}

/** The scope's phone system of this external id. */
export async function findPhoneSystemByExternalId(
  handle: Handle,
  scope: Either,
  externalId: string,
): Promise<PhoneSystem | undefined> {
  return await own(handle, scope).where('external_id', '=', externalId).executeTakeFirst();
}

function own(handle: Handle, scope: Either) {
  return handle
    .selectFrom('phone_system')
    .selectAll()
    .where('organization_id', 'is not distinct from', ownerOf(scope));
}

function ownerOf(scope: Either): string | null {
  return 'organizationId' in scope ? scope.organizationId : null;
}

function taken(
  scope: Either,
  of: Pick<PhoneSystem, 'name' | 'external_id'>,
): (err: unknown) => never {
  const whose = 'organizationId' in scope ? 'The organization has a' : 'There is a shared';
  const externalId =
    of.external_id === null ? '' : ` or one with the external id '${of.external_id}'`;
  return sayTaken(`${whose} phone system '${of.name}'${externalId} already: choose another name.`);
}
