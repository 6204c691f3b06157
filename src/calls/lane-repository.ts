import type { Kysely, Transaction, Updateable } from 'kysely';

import type { Tables } from '../store/schema.ts';
import { nextInLane } from './lane.ts';
import type { LinkedUser } from './owner.ts';
import type { Step } from './step.ts';
import { toStep } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';

type Handle = Kysely<Tables> | Transaction<Tables>;

/** Whoever settles a lane names the claim that it has. */
export interface Lease {
  readonly laneId: string;
  readonly fence: number;
}

/** Every step of a lane, in order. */
export async function readSteps(handle: Handle, laneId: string): Promise<readonly Step[]> {
  const rows = await handle
    .selectFrom('step')
    .selectAll()
    .where('lane_id', '=', laneId)
    .orderBy('rank')
    .orderBy('sequence')
    .execute();
  return rows.map(toStep);
}

/**
 * Locks the lane for this transaction and says that its plan changes: whoever read it before must
 * read again. `undefined` when this call has no lane on the connection yet.
 */
export async function touchLane(
  transaction: Transaction<Tables>,
  of: { callId: string; connectionId: string; now: number },
): Promise<LaneRow | undefined> {
  return await transaction
    .updateTable('lane')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: of.now }))
    .where('call_id', '=', of.callId)
    .where('connection_id', '=', of.connectionId)
    .returningAll()
    .executeTakeFirst();
}

/** Locks the lane if the lease still holds; `undefined` means that we were replaced. */
export async function lockLeased(
  transaction: Transaction<Tables>,
  lease: Lease,
  now: number,
): Promise<LaneRow | undefined> {
  return await transaction
    .updateTable('lane')
    .set({ updated_at: now })
    .where('id', '=', lease.laneId)
    .where('fence', '=', lease.fence)
    .where('state', '=', 'leased')
    .returningAll()
    .executeTakeFirst();
}

/**
 * The state of a lane that nobody has claimed, from its steps. `dueSince`: when it was due first; one
 * that only waits for its connection keeps its place before younger ones.
 */
export function restingState(
  steps: readonly Step[],
  now: number,
  dueSince = now,
): Pick<LaneRow, 'state' | 'ready_at'> & { readonly replayed_at?: null } {
  const next = nextInLane(steps, now);
  switch (next.kind) {
    case 'run':
    case 'ask':
    case 'skip':
      return { state: 'ready', ready_at: dueSince };
    case 'wait':
      return { state: 'ready', ready_at: next.until };
    case 'parked':
      return { state: 'parked', ready_at: now, replayed_at: null };
    case 'idle':
      return { state: 'idle', ready_at: now, replayed_at: null };
  }
}

/** Gives a claimed lane back, or changes it while the claim lasts. The caller holds the lock. */
export async function updateLane(
  transaction: Transaction<Tables>,
  lease: Lease,
  change: Updateable<Tables['lane']>,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await transaction
    .updateTable('lane')
    .set(change)
    .where('id', '=', lease.laneId)
    .where('fence', '=', lease.fence)
    .execute();
}

/** The CRM users of a call's extensions on one connection, by extension. */
export async function readLinks(
  handle: Handle,
  of: {
    organizationId: string;
    connectionId: string;
    extensions: readonly string[];
  },
): Promise<ReadonlyMap<string, LinkedUser>> {
  if (of.extensions.length === 0) return new Map();
  const rows = await handle
    .selectFrom('user_link')
    .innerJoin('extension', 'extension.id', 'user_link.extension_id')
    .select(['extension.number', 'extension.email'])
    .select(['user_link.crm_user_id', 'user_link.crm_user_name', 'user_link.locals'])
    .where('user_link.organization_id', '=', of.organizationId)
    .where('user_link.connection_id', '=', of.connectionId)
    .where('extension.number', 'in', of.extensions)
    .execute();
  return new Map(
    rows.map((row) => [
      row.number,
      {
        extension: row.number,
        userId: row.crm_user_id,
        userName: row.crm_user_name ?? undefined,
        email: row.email ?? undefined,
        // Written by the user links from texts that `Users` bound.
        locals: JSON.parse(row.locals) as Record<string, string>,
      },
    ]),
  );
}
