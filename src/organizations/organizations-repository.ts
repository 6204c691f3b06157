import type { ExpressionBuilder } from 'kysely';

import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import { prepared } from '../store/prepared.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import { asciiLower } from '../text/ascii-lower.ts';
import { pickDomain } from './pick-domain.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

/** What is known of an organization; the key of its domain is the repository's own. */
export type OrganizationRow = Omit<Tables['organization'], 'domain_key'>;

/** Before an external id where an organization may be named in several ways. */
const EXTERNAL = 'external:';

/**
 * Rejects with `conflict` when another organization has this external id, or this domain in whatever
 * case (RFC 4343).
 */
export async function insertOrganization(
  handle: Handle,
  _scope: AdminScope,
  organization: OrganizationRow,
): Promise<void> {
  await handle
    .insertInto('organization')
    .values({ ...organization, domain_key: domainKey(organization) })
    .execute()
    .catch(taken(organization));
}

/** Writes what an operator changed. Rejects with `conflict` when another one has this domain. */
export async function updateOrganization(
  handle: Handle,
  _scope: AdminScope,
  change: Pick<OrganizationRow, 'id' | 'name' | 'domain' | 'country' | 'timezone'>,
): Promise<void> {
  const { id, ...values } = change;
  await handle
    .updateTable('organization')
    .set({ ...values, domain_key: domainKey(values) })
    .where('id', '=', id)
    .execute()
    .catch(taken({ ...change, external_id: null }));
}

function domainKey({ domain }: Pick<OrganizationRow, 'domain'>): string | null {
  return domain === null ? null : asciiLower(domain);
}

function taken(of: Pick<OrganizationRow, 'domain' | 'external_id'>): (err: unknown) => never {
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
): Promise<PageOf<OrganizationRow>> {
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
): Promise<OrganizationRow | undefined> {
  const [row] = await selectById(handle, { id: scope.organizationId });
  return row;
}

const selectById = prepared((handle, of: { readonly id: string }) =>
  handle.selectFrom('organization').selectAll().where('id', '=', of.id),
);

/**
 * The organization of this id, this domain (in whatever case), or `external:` and this external id,
 * for the operator.
 */
export async function findOrganization(
  handle: Handle,
  _scope: AdminScope,
  named: string,
): Promise<OrganizationRow | undefined> {
  if (named.startsWith(EXTERNAL)) {
    return await findOrganizationByExternalId(handle, _scope, named.slice(EXTERNAL.length));
  }
  const rows = await handle
    .selectFrom('organization')
    .selectAll()
    .where((of) => of.or([of('id', '=', named), hasDomain(of, [named])]))
    .execute();
  const id = pickDomain(rows, named);
  return rows.find((row) => row.id === named) ?? rows.find((row) => row.id === id);
}

/** The organization of this external id, for the operator. */
export async function findOrganizationByExternalId(
  handle: Handle,
  _scope: AdminScope,
  externalId: string,
): Promise<OrganizationRow | undefined> {
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
  const rows = await handle
    .selectFrom('organization')
    .select(['id', 'domain'])
    .where((of) => hasDomain(of, domains))
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

/** By the key, and by `lower` for two that differed in case only before there were keys. */
function hasDomain(of: ExpressionBuilder<Tables, 'organization'>, domains: readonly string[]) {
  const wanted = [...new Set(domains.map(asciiLower))];
  return of.or([
    of('organization.domain_key', 'in', wanted),
    of(of.fn<string>('lower', ['organization.domain']), 'in', wanted),
  ]);
}
