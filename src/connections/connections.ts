import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { CompiledDocument } from '../document/compile.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Ids } from '../text/uuid.ts';
import { changeState } from './change-state.ts';
import { mergeOptions, parseOptions } from './connection-options.ts';
import type { ConnectionOptions } from './connection-options.ts';
import {
  findConnection,
  insertConnection,
  listConnections,
  updateConnection,
} from './connections-repository.ts';
import type { ConnectionInUse, ConnectionRow } from './connections-repository.ts';
import { findIntegration, findIntegrationVersion } from './integrations-repository.ts';
import type { IntegrationVersion } from './integrations-repository.ts';
import { mergeProperties } from './merge-properties.ts';
import type { PropertyChange } from './merge-properties.ts';
import { withDefaults } from './property-values.ts';
import type { CheckUrl } from './property-values.ts';
import { listSecretFields } from './secrets-repository.ts';
import { readMembers, readTexts, writeTexts } from './stored-json.ts';
import { openSecrets, writeSecrets } from './stored-secrets.ts';
import { HEALTHY } from './transitions.ts';
import type { Vault } from './vault.ts';

export interface ConnectionDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly vault: Vault;
  /** Compiled once per text; see `createDocumentCache`. */
  readonly documents: (version: { digest: string; document: string }) => CompiledDocument;
  /** The egress door's judgement of an address, without calling it. */
  readonly checkUrl: CheckUrl;
}

/** A connection as people see it: no secret, all options. */
export interface ConnectionView {
  readonly row: ConnectionInUse;
  readonly properties: ReadonlyMap<string, string>;
  /** Labels of the secret properties that have a value. */
  readonly secretsSet: readonly string[];
  readonly options: ConnectionOptions;
  readonly origins: readonly string[];
}

export interface ConnectionRequest {
  readonly integrationId: string;
  /** The integration's own name, unless said. */
  readonly name?: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly actor: Actor;
}

export interface ConnectionChange {
  readonly id: string;
  /** The revision that the change was made for (If-Match). */
  readonly revision: number;
  readonly name?: string | undefined;
  /** Merged by label; `""` takes a value away. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Merged by name; `null` takes a member away. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly integrationVersion?: number | undefined;
  readonly actor: Actor;
}

/**
 * Connects a CRM with the newest version of an integration. Rejects with `not_found` for the
 * integration, `invalid_request` with all problems of properties and options, `conflict` for a
 * name in use.
 */
export async function createConnection(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  request: ConnectionRequest,
): Promise<ConnectionView> {
  const { database, ids } = deps;
  const integration = await findIntegration(database.read, scope, request.integrationId);
  if (integration === undefined) throw missing('integration', request.integrationId);
  const change = mergeProperties(
    deps.documents(integration),
    { plain: new Map(), secret: new Map() },
    { given: request.properties, checkUrl: deps.checkUrl },
  );
  const options = request.options ?? {};
  parseOptions(options);
  const row = newRow(deps, { integration, request, change, options });
  return await database.write(async (transaction) => {
    await insertConnection(transaction, scope, row);
    await writeSecrets(transaction, scope, {
      vault: deps.vault,
      connectionId: row.id,
      change,
      now: row.created_at,
    });
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'connection.created',
      objectKind: 'connection',
      objectId: row.id,
      details: { name: row.name, integration_id: integration.id, origins: change.origins },
      at: row.created_at,
    });
    return await viewOne(deps, transaction, { scope, id: row.id });
  });
}

/**
 * Changes a connection and raises its revision. New secret values end `needs_auth` and `forbidden`.
 * Rejects with `not_found`, `precondition_failed` when the revision has moved on,
 * `invalid_request`, `conflict` for a name in use.
 */
export async function updateConnectionSettings(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  change: ConnectionChange,
): Promise<ConnectionView> {
  const { database, ids } = deps;
  const now = database.now();
  return await database.write(async (transaction) => {
    const row = await findConnection(transaction, scope, change.id);
    if (row === undefined) throw missing('connection', change.id);
    if (row.revision !== change.revision) throw movedOn(change.id);
    const version = await versionFor(transaction, scope, {
      row,
      number: change.integrationVersion,
    });
    const stored = {
      plain: readTexts(row.properties),
      secret: await openSecrets(transaction, scope, { connectionId: row.id, vault: deps.vault }),
    };
    const merged = mergeProperties(deps.documents(version), stored, {
      given: change.properties ?? {},
      checkUrl: deps.checkUrl,
    });
    const options = mergeOptions(readMembers(row.options), change.options);
    const updated = await updateConnection(transaction, scope, {
      id: row.id,
      revision: row.revision,
      name: change.name ?? row.name,
      integration_version_id: version.version_id,
      properties: writeTexts(merged.plain),
      options: JSON.stringify(options),
      updated_at: now,
    });
    if (!updated) throw movedOn(change.id);
    await writeSecrets(transaction, scope, {
      vault: deps.vault,
      connectionId: row.id,
      change: merged,
      now,
    });
    if (merged.sealed.size > 0 || changed(stored.plain, merged.plain)) {
      const event = { kind: 'credentials_saved' } as const;
      await changeState(transaction, scope, { connectionId: row.id, event, now });
    }
    await recordDeed(transaction, scope, {
      ids,
      actor: change.actor,
      action: 'connection.updated',
      objectKind: 'connection',
      objectId: row.id,
      details: {
        properties: Object.keys(change.properties ?? {}),
        options: Object.keys(change.options ?? {}),
        version: version.number,
        origins: merged.origins,
      },
      at: now,
    });
    return await viewOne(deps, transaction, { scope, id: row.id });
  });
}

