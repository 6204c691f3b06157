import { sql } from 'kysely';
import type { Kysely } from 'kysely';

import type { Tables } from '../store/schema.ts';

/** Calls that live and of which nothing was heard since `before`, the most silent first. */
export async function selectSilentCalls(
  handle: Kysely<Tables>,
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
