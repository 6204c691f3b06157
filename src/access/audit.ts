import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { Ids } from '../text/uuid.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { deleteAuditEntries, insertAuditEntry } from './audit-repository.ts';

/** Who did it: `key:<id of the API key>`, `command line` or `system`. */
export type Actor = string;

export interface Deed {
  readonly actor: Actor;
  /** Object and verb, for example `connection.updated`. */
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string;
  /** Names and numbers, never a secret value. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Writes who did what, in the same transaction as the deed itself. */
export async function recordDeed(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  deed: Deed & { readonly ids: Ids },
): Promise<void> {
  await insertAuditEntry(handle, scope, {
    id: deed.ids.next(),
    actor: deed.actor,
    action: deed.action,
    object_kind: deed.objectKind,
    object_id: deed.objectId,
    details: JSON.stringify(deed.details ?? {}),
    at: deed.at,
  });
}

/** Rows of one statement: a slice that the writer does not feel. */
const SLICE = 500;

/** Removes deeds done before a moment (epoch milliseconds), the oldest first, one slice per run. */
export async function removeOldDeeds(database: Database, before: number): Promise<void> {
  await database.write((transaction) =>
    deleteAuditEntries(transaction, ADMIN, { before, limit: SLICE }),
  );
}
