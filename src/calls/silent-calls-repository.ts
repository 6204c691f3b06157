import { sql } from 'kysely';

import type { Handle } from '../store/handle.ts';

/** Calls that live and of which nothing was heard since `before`, the most silent first. */
export async function selectSilentCalls(
  handle: Handle,
  of: { readonly before: number; readonly limit: number },
): Promise<
  readonly { id: string; organization_id: string; phone_system_id: string; external_id: string }[]
> {
  return await handle
    .selectFrom('call')
    .select(['id', 'organization_id', 'phone_system_id', 'external_id'])
    // Written out: a partial index is not used for a bound value.
    .where(sql<boolean>`phase <> 'ended'`)
    .where('last_event_at', '<', of.before)
    .orderBy('last_event_at')
    .limit(of.limit)
    .execute();
}

/** True while nothing more was heard of a call since `before`, and it has not ended. */
export async function isSilent(
  handle: Handle,
  call: { readonly id: string; readonly organization_id: string },
  before: number,
): Promise<boolean> {
  const row = await handle
    .selectFrom('call')
    .select('id')
    .where('organization_id', '=', call.organization_id)
    .where('id', '=', call.id)
    .where('phase', '<>', 'ended')
    .where('last_event_at', '<', before)
    .executeTakeFirst();
  return row !== undefined;
}
