import type { Selectable } from 'kysely';

import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';

export type ErasureRow = Selectable<Tables['erasure']>;

/** Notes that somebody is to be erased. */
export async function insertErasure(handle: Handle, row: ErasureRow): Promise<void> {
  await handle.insertInto('erasure').values(row).execute();
}

/** Notes how far an erasure is. */
export async function updateErasure(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
  change: Partial<Pick<ErasureRow, 'looked_at' | 'applied_at' | 'waiting' | 'counts'>>,
): Promise<void> {
  await handle
    .updateTable('erasure')
    .set(change)
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .execute();
}

/** An erasure of an organization. */
export async function findErasure(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
): Promise<ErasureRow | undefined> {
  return await handle
    .selectFrom('erasure')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The erasure of these digests that is still applied: a repeat is the same one. */
export async function findSameErasure(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly digests: string; readonly now: number },
): Promise<ErasureRow | undefined> {
  return await handle
    .selectFrom('erasure')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('ends_at', '>', of.now)
    .where('digests', '=', of.digests)
    .executeTakeFirst();
}

/** Those that are applied still, of all organizations: until their end, or while a call waits. */
export async function listErasures(
  handle: Handle,
  _scope: AdminScope,
  of: { readonly now: number; readonly waitingSince: number },
): Promise<readonly ErasureRow[]> {
  return await handle
    .selectFrom('erasure')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('ends_at', '>', of.now),
        eb.and([eb('ends_at', '>', of.waitingSince), eb('waiting', '>', 0)]),
      ]),
    )
    .orderBy('id')
    .execute();
}

export interface CallToLookAt {
  readonly id: string;
  readonly facts: string;
  readonly phase: string;
  readonly last_event_at: number;
}

/** The next calls of an organization by id; `since`: only those that had an event from then on. */
export async function nextCalls(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly after: string; readonly limit: number },
): Promise<readonly CallToLookAt[]> {
  return await handle
    .selectFrom('call')
    .select(['id', 'facts', 'phase', 'last_event_at'])
    .where('organization_id', '=', scope.organizationId)
    .where('id', '>', of.after)
    .orderBy('id')
    .limit(of.limit)
    .execute();
}

/** Whose contacts the lanes of these calls know. */
export async function memoriesOf(
  handle: Handle,
  callIds: readonly string[],
): Promise<
  readonly {
    readonly call_id: string;
    readonly connection_id: string;
    readonly memory: string;
  }[]
> {
  if (callIds.length === 0) return [];
  return await handle
    .selectFrom('lane')
    .select(['call_id', 'connection_id', 'memory'])
    .where('call_id', 'in', callIds)
    .execute();
}
