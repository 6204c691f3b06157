import type { Selectable } from 'kysely';

import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import { readPage } from '../../store/page.ts';
import type { Page, PageOf } from '../../store/page.ts';
import { prepared } from '../../store/prepared.ts';
import type { Tables } from '../../store/schema.ts';
import { FORGOTTEN } from './sealed-person.ts';

export type ErasureRow = Selectable<Tables['erasure']>;

/** The digests of an erasure, as they were written. */
export function readDigests({ digests }: Pick<ErasureRow, 'digests'>): readonly string[] {
  return JSON.parse(digests) as readonly string[];
}

/** Notes that somebody is to be erased. */
export async function insertErasure(handle: Handle, row: ErasureRow): Promise<void> {
  await handle.insertInto('erasure').values(row).execute();
}

/** Whoever works on an erasure, as `claimErasure` gave it. */
export interface ErasureClaim {
  readonly id: string;
  readonly organizationId: string;
  readonly fence: number;
}

/** Takes an erasure for a time; `undefined` while another process works on it. */
export async function claimErasure(
  handle: Handle,
  of: {
    readonly organizationId: string;
    readonly id: string;
    readonly node: string;
    readonly now: number;
    readonly until: number;
  },
): Promise<ErasureRow | undefined> {
  return await handle
    .updateTable('erasure')
    .set((eb) => ({ fence: eb('fence', '+', 1), node: of.node, lease_until: of.until }))
    .where('organization_id', '=', of.organizationId)
    .where('id', '=', of.id)
    // After a restart a process has the same name.
    .where((eb) => eb.or([eb('lease_until', '<=', of.now), eb('node', '=', of.node)]))
    .returningAll()
    .executeTakeFirst();
}

export type ErasureChange = Partial<
  Pick<
    ErasureRow,
    'looked_at' | 'applied_at' | 'waiting' | 'waiting_from' | 'counts' | 'lease_until'
  >
> & { readonly key_id?: null; readonly nonce?: null; readonly sealed?: null };

/** Notes how far an erasure is; false when another process has taken it, and then nothing is noted. */
export async function updateClaimed(
  handle: Handle,
  claim: ErasureClaim,
  change: ErasureChange,
): Promise<boolean> {
  const result = await handle
    .updateTable('erasure')
    .set(change)
    .where('organization_id', '=', claim.organizationId)
    .where('id', '=', claim.id)
    .where('fence', '=', claim.fence)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Has an erasure look at everything again; whoever works on it stops. */
export async function beginAgain(
  handle: Handle,
  scope: OrganizationScope,
  id: string,
  change: Pick<
    ErasureRow,
    'asked_at' | 'ends_at' | 'digests' | 'key_id' | 'nonce' | 'sealed' | 'keep_out'
  >,
): Promise<void> {
  await handle
    .updateTable('erasure')
    .set((eb) => ({
      ...change,
      ...{ looked_at: '', applied_at: null, lease_until: 0 },
      fence: eb('fence', '+', 1),
    }))
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .execute();
}

/**
 * Lets somebody be kept again from now on (epoch milliseconds), within the day, too; false where nobody
 * was kept out.
 */
export async function readmit(
  handle: Handle,
  scope: OrganizationScope,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<boolean> {
  const ended = await handle
    .updateTable('erasure')
    .set({ ends_at: now })
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .where('ends_at', '>', now)
    .executeTakeFirst();
  const takenBack = await handle
    .updateTable('erasure')
    .set({ keep_out: 0 })
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .where('keep_out', '=', 1)
    .executeTakeFirst();
  // The last round at the end of a day would erase what has just come back.
  await handle
    .updateTable('erasure')
    .set((eb) => ({ ...FORGOTTEN, lease_until: 0, fence: eb('fence', '+', 1) }))
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', id)
    .where('applied_at', 'is not', null)
    .execute();
  return ended.numUpdatedRows > 0n || takenBack.numUpdatedRows > 0n;
}

/** Digests of people of whom nothing is to be kept now. */
export async function listKeptOut(
  handle: Handle,
  scope: OrganizationScope,
  now: number,
): Promise<readonly string[]> {
  const rows = await selectKeptOut(handle, { organizationId: scope.organizationId, now });
  return rows.flatMap(readDigests);
}

const selectKeptOut = prepared(
  (handle, of: { readonly organizationId: string; readonly now: number }) =>
    handle
      .selectFrom('erasure')
      .select('digests')
      .where('organization_id', '=', of.organizationId)
      .where((eb) => eb.or([eb('ends_at', '>', of.now), eb('keep_out', '=', 1)])),
);

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

/** The erasure of this wish that is still applied: a repeat is the same one. */
export async function findSameErasure(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly wish: string; readonly now: number },
): Promise<ErasureRow | undefined> {
  return await handle
    .selectFrom('erasure')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('wish', '=', of.wish)
    .where((eb) => eb.or([eb('ends_at', '>', of.now), eb('waiting', '>', 0)]))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Erasures of an organization, oldest first. */
export async function listErasuresOf(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<ErasureRow>> {
  const query = handle
    .selectFrom('erasure')
    .selectAll()
    .where('organization_id', '=', scope.organizationId);
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/**
 * Those that are applied still, of all organizations: until their end, while a call waits, and once
 * more, to forget who it was.
 */
export async function listErasures(
  handle: Handle,
  _scope: AdminScope,
  now: number,
): Promise<readonly ErasureRow[]> {
  return await handle
    .selectFrom('erasure')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('ends_at', '>', now),
        eb('waiting', '>', 0),
        eb('applied_at', 'is', null),
        eb('sealed', 'is not', null),
      ]),
    )
    .orderBy('id')
    .execute();
}

export interface CallToLookAt {
  readonly id: string;
  readonly facts: string;
  readonly created_at: number;
  readonly last_event_at: number;
}

/** The next calls of an organization by id. */
export async function nextCalls(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly after: string; readonly limit: number },
): Promise<readonly CallToLookAt[]> {
  return await handle
    .selectFrom('call')
    .select(['id', 'facts', 'created_at', 'last_event_at'])
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
