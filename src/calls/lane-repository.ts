import type { Insertable, Kysely, Transaction, Updateable } from 'kysely';

import { prepared } from '../store/prepared.ts';
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
  return (await selectSteps(handle, { laneId })).map(toStep);
}

const selectSteps = prepared((handle, of: { readonly laneId: string }) =>
  handle
    .selectFrom('step')
    .selectAll()
    .where('lane_id', '=', of.laneId)
    .orderBy('rank')
    .orderBy('sequence'),
);

/**
 * Locks the lane for this transaction and says that its plan changes: whoever read it before must
 * read again. `undefined` when this call has no lane on the connection yet.
 */
export async function touchLane(
  transaction: Transaction<Tables>,
  of: { callId: string; connectionId: string; now: number },
): Promise<LaneRow | undefined> {
  const { callId, connectionId, now } = of;
  const [lane] = await raiseRevision(transaction, { callId, connectionId, now });
  return lane;
}

const raiseRevision = prepared(
  (handle, of: { readonly callId: string; readonly connectionId: string; readonly now: number }) =>
    handle
      .updateTable('lane')
      .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: of.now }))
      .where('call_id', '=', of.callId)
      .where('connection_id', '=', of.connectionId)
      .returningAll(),
);

/** Locks the lane if the lease still holds; `undefined` means that we were replaced. */
export async function lockLeased(
  transaction: Transaction<Tables>,
  lease: Lease,
  now: number,
): Promise<LaneRow | undefined> {
  const { laneId, fence } = lease;
  const [lane] = await touchLeased(transaction, { laneId, fence, now });
  return lane;
}

const touchLeased = prepared((handle, of: Lease & { readonly now: number }) =>
  handle
    .updateTable('lane')
    .set({ updated_at: of.now })
    .where('id', '=', of.laneId)
    .where('fence', '=', of.fence)
    .where('state', '=', 'leased')
    .returningAll(),
);

/** Adds a lane, and unless its connection is `paced` what the connection's claims need. */
export async function insertLane(
  transaction: Transaction<Tables>,
  lane: LaneRow,
  connection: { readonly paced?: boolean } = {},
): Promise<void> {
  await insertLaneRow(transaction, lane);
  if (connection.paced === true) return;
  await insertPace(transaction, {
    connection_id: lane.connection_id,
    organization_id: lane.organization_id,
    next_cell_at: 0,
    claimed_at: 0,
    forbidden: '[]',
  });
}

const insertLaneRow = prepared((handle, row: LaneRow) =>
  handle.insertInto('lane').values({ ...row }),
);

const insertPace = prepared((handle, row: Insertable<Tables['connection_pace']>) =>
  handle
    .insertInto('connection_pace')
    .values({ ...row })
    .onConflict((conflict) => conflict.column('connection_id').doNothing()),
);

/** Changes a lane whose call's row the caller has locked. */
export async function restLane(
  transaction: Transaction<Tables>,
  laneId: string,
  change: Updateable<Tables['lane']>,
): Promise<void> {
  await writeLane(transaction, { ...change, of_lane: laneId });
}

const writeLane = prepared(
  (
    handle,
    { of_lane: laneId, ...change }: Updateable<Tables['lane']> & { readonly of_lane: string },
  ) => handle.updateTable('lane').set(change).where('id', '=', laneId),
);

/** The lane if the lease still holds, without locking it. */
export async function findLeased(handle: Handle, lease: Lease): Promise<LaneRow | undefined> {
  const [lane] = await selectLeased(handle, { laneId: lease.laneId, fence: lease.fence });
  return lane;
}

const selectLeased = prepared((handle, of: Lease) =>
  handle
    .selectFrom('lane')
    .selectAll()
    .where('id', '=', of.laneId)
    .where('fence', '=', of.fence)
    .where('state', '=', 'leased'),
);

/** What is known of a lane's call, and how many lanes it has. */
export async function findCallOfLane(
  handle: Handle,
  callId: string,
): Promise<{ readonly facts: string; readonly lanes: number | null }> {
  const [call] = await selectCallOfLane(handle, { callId });
  if (call === undefined) throw new Error('a lane without its call');
  return call;
}

const selectCallOfLane = prepared((handle, { callId }: { readonly callId: string }) =>
  handle
    .selectFrom('call')
    .select('facts')
    .select((eb) =>
      eb
        .selectFrom('lane')
        .select((count) => count.fn.countAll<number>().as('n'))
        .where('call_id', '=', callId)
        .as('lanes'),
    )
    .where('id', '=', callId),
);

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
  await changeLane(transaction, { ...change, lease_lane: lease.laneId, lease_fence: lease.fence });
}

const changeLane = prepared(
  (
    handle,
    {
      lease_lane: laneId,
      lease_fence: fence,
      ...change
    }: Updateable<Tables['lane']> & { readonly lease_lane: string; readonly lease_fence: number },
  ) => handle.updateTable('lane').set(change).where('id', '=', laneId).where('fence', '=', fence),
);

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
  const { organizationId, connectionId, extensions } = of;
  const [number = ''] = extensions;
  const rows =
    extensions.length === 1
      ? await selectLink(handle, { organizationId, connectionId, number })
      : await linksOf(handle, { organizationId, connectionId })
          .where('extension.number', 'in', extensions)
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

interface LinksOf {
  readonly organizationId: string;
  readonly connectionId: string;
}

function linksOf(handle: Handle, of: LinksOf) {
  return handle
    .selectFrom('user_link')
    .innerJoin('extension', 'extension.id', 'user_link.extension_id')
    .select(['extension.number', 'extension.email'])
    .select(['user_link.crm_user_id', 'user_link.crm_user_name', 'user_link.locals'])
    .where('user_link.organization_id', '=', of.organizationId)
    .where('user_link.connection_id', '=', of.connectionId);
}

/** Nearly every call has one extension. */
const selectLink = prepared((handle, of: LinksOf & { readonly number: string }) =>
  linksOf(handle, of).where('extension.number', '=', of.number),
);