/** Pauses a connection, or ends a pause or any state that waits for people. `not_found`. */
export async function setPaused(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  request: { readonly id: string; readonly paused: boolean; readonly actor: Actor },
): Promise<ConnectionView> {
  const { database, ids } = deps;
  const { id, paused, actor } = request;
  const now = database.now();
  return await database.write(async (transaction) => {
    const event = paused
      ? ({ kind: 'pause', reason: 'Paused by an administrator.' } as const)
      : ({ kind: 'resume' } as const);
    const change = await changeState(transaction, scope, { connectionId: id, event, now });
    if (change === undefined) throw missing('connection', id);
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: paused ? 'connection.paused' : 'connection.resumed',
      objectKind: 'connection',
      objectId: id,
      details: { before: change.before.state },
      at: now,
    });
    return await viewOne(deps, transaction, { scope, id });
  });
}

/** One connection as people see it. Rejects with `not_found`. */
export async function readConnection(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  id: string,
): Promise<ConnectionView> {
  return await viewOne(deps, deps.database.read, { scope, id });
}

/** The organization's connections as people see them, oldest first. */
export async function readConnections(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<ConnectionView>> {
  const { items, next_cursor } = await listConnections(deps.database.read, scope, page);
  const ids = items.map((row) => row.id);
  const secrets = await listSecretFields(deps.database.read, scope, ids);
  const views = items.map((row) => {
    const own = secrets.filter((secret) => secret.connection_id === row.id);
    return view(
      deps,
      row,
      own.map((secret) => secret.field),
    );
  });
  return { items: views, next_cursor };
}

async function viewOne(
  deps: ConnectionDeps,
  handle: Handle,
  { scope, id }: { scope: OrganizationScope; id: string },
): Promise<ConnectionView> {
  const row = await findConnection(handle, scope, id);
  if (row === undefined) throw missing('connection', id);
  const secrets = await listSecretFields(handle, scope, [id]);
  return view(
    deps,
    row,
    secrets.map((secret) => secret.field),
  );
}

function view(
  deps: ConnectionDeps,
  row: ConnectionInUse,
  secretsSet: readonly string[],
): ConnectionView {
  const document = deps.documents(row);
  const properties = readTexts(row.properties);
  return {
    row,
    properties,
    secretsSet,
    options: parseOptions(readMembers(row.options)),
    origins: document.originsOf(withDefaults(document.properties, properties)),
  };
}

function newRow(
  { database, ids }: ConnectionDeps,
  parts: {
    integration: IntegrationVersion;
    request: ConnectionRequest;
    change: PropertyChange;
    options: Readonly<Record<string, unknown>>;
  },
): Omit<ConnectionRow, 'organization_id'> {
  const now = database.now();
  return {
    id: ids.next(),
    integration_version_id: parts.integration.version_id,
    name: parts.request.name ?? parts.integration.name,
    properties: writeTexts(parts.change.plain),
    options: JSON.stringify(parts.options),
    state: HEALTHY.state,
    state_reason: HEALTHY.reason,
    state_since: now,
    state_until: HEALTHY.until,
    failures: HEALTHY.failures,
    throttles: HEALTHY.throttles,
    breaks: HEALTHY.breaks,
    revision: 1,
    created_at: now,
    updated_at: now,
  };
}

async function versionFor(
  handle: Handle,
  scope: OrganizationScope,
  { row, number }: { row: ConnectionInUse; number: number | undefined },
): Promise<{ version_id: string; number: number; document: string; digest: string }> {
  if (number === undefined || number === row.integration_number) {
    const { integration_version_id, integration_number, document, digest } = row;
    return { version_id: integration_version_id, number: integration_number, document, digest };
  }
  const wanted = { integrationId: row.integration_id, number };
  const found = await findIntegrationVersion(handle, scope, wanted);
  if (found === undefined) throw missing('version', String(number));
  return found;
}

function changed(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size !== b.size || [...a].some(([label, value]) => b.get(label) !== value);
}

function missing(kind: string, id: string): AppError {
  return new AppError('not_found', `There is no ${kind} '${id}'.`);
}

function movedOn(id: string): AppError {
  return new AppError(
    'precondition_failed',
    `Connection '${id}' was changed meanwhile: read it again and repeat the change.`,
  );
}
