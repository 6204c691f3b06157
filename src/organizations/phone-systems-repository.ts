import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { OrganizationScope } from './scope.ts';

type PhoneSystem = Tables['phone_system'];

/** Rejects with `conflict` when the organization has a phone system of this name. */
export async function insertPhoneSystem(
  handle: Handle,
  scope: OrganizationScope,
  phoneSystem: Omit<PhoneSystem, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('phone_system')
    .values({ ...phoneSystem, organization_id: scope.organizationId })
    .execute()
    .catch(
      sayTaken(
        `The organization has a phone system '${phoneSystem.name}' already: choose another name.`,
      ),
    );
}

/** The organization's phone systems, oldest first. */
export async function listPhoneSystems(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<PhoneSystem>> {
  return await readPage(own(handle, scope), page, { column: 'id', key: (row) => row.id });
}

/** Undefined for a foreign id as for a missing one. */
export async function findPhoneSystem(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<PhoneSystem | undefined> {
  return await own(handle, scope).where('id', '=', id).executeTakeFirst();
}

function own(handle: Handle, scope: OrganizationScope) {
  return handle
    .selectFrom('phone_system')
    .selectAll()
    .where('organization_id', '=', scope.organizationId);
}
