import type { Transaction } from 'kysely';

import type { Limit } from '../document/options/limits.ts';
import type { Tables } from '../store/schema.ts';
import { backgroundSlot, backgroundWindow } from './background-pace.ts';
import { nextSlot, windowMs } from './pace.ts';
import type { Buckets } from './pace.ts';

export interface SlotRequest {
  readonly connectionId: string;
  readonly organizationId: string;
  /** At most one per span of time. */
  readonly limits: readonly Limit[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** The latest time that the caller takes; `now` where it does not wait. */
  readonly until: number;
}

/**
 * Takes one slot of every limit of a connection, or none of them: exact over all nodes, since the
 * rows are the buckets and stay locked until the commit. `taken`: the request may leave at `at`, not
 * before. `later`: nothing was taken; it may be asked for again at `at`. Times are epoch milliseconds.
 */
export async function takeSlots(
  transaction: Transaction<Tables>,
  request: SlotRequest,
): Promise<{ readonly status: 'taken' | 'later'; readonly at: number }> {
  const { limits, now, until } = request;
  if (limits.length === 0) return { status: 'taken', at: now };
  const buckets = await lockBuckets(transaction, request, limits.map(windowMs));
  const slot = nextSlot(limits, buckets, now);
  if (slot.at > until) return { status: 'later', at: slot.at };
  await writeBuckets(transaction, request, slot.next);
  return { status: 'taken', at: slot.at };
}

/** The same for a request of the background, which waits for nobody to be before it; see `backgroundSlot`. */
export async function takeBackgroundSlots(
  transaction: Transaction<Tables>,
  request: Omit<SlotRequest, 'until'>,
): Promise<{ readonly status: 'taken' | 'later'; readonly at: number }> {
  const { limits, now } = request;
  if (limits.length === 0) return { status: 'taken', at: now };
  const windows = limits.flatMap((limit) => [windowMs(limit), backgroundWindow(limit)]);
  const buckets = await lockBuckets(transaction, request, windows);
  const slot = backgroundSlot(limits, buckets, now);
  if (slot.at > now) return { status: 'later', at: slot.at };
  await writeBuckets(transaction, request, slot.next);
  return { status: 'taken', at: slot.at };
}

/** The buckets of several connections as they stand, without locking them. */
export async function readBuckets(
  transaction: Transaction<Tables>,
  connectionIds: readonly string[],
): Promise<ReadonlyMap<string, Buckets>> {
  if (connectionIds.length === 0) return new Map();
  const rows = await transaction
    .selectFrom('connection_rate')
    .select(['connection_id', 'window_ms', 'next_us'])
    .where('connection_id', 'in', connectionIds)
    .execute();
  const found = Map.groupBy(rows, (row) => row.connection_id);
  return new Map([...found].map(([id, own]) => [id, toBuckets(own)]));
}

async function writeBuckets(
  transaction: Transaction<Tables>,
  { connectionId }: Pick<SlotRequest, 'connectionId'>,
  buckets: Buckets,
): Promise<void> {
  for (const [window, next] of buckets) {
    await transaction
      .updateTable('connection_rate')
      .set({ next_us: next })
      .where('connection_id', '=', connectionId)
      .where('window_ms', '=', window)
      .execute();
  }
}

async function lockBuckets(
  transaction: Transaction<Tables>,
  request: Pick<SlotRequest, 'connectionId' | 'organizationId'>,
  windows: readonly number[],
): Promise<Buckets> {
  // Whoever locks them in this statement waits for the commit of whoever did before.
  const lock = async () =>
    await transaction
      .updateTable('connection_rate')
      .set((eb) => ({ next_us: eb.ref('next_us') }))
      .where('connection_id', '=', request.connectionId)
      .where('window_ms', 'in', windows)
      .returning(['window_ms', 'next_us'])
      .execute();
  const rows = await lock();
  if (rows.length === windows.length) return toBuckets(rows);
  await transaction
    .insertInto('connection_rate')
    .values(
      windows.map((window_ms) => ({
        connection_id: request.connectionId,
        organization_id: request.organizationId,
        window_ms,
        next_us: 0,
      })),
    )
    .onConflict((conflict) => conflict.columns(['connection_id', 'window_ms']).doNothing())
    .execute();
  return toBuckets(await lock());
}

function toBuckets(rows: readonly { window_ms: number; next_us: number }[]): Buckets {
  return new Map(rows.map((row) => [row.window_ms, row.next_us]));
}
