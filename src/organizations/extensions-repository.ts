import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { OrganizationScope } from './scope.ts';

type Extension = Tables['extension'];

/** Rejects with `conflict` when the organization has an extension of this number. */
export async function insertExtension(
  handle: Handle,
  scope: OrganizationScope,
  extension: Omit<Extension, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('extension')
    .values({ ...extension, organization_id: scope.organizationId })
    .execute()
    .catch(
      sayTaken(
        `The organization has an extension ${extension.number} already: GET /v1/extensions lists it.`,
      ),
    );
}

/** The organization's extensions, oldest first. */
export async function listExtensions(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<Extension>> {
  return await readPage(own(handle, scope), page, { column: 'id', key: (row) => row.id });
}

/** Undefined for a foreign id as for a missing one. */
export async function findExtension(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<Extension | undefined> {
  return await own(handle, scope).where('id', '=', id).executeTakeFirst();
}

/** True when there was one to delete; its user links go first (`deleteUserLinksOfExtension`). */
export async function deleteExtension(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<boolean> {
  const result = await handle
    .deleteFrom('extension')
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function own(handle: Handle, scope: OrganizationScope) {
  return handle
    .selectFrom('extension')
    .selectAll()
    .where('organization_id', '=', scope.organizationId);
}
