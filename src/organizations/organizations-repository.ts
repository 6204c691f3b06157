import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

type Organization = Tables['organization'];

/** Rejects with `conflict` when another organization has this domain. */
export async function insertOrganization(
  handle: Handle,
  _scope: AdminScope,
  organization: Organization,
): Promise<void> {
  await handle
    .insertInto('organization')
    .values(organization)
    .execute()
    .catch(
      sayTaken(`Another organization has the domain '${organization.domain}': choose another one.`),
    );
}

/** All organizations, oldest first. */
export async function listOrganizations(
  handle: Handle,
  _scope: AdminScope,
  page: Page,
): Promise<PageOf<Organization>> {
  const query = handle.selectFrom('organization').selectAll();
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** The scope's own organization. */
export async function findOwnOrganization(
  handle: Handle,
  scope: OrganizationScope,
): Promise<Organization | undefined> {
  return await handle
    .selectFrom('organization')
    .selectAll()
    .where('id', '=', scope.organizationId)
    .executeTakeFirst();
}

/** The organization of this id or this domain, for the operator. */
export async function findOrganization(
  handle: Handle,
  _scope: AdminScope,
  named: string,
): Promise<Organization | undefined> {
  return await handle
    .selectFrom('organization')
    .selectAll()
    .where((where) => where.or([where('id', '=', named), where('domain', '=', named)]))
    .orderBy('id')
    .executeTakeFirst();
}
