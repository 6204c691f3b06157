import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

/** A link with the number of its extension. */
export type UserLink = Tables['user_link'] & { readonly extension_number: string };

interface LinkKey {
  readonly connectionId: string;
  readonly extensionId: string;
}

/**
 * Links an extension with a CRM user, in place of the one it had; without an external id the link
 * keeps its own. Rejects with `conflict` when the connection or the extension is foreign or missing,
 * or another link has the external id.
 */
export async function putUserLink(
  handle: Handle,
  scope: OrganizationScope,
  link: Omit<Tables['user_link'], 'organization_id'>,
): Promise<void> {
  const { external_id, crm_user_id, crm_user_name, locals, linked_at } = link;
  await handle
    .insertInto('user_link')
    .values({ ...link, organization_id: scope.organizationId })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'extension_id'])
        .doUpdateSet({
          ...(external_id === null ? {} : { external_id }),
          ...{ crm_user_id, crm_user_name, locals, linked_at },
        })
        .where('user_link.organization_id', '=', scope.organizationId),
    )
    .execute();
}

/** Links an extension that has no link on this connection. Rejects with `conflict` when it has one. */
export async function insertUserLink(
  handle: Handle,
  scope: OrganizationScope,
  link: Omit<Tables['user_link'], 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('user_link')
    .values({ ...link, organization_id: scope.organizationId })
    .execute();
}

/** A connection's links in the order of their extensions. */
export async function listUserLinks(
  handle: Handle,
  scope: OrganizationScope,
  request: { readonly connectionId: string; readonly page: ExternalPage },
): Promise<PageOf<UserLink>> {
  const { external_id: externalId } = request.page;
  const query = links(handle, scope)
    .where('user_link.connection_id', '=', request.connectionId)
    .$if(externalId !== undefined, (all) =>
      all.where('user_link.external_id', '=', externalId ?? ''),
    );
  return await readPage(query, request.page, {
    column: 'user_link.extension_id',
    key: (row) => row.extension_id,
  });
}

/** The link of one extension on one connection. */
export async function findUserLink(
  handle: Handle,
  scope: OrganizationScope,
  key: LinkKey,
): Promise<UserLink | undefined> {
  return await links(handle, scope)
    .where('user_link.connection_id', '=', key.connectionId)
    .where('user_link.extension_id', '=', key.extensionId)
    .executeTakeFirst();
}

/** The link of this external id. */
export async function findUserLinkByExternalId(
  handle: Handle,
  scope: OrganizationScope,
  externalId: string,
): Promise<UserLink | undefined> {
  return await links(handle, scope)
    .where('user_link.external_id', '=', externalId)
    .executeTakeFirst();
}

/** The links of these numbers on these connections: what planning a call reads. */
export async function findUserLinksByNumber(
  handle: Handle,
  scope: OrganizationScope,
  wanted: { readonly connectionIds: readonly string[]; readonly numbers: readonly string[] },
): Promise<readonly UserLink[]> {
  if (wanted.connectionIds.length === 0 || wanted.numbers.length === 0) return [];
  return await links(handle, scope)
    .where('user_link.connection_id', 'in', wanted.connectionIds)
    .where('extension.number', 'in', wanted.numbers)
    .orderBy('user_link.connection_id')
    .orderBy('user_link.extension_id')
    .execute();
}

/** True when there was one to delete. */
export async function deleteUserLink(
  handle: Handle,
  scope: OrganizationScope,
  key: LinkKey,
): Promise<boolean> {
  const result = await handle
    .deleteFrom('user_link')
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', key.connectionId)
    .where('extension_id', '=', key.extensionId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Deletes an extension's links on all connections, before the extension itself goes. */
export async function deleteUserLinksOfExtension(
  handle: Handle,
  scope: OrganizationScope,
  extensionId: string,
): Promise<void> {
  await handle
    .deleteFrom('user_link')
    .where('organization_id', '=', scope.organizationId)
    .where('extension_id', '=', extensionId)
    .execute();
}

function links(handle: Handle, scope: OrganizationScope) {
  return handle
    .selectFrom('user_link')
    .innerJoin('extension', (join) =>
      join
        .onRef('extension.id', '=', 'user_link.extension_id')
        .onRef('extension.organization_id', '=', 'user_link.organization_id'),
    )
    .selectAll('user_link')
    .select('extension.number as extension_number')
    .where('user_link.organization_id', '=', scope.organizationId);
}
