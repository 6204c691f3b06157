import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';

/** Ids of unclaimed lanes that are due after `after`. */
export async function selectFarLanes(
  handle: Kysely<Tables>,
  of: { readonly after: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await handle
    .selectFrom('lane')
    .select('id')
    // Written out: a partial index is not used for a bound value.
    .where(sql<boolean>`state = 'ready'`)
    .where('ready_at', '>', of.after)
    .limit(of.limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Makes a lane and its steps due that are due after `after`, unless somebody has claimed it. */
export async function clampLanes(
  transaction: Transaction<Tables>,
  of: { readonly ids: readonly string[]; readonly after: number; readonly now: number },
): Promise<void> {
  if (of.ids.length === 0) return;
  await transaction
    .updateTable('lane')
    .set((eb) => ({ ready_at: of.now, revision: eb('revision', '+', 1) }))
    .where('id', 'in', of.ids)
    .where('state', '=', 'ready')
    .where('ready_at', '>', of.after)
    .execute();
  await transaction
    .updateTable('step')
    .set({
      ready_at: of.now,
      unknown_at: sql`case when unknown_at > ${of.now} then ${of.now} else unknown_at end`,
    })
    .where('lane_id', 'in', of.ids)
    .where('state', 'in', ['pending', 'unknown'])
    .where('ready_at', '>', of.after)
    .execute();
}

/** Ids of connections that are throttled, or look for their CRM, after `after` only. */
export async function selectFarConnections(
  handle: Kysely<Tables>,
  of: { readonly after: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await handle
    .selectFrom('connection')
    .select('id')
    .where('state_until', '>', of.after)
    .limit(of.limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Lets connections go on, or look for their CRM, that would do so after `after`. */
export async function clampConnections(
  transaction: Transaction<Tables>,
  of: { readonly ids: readonly string[]; readonly after: number; readonly now: number },
): Promise<void> {
  if (of.ids.length === 0) return;
  await transaction
    .updateTable('connection')
    .set({ state_until: of.now })
    .where('id', 'in', of.ids)
    .where('state_until', '>', of.after)
    .execute();
}
