import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import { prepared } from '../store/prepared.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { sayTaken } from '../store/taken.ts';
import type { ConnectionHealth } from './transitions.ts';

export type ConnectionRow = Tables['connection'];

/** A connection with the version of its integration. */
export interface ConnectionInUse extends ConnectionRow {
  readonly integration_id: string;
  readonly integration_number: number;
  readonly document: string;
  readonly digest: string;
  /** Look-ups in a row in which its CRM found nobody; null before its first call. */
  readonly unfound: number | null;
  readonly unfound_sample: string | null;
  /** Requests in a row that were done and whose answer lacked the id. */
  readonly without_id: number | null;
  readonly without_id_sample: string | null;
}

/** The part of a connection that changes without a new revision, and the revision. */
export type ConnectionNow = Pick<
  ConnectionRow,
  'id' | 'organization_id' | 'name' | 'revision' | 'state' | 'state_until'
> & {
  readonly organization_country: string;
  readonly organization_timezone: string;
  /** Its own id where its claims have their row; null before its first call. */
  readonly paced: string | null;
};

/** A row to be inserted: what its requests of the last half minute tell is not known yet. */
export type NewConnection = Omit<
  ConnectionRow,
  | 'organization_id'
  | 'failed_call'
  | 'window_at'
  | 'window_failures'
  | 'window_successes'
  | 'permits'
>;

/** Rejects with `conflict` when the organization has a connection of this name or external id. */
export async function insertConnection(
  handle: Handle,
  scope: OrganizationScope,
  connection: NewConnection,
): Promise<void> {
  await handle
    .insertInto('connection')
    .values({ ...connection, organization_id: scope.organizationId })
    .execute()
    .catch(taken(connection.name, connection.external_id));
}

/** The connection of this external id. */
export async function findConnectionByExternalId(
  handle: Handle,
  scope: OrganizationScope,
  externalId: string,
): Promise<ConnectionInUse | undefined> {
  return await inUse(handle)
    .where('connection.organization_id', '=', scope.organizationId)
    .where('connection.external_id', '=', externalId)
    .executeTakeFirst();
}

/** The organization's connections, oldest first. */
export async function listConnections(
  handle: Handle,
  scope: OrganizationScope,
  page: ExternalPage,
): Promise<PageOf<ConnectionInUse>> {
  const { external_id: externalId } = page;
  const query = inUse(handle)
    .where('connection.organization_id', '=', scope.organizationId)
    .$if(externalId !== undefined, (all) =>
      all.where('connection.external_id', '=', externalId ?? ''),
    );
  return await readPage(query, page, { column: 'connection.id', key: (row) => row.id });
}

/** Of all connections of an organization, oldest first, what opening them reads each time. */
export async function listConnectionStates(
  handle: Handle,
  { organizationId }: OrganizationScope,
): Promise<readonly ConnectionNow[]> {
  return await selectStates(handle, { organizationId });
}

