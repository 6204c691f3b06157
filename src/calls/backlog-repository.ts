import { sql } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';

/** Calls of an organization that wait to be sent, and its parked steps, together; at most `most`. */
export async function countBacklog(
  handle: Handle,
  scope: OrganizationScope,
  most: number,
): Promise<number> {
  // States are written out: a partial index is not used for a bound value.
  const { rows } = await sql<{ readonly n: number }>`
    select count(*) as n from (
      select 1 as one from lane where state = 'ready' and connection_id in
        (select id from connection where organization_id = ${scope.organizationId})
      union all
      select 1 as one from step
        where state = 'parked' and organization_id = ${scope.organizationId}
      limit ${most}) as waiting`.execute(handle);
  return Number(rows[0]?.n ?? 0);
}
