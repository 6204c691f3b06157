import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import { asciiLower } from '../text/ascii-lower.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

type Organization = Tables['organization'];

/** Before an external id where an organization may be named in several ways. */
const EXTERNAL = 'external:';

/** Rejects with `conflict` when another organization has this domain or this external id. */
export async function insertOrganization(
  handle: Handle,
  _scope: AdminScope,
  organization: Organization,
): Promise<void> {
  await handle.insertInto('organization').values(organization).execute().catch(taken(organization));
}

/** Writes what an operator changed. Rejects with `conflict` when another one has this domain. */
export async function updateOrganization(
  handle: Handle,
  _scope: AdminScope,
  change: Pick<Organization, 'id' | 'name' | 'domain' | 'country' | 'timezone'>,
): Promise<void> {
  const { id, ...values } = change;
  await handle
    .updateTable('organization')
    .set(values)
    .where('id', '=', id)
    .execute()
    .catch(taken({ ...change, external_id: null }));
}

function taken(of: Pick<Organization, 'domain' | 'external_id'>): (err: unknown) => never {
  const names = [
    ...(of.domain === null ? [] : [`the domain '${of.domain}'`]),
    ...(of.external_id === null ? [] : [`the external id '${of.external_id}'`]),
  ];
  return sayTaken(`Another organization has ${names.join(' or ')}: choose another one.`);
}

/** All organizations, oldest first. */
export async function listOrganizations(
  handle: Handle,
  _scope: AdminScope,
  page: ExternalPage,
): Promise<PageOf<Organization>> {
  const { external_id: externalId } = page;
  const query = handle
    .selectFrom('organization')
    .selectAll()
    .$if(externalId !== undefined, (all) => all.where('external_id', '=', externalId ?? ''));
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

/** The organization of this id, this domain, or `external:` and this external id, for the operator. */
export async function findOrganization(
  handle: Handle,
  _scope: AdminScope,
  named: string,
): Promise<Organization | undefined> {
  if (named.startsWith(EXTERNAL)) {
    return await findOrganizationByExternalId(handle, _scope, named.slice(EXTERNAL.length));
  }
  return await handle
    .selectFrom('organization')
    .selectAll()
    .where((where) => where.or([where('id', '=', named), where('domain', '=', named)]))
    .orderBy('id')
    .executeTakeFirst();
}

/** The organization of this external id, for the operator. */
export async function findOrganizationByExternalId(
  handle: Handle,
  _scope: AdminScope,
  externalId: string,
): Promise<Organization | undefined> {
  return await handle
    .selectFrom('organization')
    .selectAll()
    .where('external_id', '=', externalId)
    .executeTakeFirst();
}

/**
 * The organizations whose domain is one of these, in whatever case; for routing events. One that is
 * being deleted has none any more.
 */
export async function findOrganizationsByDomain(
  handle: Handle,
  _scope: AdminScope,
  domains: readonly string[],
): Promise<readonly { readonly id: string; readonly domain: string }[]> {
  if (domains.length === 0) return [];
  const wanted = [...new Set(domains.map(asciiLower))];
  const rows = await handle
    .selectFrom('organization')
    .select(['id', 'domain'])
    .where((of) => of.fn<string>('lower', ['domain']), 'in', wanted)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('organization_hold')
            .select('organization_hold.organization_id')
            .whereRef('organization_hold.organization_id', '=', 'organization.id')
            .where('organization_hold.state', '=', 'deleting'),
        ),
      ),
    )
    .orderBy('id')
    .execute();
  return rows.flatMap(({ id, domain }) => (domain === null ? [] : [{ id, domain }]));
}
