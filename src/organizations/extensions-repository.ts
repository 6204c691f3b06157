import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import { prepared } from '../store/prepared.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { OrganizationScope } from './scope.ts';

type Extension = Tables['extension'];

/** Rejects with `conflict` when the organization has an extension of this number or external id. */
export async function insertExtension(
  handle: Handle,
  scope: OrganizationScope,
  extension: Omit<Extension, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('extension')
    .values({ ...extension, organization_id: scope.organizationId })
    .execute()
    .catch(taken(extension));
}

/** Writes what was changed. Rejects with `conflict` for a number or an external id in use. */
export async function updateExtension(
  handle: Handle,
  scope: OrganizationScope,
  change: Pick<Extension, 'id' | 'external_id' | 'number' | 'name' | 'email'>,
): Promise<void> {
  const { id, ...values } = change;
  await handle
    .updateTable('extension')
    .set(values)
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .execute()
    .catch(taken(change));
}

function taken(of: Pick<Extension, 'number' | 'external_id'>): (err: unknown) => never {
  const externalId =
    of.external_id === null ? '' : ` or one with the external id '${of.external_id}'`;
  return sayTaken(
    `The organization has an extension ${of.number}${externalId} already: GET /v1/extensions lists it.`,
  );
}

/** The organization's extensions, oldest first. */
export async function listExtensions(
  handle: Handle,
  scope: OrganizationScope,
  page: ExternalPage,
): Promise<PageOf<Extension>> {
  const { external_id: externalId } = page;
  const query = own(handle, scope).$if(externalId !== undefined, (all) =>
    all.where('external_id', '=', externalId ?? ''),
  );
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** Undefined for a foreign id as for a missing one. */
export async function findExtension(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<Extension | undefined> {
  return await own(handle, scope).where('id', '=', id).executeTakeFirst();
}

/** The extension of this external id. */
export async function findExtensionByExternalId(
  handle: Handle,
  scope: OrganizationScope,
  externalId: string,
): Promise<Extension | undefined> {
  return await own(handle, scope).where('external_id', '=', externalId).executeTakeFirst();
}

/** The extension of this number. */
export async function findExtensionByNumber(
  handle: Handle,
  scope: OrganizationScope,
  number: string,
): Promise<Extension | undefined> {
  return await own(handle, scope).where('number', '=', number).executeTakeFirst();
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

/** Whether the organization has an extension with this number, or with its other form. */
export async function hasExtension(
  handle: Handle,
  scope: OrganizationScope,
  numbers: { readonly number: string; readonly other: string },
): Promise<boolean> {
  const found = await selectExtension(handle, { ...scope, ...numbers });
  return found.length > 0;
}

const selectExtension = prepared(
  (handle, given: OrganizationScope & { readonly number: string; readonly other: string }) =>
    handle
      .selectFrom('extension')
      .select('id')
      .where('organization_id', '=', given.organizationId)
      .where((eb) => eb.or([eb('number', '=', given.number), eb('number', '=', given.other)]))
      .limit(1),
);
