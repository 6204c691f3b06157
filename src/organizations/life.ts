import { findDeedTime } from '../access/audit-repository.ts';
import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import { namedMissing } from '../errors/named-missing.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import type { Ids } from '../text/uuid.ts';
import {
  deleteSuspension,
  findHold,
  forgetNames,
  holdForDeletion,
  insertHold,
} from './holds-repository.ts';
import type { Hold } from './holds-repository.ts';
import { findOwnOrganization } from './organizations-repository.ts';
import type { OrganizationRow } from './organizations-repository.ts';
import { ADMIN } from './scope.ts';
import type { OrganizationScope } from './scope.ts';

export interface LifeDeps {
  readonly database: Database;
  readonly ids: Ids;
}

/** The entry of the audit trail that stays of an organization. */
export const DELETED = 'organization.deleted';

/** Whether an organization works, and if not, why. */
export interface OrganizationState {
  readonly organization: OrganizationRow;
  /** Undefined while it works as usual. */
  readonly hold: Hold | undefined;
}

/** Reads the state. Rejects with `not_found`, which says so of one that was deleted. */
export async function readState(
  handle: Handle,
  scope: OrganizationScope,
): Promise<OrganizationState> {
  const organization = await findOwnOrganization(handle, scope);
  if (organization === undefined) throw await missing(handle, scope);
  return { organization, hold: await findHold(handle, scope) };
}

async function missing(handle: Handle, { organizationId }: OrganizationScope): Promise<AppError> {
  const deeds = { action: DELETED, objectId: organizationId };
  const at = await findDeedTime(handle, ADMIN, deeds);
  if (at === undefined) return new AppError('not_found', 'No such organization.');
  return namedMissing(
    { in: 'path', path: '/organization_id' },
    `This organization is deleted, since ${new Date(at).toISOString()}: nothing of it is left, and nothing is to be done.`,
  );
}

/**
 * Stops an organization: its keys are refused, nothing is sent to its CRMs, and the events of its
 * phone systems are kept for when it goes on. Done again it changes nothing. Rejects with
 * `not_found`, and with `conflict` while it is being deleted.
 */
export async function suspendOrganization(
  deps: LifeDeps,
  scope: OrganizationScope,
  request: { readonly reason?: string | undefined; readonly actor: Actor },
): Promise<OrganizationState> {
  return await change(deps, scope, async (transaction, before, now) => {
    if (before.hold?.state === 'suspended') return undefined;
    const { actor } = request;
    const reason = request.reason ?? null;
    const hold = { state: 'suspended', reason, actor, since: now, removed_rows: 0 } as const;
    if (!(await insertHold(transaction, scope, hold))) return undefined;
    return { actor, action: 'organization.suspended', details: { reason } };
  });
}

/**
 * Lets a suspended organization work again; what waited goes out in its order. Done again it
 * changes nothing. Rejects with `not_found`, and with `conflict` while it is being deleted.
 */
export async function resumeOrganization(
  deps: LifeDeps,
  scope: OrganizationScope,
  request: { readonly actor: Actor },
): Promise<OrganizationState> {
  return await change(deps, scope, async (transaction) =>
    (await deleteSuspension(transaction, scope))
      ? { actor: request.actor, action: 'organization.resumed', details: {} }
      : undefined,
  );
}

/**
 * Begins to delete a suspended organization for good; `createDeleter` does the work. Rejects with
 * `not_found`; `conflict` when it is not suspended, or `name` is not its name.
 */
export async function beginDeletion(
  deps: LifeDeps,
  scope: OrganizationScope,
  request: { readonly name: string; readonly actor: Actor },
): Promise<OrganizationState> {
  const { actor, name } = request;
  const { database, ids } = deps;
  return await database.write(async (transaction) => {
    const before = await readState(transaction, scope);
    if (before.hold?.state === 'deleting') return before;
    if (before.hold === undefined) {
      throw new AppError('conflict', 'The organization works: suspend it before deleting it.', {
        details: { state: 'active' },
      });
    }
    if (before.organization.name !== name) {
      throw new AppError(
        'conflict',
        `The organization is not called '${name}': send its name exactly as it is written, so that no other one goes.`,
      );
    }
    const now = database.now();
    await holdForDeletion(transaction, scope, { actor, now });
    // Events that a shared phone system sends for it find nobody from now on, and an organization
    // made under the same names is a new one.
    await forgetNames(transaction, scope);
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: 'organization.deletion_begun',
      objectKind: 'organization',
      objectId: scope.organizationId,
      at: now,
    });
    return await readState(transaction, scope);
  });
}

async function change(
  { database, ids }: LifeDeps,
  scope: OrganizationScope,
  work: (
    transaction: Handle,
    before: OrganizationState,
    now: number,
  ) => Promise<
    { actor: Actor; action: string; details: Readonly<Record<string, unknown>> } | undefined
  >,
): Promise<OrganizationState> {
  return await database.write(async (transaction) => {
    const before = await readState(transaction, scope);
    if (before.hold?.state === 'deleting') {
      throw new AppError('conflict', 'The organization is being deleted: that cannot be undone.');
    }
    const now = database.now();
    const deed = await work(transaction, before, now);
    if (deed !== undefined) {
      const object = { objectKind: 'organization', objectId: scope.organizationId };
      await recordDeed(transaction, scope, { ids, ...deed, ...object, at: now });
    }
    return await readState(transaction, scope);
  });
}
