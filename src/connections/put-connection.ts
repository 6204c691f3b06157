import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import { namedMissing } from '../errors/named-missing.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import { versionFor } from './change-connection.ts';
import { mergeOptions } from './connection-options.ts';
import { viewConnection } from './connection-view.ts';
import type { ConnectionView } from './connection-view.ts';
import { findConnectionByExternalId } from './connections-repository.ts';
import type { ConnectionInUse } from './connections-repository.ts';
import { createConnection } from './connections.ts';
import type { ConnectionDeps } from './connections.ts';
import { findOwnIntegration } from './integrations-repository.ts';
import { mergeProperties } from './merge-properties.ts';
import { readMembers } from './stored-json.ts';
import { hasNewValues, readStored, writeChange } from './write-change.ts';
import type { ReadyChange } from './write-change.ts';

/** A connection as it is to be, by its external id. */
export interface ConnectionPut {
  readonly externalId: string;
  readonly integration: IntegrationName;
  /** Where it is not given, a new connection takes the newest one, and an old one stays at its own. */
  readonly integrationVersion?: number | undefined;
  readonly name: string;
  /** A secret that is not given keeps its value; `""` takes it away. */
  readonly properties: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  /** Called with the row that is there before anything changes; what it throws ends the change. */
  readonly allow: (present: ConnectionInUse | undefined) => void;
}

/** By our id, or by the `id` of its document: the organization's own before a shipped one. */
export type IntegrationName = { readonly id: string } | { readonly documentId: string };

/**
 * Makes the connection of an external id, or brings it to what is wanted; where it is that already
 * nothing is written, and its revision stays. Secrets are compared sealed in memory only. Rejects
 * with what `createConnection` and `updateConnectionSettings` reject with, and with `conflict` for
 * another integration than its own.
 */
export async function putConnection(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  put: ConnectionPut,
): Promise<{ readonly view: ConnectionView; readonly created: boolean }> {
  const { database } = deps;
  return await againOnConflict(async () => {
    const known = await findConnectionByExternalId(database.read, scope, put.externalId);
    return known === undefined
      ? { view: await create(deps, scope, put), created: true }
      : { view: await change(deps, scope, put), created: false };
  });
}

async function create(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  put: ConnectionPut,
): Promise<ConnectionView> {
  put.allow(undefined);
  const { externalId, integrationVersion, name, properties, actor } = put;
  return await createConnection(deps, scope, {
    integrationId: await idOfIntegration(deps, scope, put.integration),
    externalId,
    integrationVersion,
    name,
    properties,
    options: mergeOptions({}, put.options),
    actor,
  });
}

async function idOfIntegration(
  { database }: ConnectionDeps,
  scope: OrganizationScope,
  named: IntegrationName,
): Promise<string> {
  if ('id' in named) return named.id;
  const found =
    (await findOwnIntegration(database.read, scope, named.documentId)) ??
    (await findOwnIntegration(database.read, ADMIN, named.documentId));
  if (found !== undefined) return found.id;
  throw namedMissing(
    { in: 'body', path: '/document_id' },
    `There is no integration with the document '${named.documentId}'.`,
  );
}

async function change(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  put: ConnectionPut,
): Promise<ConnectionView> {
  return await deps.database.write(async (transaction) => {
    const row = await findConnectionByExternalId(transaction, scope, put.externalId);
    if (row === undefined) throw meanwhile(put.externalId);
    put.allow(row);
    checkIntegration(deps, row, put.integration);
    const version = await versionFor(transaction, scope, { row, number: put.integrationVersion });
    const stored = await readStored(deps, transaction, { scope, row });
    // Plain values are what is given and nothing else; secrets cannot be read back to be given again.
    const merged = mergeProperties(
      deps.documents(version),
      { plain: new Map(), secret: stored.secret },
      { given: put.properties, checkUrl: deps.checkUrl },
    );
    const ready: ReadyChange = {
      ...{ scope, row, version, stored, merged },
      name: put.name,
      options: mergeOptions({}, put.options),
      given: { properties: put.properties, options: put.options },
      actor: put.actor,
    };
    if (isSame(ready)) return await viewConnection(deps, transaction, { scope, id: row.id });
    const view = await writeChange(deps, transaction, ready);
    if (view === undefined) throw meanwhile(put.externalId);
    return view;
  });
}

function checkIntegration(
  deps: ConnectionDeps,
  row: ConnectionInUse,
  named: IntegrationName,
): void {
  const same =
    'id' in named ? named.id === row.integration_id : named.documentId === deps.documents(row).id;
  if (same) return;
  throw new AppError(
    'conflict',
    `This connection uses the integration ${row.integration_id}, and keeps it: its calls are in that CRM. Connect another CRM under another external id.`,
  );
}

function isSame({ row, version, stored, merged, name, options }: ReadyChange): boolean {
  return (
    row.name === name &&
    row.integration_version_id === version.version_id &&
    canonicalJson(readMembers(row.options)) === canonicalJson(options) &&
    merged.dropped.length === 0 &&
    !hasNewValues(stored, merged)
  );
}

function meanwhile(externalId: string): AppError {
  return new AppError(
    'conflict',
    `The connection '${externalId}' was changed meanwhile: send the request again.`,
  );
}
