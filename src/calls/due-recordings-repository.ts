import { sql } from 'kysely';
import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';
import type { RecordingRow } from './recording-repository.ts';

/**
 * Takes recordings whose fetch is due, so that no other node has them before `until`: of each
 * organization the oldest, then of each the next, so that none waits behind the many of another.
 * `skipLocked` is the database's.
 */
export async function claimDue(
  transaction: Transaction<Tables>,
  claim: {
    readonly now: number;
    readonly until: number;
    readonly limit: number;
    /** Most of one organization, less those of it that are fetched already. */
    readonly perOrganization: number;
    /** How many those are, by the organization's id. */
    readonly underWay: ReadonlyMap<string, number>;
    readonly skipLocked: Parameters<typeof sql>[1];
  },
): Promise<readonly RecordingRow[]> {
  // Asked again where rows are locked: another node may have taken one since they were counted.
  const due = sql`state = 'announced' and ready_at is not null and ready_at <= ${claim.now}
    and failure is null and (address is not null or source_url is not null)`;
  const counts = [...claim.underWay].map(([id, count]) => sql`when ${id} then ${count}`);
  const ahead =
    counts.length === 0 ? sql`0` : sql`case organization_id ${sql.join(counts, sql` `)} else 0 end`;
  const turns = sql`
    select id from (
      select id, ready_at, ${ahead}
        + row_number() over (partition by organization_id order by ready_at, id) as turn
      from recording where ${due}) as counted
    where turn <= ${claim.perOrganization} order by turn, ready_at limit ${claim.limit}`;
  const { rows } = await sql<RecordingRow>`
    update recording set ready_at = ${claim.until}, first_at = coalesce(first_at, ${claim.now})
    where id in (
      select id from recording where id in (${turns}) and ${due} ${claim.skipLocked})
    returning *`.execute(transaction);
  return rows;
}
