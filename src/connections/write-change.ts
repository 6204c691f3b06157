import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { changeState } from './change-state.ts';
import { viewConnection } from './connection-view.ts';
import type { ConnectionView } from './connection-view.ts';
import { updateConnection } from './connections-repository.ts';
import type { ConnectionInUse } from './connections-repository.ts';
import type { ConnectionDeps } from './connections.ts';
import { guardOrigins } from './guard-origins.ts';
import type { PropertyChange, StoredProperties } from './merge-properties.ts';
import { readTexts, writeTexts } from './stored-json.ts';
import { openSecrets, writeSecrets } from './stored-secrets.ts';

/** The version of a document that a connection uses, or is to use. */
export interface VersionInUse {
  readonly version_id: string;
  readonly number: number;
  readonly document: string;
  readonly digest: string;
}

/** A change of a connection, checked and ready to be written. */
export interface ReadyChange {
  readonly scope: OrganizationScope;
  readonly row: ConnectionInUse;
  readonly version: VersionInUse;
  readonly stored: StoredProperties;
  readonly merged: PropertyChange;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What the request named: for the audit, and to know which secrets came along. */
  readonly given: {
    readonly properties: Readonly<Record<string, string>>;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly actor: Actor;
}

/** A connection's stored values, its secrets opened. */
export async function readStored(
  deps: Pick<ConnectionDeps, 'vault'>,
  handle: Handle,
  of: { readonly scope: OrganizationScope; readonly row: ConnectionInUse },
): Promise<StoredProperties> {
  const from = { connectionId: of.row.id, vault: deps.vault };
  return {
    plain: readTexts(of.row.properties),
    secret: await openSecrets(handle, of.scope, from),
  };
}

/**
 * Writes a change in the caller's transaction and raises the revision; undefined when the revision
 * has moved on. New values end `needs_auth` and `forbidden`. Rejects with `conflict` for a name in
 * use, `origins_changed` when stored secrets would go to a new address.
 */
export async function writeChange(
  deps: ConnectionDeps,
  transaction: Handle,
  change: ReadyChange,
): Promise<ConnectionView | undefined> {
  const { scope, row, version, stored, merged, given } = change;
  const now = deps.database.now();
  guardOrigins({ document: deps.documents(row), stored }, merged, given.properties);
  const updated = await updateConnection(transaction, scope, {
    id: row.id,
    revision: row.revision,
    name: change.name,
    integration_version_id: version.version_id,
    properties: writeTexts(merged.plain),
    options: JSON.stringify(change.options),
    updated_at: now,
  });
  if (!updated) return undefined;
  const { vault } = deps;
  await writeSecrets(transaction, scope, { vault, connectionId: row.id, change: merged, now });
  if (hasNewValues(stored, merged)) {
    const event = { kind: 'credentials_saved' } as const;
    await changeState(transaction, scope, { connectionId: row.id, event, now });
  }
  await recordDeed(transaction, scope, {
    ids: deps.ids,
    actor: change.actor,
    action: 'connection.updated',
    objectKind: 'connection',
    objectId: row.id,
    details: {
      properties: Object.keys(given.properties),
      options: Object.keys(given.options),
      version: version.number,
      origins: merged.origins,
    },
    at: now,
  });
  return await viewConnection(deps, transaction, { scope, id: row.id });
}

/** True when a value is new or another one. */
export function hasNewValues(stored: StoredProperties, merged: PropertyChange): boolean {
  const { plain, sealed } = merged;
  return (
    sealed.size > 0 ||
    plain.size !== stored.plain.size ||
    [...plain].some(([label, value]) => stored.plain.get(label) !== value)
  );
}