/** Ids of the connections of all organizations after this one, in the order of ids. */
export async function listConnectionIds(
  handle: Handle,
  _scope: AdminScope,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly { readonly organizationId: string; readonly connectionId: string }[]> {
  return await handle
    .selectFrom('connection')
    .select(['organization_id as organizationId', 'id as connectionId'])
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
}

/** Undefined for a foreign id as for a missing one. */
export async function findConnection(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<ConnectionInUse | undefined> {
  return await inUse(handle)
    .where('connection.organization_id', '=', scope.organizationId)
    .where('connection.id', '=', id)
    .executeTakeFirst();
}

/** What opening a connection reads each time: all but the document and what is sealed with it. */
export async function findConnectionState(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<ConnectionNow | undefined> {
  const [row] = await selectStates(handle, { organizationId: scope.organizationId, id });
  return row;
}

const selectStates = prepared(
  (handle, of: { readonly organizationId: string; readonly id?: string }) =>
    handle
      .selectFrom('connection')
      .leftJoin('connection_pace as pace', 'pace.connection_id', 'connection.id')
      .innerJoin('organization', 'organization.id', 'connection.organization_id')
      .select([
        'connection.id',
        'connection.organization_id',
        'connection.name',
        'connection.revision',
        'connection.state',
        'connection.state_until',
        'organization.country as organization_country',
        'organization.timezone as organization_timezone',
        'pace.connection_id as paced',
      ])
      .where('connection.organization_id', '=', of.organizationId)
      .$if(of.id !== undefined, (query) => query.where('connection.id', '=', of.id ?? ''))
      .orderBy('connection.id'),
);

/**
 * Writes what an administrator changed and raises the revision by one; false when the connection
 * is foreign, missing, or no longer at `revision`. Rejects with `conflict` for a taken name.
 */
export async function updateConnection(
  handle: Handle,
  scope: OrganizationScope,
  change: Pick<
    ConnectionRow,
    'id' | 'revision' | 'name' | 'integration_version_id' | 'properties' | 'options' | 'updated_at'
  >,
): Promise<boolean> {
  const { id, revision, ...values } = change;
  const result = await handle
    .updateTable('connection')
    .set({ ...values, revision: revision + 1 })
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst()
    .catch(taken(change.name));
  return result.numUpdatedRows > 0n;
}

function taken(name: string, externalId: string | null = null): (err: unknown) => never {
  const other = externalId === null ? '' : ` or one with the external id '${externalId}'`;
  return sayTaken(
    `The organization has a connection '${name}'${other} already: choose another name.`,
  );
}

/** What `nextHealth` needs to know of a connection, and since when it is in its state. */
export async function findHealth(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<(ConnectionHealth & { readonly since: number }) | undefined> {
  const [row] = await selectHealth(handle, { organizationId: scope.organizationId, id });
  if (row === undefined) return undefined;
  const { failed, succeeded, ...health } = row;
  return { ...health, windowFailures: failed ?? 0, windowSuccesses: succeeded ?? 0 };
}

const selectHealth = prepared(
  (handle, of: { readonly organizationId: string; readonly id: string }) =>
    handle
      .selectFrom('connection')
      .select([
        'state',
        'state_reason as reason',
        'state_until as until',
        'state_since as since',
        'failures',
        'failed_call as failedCall',
        'throttles',
        'breaks',
        'window_at as windowAt',
        'window_failures as failed',
        'window_successes as succeeded',
        'permits',
      ])
      .where('organization_id', '=', of.organizationId)
      .where('id', '=', of.id),
);

/**
 * Writes a state that `nextHealth` gave; the revision stays. False when the state is no longer the
 * one it was reckoned from: another node was faster.
 */
export async function updateConnectionHealth(
  handle: Handle,
  scope: OrganizationScope,
  change: {
    readonly id: string;
    readonly before: ConnectionHealth;
    readonly after: ConnectionHealth;
    readonly since: number;
  },
): Promise<boolean> {
  const { before, after } = change;
  const result = await handle
    .updateTable('connection')
    .set({
      state: after.state,
      state_reason: after.reason,
      state_since: change.since,
      state_until: after.until,
      failures: after.failures,
      failed_call: after.failedCall,
      throttles: after.throttles,
      breaks: after.breaks,
      window_at: after.windowAt,
      window_failures: after.windowFailures,
      window_successes: after.windowSuccesses,
      permits: after.permits,
    })
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', change.id)
    .where('state', '=', before.state)
    .where('state_until', 'is not distinct from', before.until)
    .where('failures', '=', before.failures)
    .where('throttles', '=', before.throttles)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function inUse(handle: Handle) {
  return handle
    .selectFrom('connection')
    .innerJoin('integration_version as version', 'version.id', 'connection.integration_version_id')
    .leftJoin('connection_pace as pace', 'pace.connection_id', 'connection.id')
    .selectAll('connection')
    .select([
      'pace.unfound',
      'pace.unfound_sample',
      'pace.without_id',
      'pace.without_id_sample',
      'version.integration_id',
      'version.number as integration_number',
      'version.document',
      'version.digest',
    ]);
}
