import { sql } from 'kysely';

import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

/** An integration with one of its versions. */
export interface IntegrationVersion {
  readonly id: string;
  /** Null: shipped with Patchcord. */
  readonly organization_id: string | null;
  readonly document_id: string;
  readonly name: string;
  readonly created_at: number;
  readonly version_id: string;
  readonly number: number;
  readonly document: string;
  readonly digest: string;
  readonly published_at: number;
}

/** Rejects with `conflict` when the scope has an integration of this `document_id`. */
export async function insertIntegration(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  integration: Omit<Tables['integration'], 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('integration')
    .values({ ...integration, organization_id: ownerOf(scope) })
    .execute();
}

/** Rejects with `conflict` when the integration has a version of this number. */
export async function insertIntegrationVersion(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  version: Omit<Tables['integration_version'], 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('integration_version')
    .values({ ...version, organization_id: ownerOf(scope) })
    .execute();
}

/** The organization's own integrations and the shipped ones, each with its newest version. */
export async function listIntegrations(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<IntegrationVersion>> {
  const query = newest(handle).where(visible(scope));
  return await readPage(query, page, { column: 'integration.id', key: (row) => row.id });
}

/** An integration that the organization may use, with its newest version. */
export async function findIntegration(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<IntegrationVersion | undefined> {
  return await newest(handle)
    .where(visible(scope))
    .where('integration.id', '=', id)
    .executeTakeFirst();
}

/** The scope's own integration (operator: the shipped one) whose documents have this `id`. */
export async function findOwnIntegration(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  documentId: string,
): Promise<IntegrationVersion | undefined> {
  return await newest(handle)
    .where('integration.organization_id', 'is not distinct from', ownerOf(scope))
    .where('integration.document_id', '=', documentId)
    .executeTakeFirst();
}

/** One version of an integration that the organization may use. */
export async function findIntegrationVersion(
  handle: Handle,
  scope: OrganizationScope,
  wanted: { readonly integrationId: string; readonly number: number },
): Promise<IntegrationVersion | undefined> {
  return await versions(handle)
    .where(visible(scope))
    .where('integration.id', '=', wanted.integrationId)
    .where('version.number', '=', wanted.number)
    .executeTakeFirst();
}

/** The version with this id, of an integration that the organization may use. */
export async function findVersionById(
  handle: Handle,
  scope: OrganizationScope,
  versionId: string,
): Promise<IntegrationVersion | undefined> {
  return await versions(handle)
    .where(visible(scope))
    .where('version.id', '=', versionId)
    .executeTakeFirst();
}

function versions(handle: Handle) {
  return handle
    .selectFrom('integration')
    .innerJoin('integration_version as version', 'version.integration_id', 'integration.id')
    .select([
      'integration.id',
      'integration.organization_id',
      'integration.document_id',
      'integration.name',
      'integration.created_at',
      'version.id as version_id',
      'version.number',
      'version.document',
      'version.digest',
      'version.created_at as published_at',
    ]);
}

function newest(handle: Handle) {
  return versions(handle).where('version.number', '=', (newer) =>
    newer
      .selectFrom('integration_version as newer')
      .whereRef('newer.integration_id', '=', 'integration.id')
      .select((fields) => fields.fn.max('newer.number').as('number')),
  );
}

function visible(scope: OrganizationScope) {
  return sql<boolean>`(integration.organization_id is null
    or integration.organization_id = ${scope.organizationId})`;
}

function ownerOf(scope: OrganizationScope | AdminScope): string | null {
  return 'organizationId' in scope ? scope.organizationId : null;
}
