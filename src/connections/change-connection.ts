import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import { namedMissing } from '../errors/named-missing.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { changeState } from './change-state.ts';
import { mergeOptions } from './connection-options.ts';
import { noConnection, viewConnection } from './connection-view.ts';
import type { ConnectionView } from './connection-view.ts';
import { findConnection } from './connections-repository.ts';
import type { ConnectionInUse } from './connections-repository.ts';
import type { ConnectionDeps } from './connections.ts';
import { findIntegrationVersion } from './integrations-repository.ts';
import { mergeProperties } from './merge-properties.ts';
import { readMembers } from './stored-json.ts';
import { readStored, writeChange } from './write-change.ts';
import type { VersionInUse } from './write-change.ts';

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
 * Changes a connection and raises its revision. New secret values end `needs_auth` and `forbidden`.
 * Rejects with `not_found`, `precondition_failed` when the revision has moved on,
 * `invalid_request`, `conflict` for a name in use, `origins_changed` when stored secrets would go
 * to a new address.
 */
export async function updateConnectionSettings(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  change: ConnectionChange,
): Promise<ConnectionView> {
  return await deps.database.write(async (transaction) => {
    const row = await findConnection(transaction, scope, change.id);
    if (row === undefined) throw noConnection(change.id);
    if (row.revision !== change.revision) throw movedOn(change.id);
    const version = await versionFor(transaction, scope, {
      row,
      number: change.integrationVersion,
    });
    const stored = await readStored(deps, transaction, { scope, row });
    const merged = mergeProperties(deps.documents(version), stored, {
      given: change.properties ?? {},
      checkUrl: deps.checkUrl,
    });
    const view = await writeChange(deps, transaction, {
      scope,
      row,
      version,
      stored,
      merged,
      name: change.name ?? row.name,
      options: mergeOptions(readMembers(row.options), change.options),
      given: { properties: change.properties ?? {}, options: change.options ?? {} },
      actor: change.actor,
    });
    if (view === undefined) throw movedOn(change.id);
    return view;
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
    if (change === undefined) throw noConnection(id);
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: paused ? 'connection.paused' : 'connection.resumed',
      objectKind: 'connection',
      objectId: id,
      details: { before: change.before.state },
      at: now,
    });
    return await viewConnection(deps, transaction, { scope, id });
  });
}

/**
 * Takes a successful test into the state: what waited for people or for the CRM goes on. A pause
 * stays. True when the connection works again by it.
 */
export async function reopenTested(
  deps: Pick<ConnectionDeps, 'database' | 'ids'>,
  scope: OrganizationScope,
  request: { readonly id: string; readonly actor: Actor },
): Promise<boolean> {
  const { database, ids } = deps;
  const { id, actor } = request;
  const now = database.now();
  return await database.write(async (transaction) => {
    const event = { kind: 'tested' } as const;
    const change = await changeState(transaction, scope, { connectionId: id, event, now });
    if (change === undefined || change.before.state === change.after.state) return false;
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: 'connection.resumed',
      objectKind: 'connection',
      objectId: id,
      details: { before: change.before.state, by: 'test' },
      at: now,
    });
    return true;
  });
}

/** The version that a change names, else the one in use. Rejects with `not_found`. */
export async function versionFor(
  handle: Handle,
  scope: OrganizationScope,
  { row, number }: { row: ConnectionInUse; number: number | undefined },
): Promise<VersionInUse> {
  if (number === undefined || number === row.integration_number) {
    const { integration_version_id, integration_number, document, digest } = row;
    return { version_id: integration_version_id, number: integration_number, document, digest };
  }
  const wanted = { integrationId: row.integration_id, number };
  const found = await findIntegrationVersion(handle, scope, wanted);
  if (found === undefined) {
    const sentence = `The integration of this connection has no version ${number}.`;
    throw namedMissing({ in: 'body', path: '/integration_version' }, sentence);
  }
  return found;
}

function movedOn(id: string): AppError {
  return new AppError(
    'precondition_failed',
    `Connection '${id}' was changed meanwhile: read it again and repeat the change.`,
  );
}
