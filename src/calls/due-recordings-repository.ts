import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';

import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import type { RecordingRow } from './recording-repository.ts';

// Written out: a partial index is not used for a bound value.
const waits = sql<boolean>`state = 'announced' and ready_at is not null and failure is null
  and (address is not null or source_url is not null)`;

const selectDue = prepared((handle, of: { readonly now: number }) =>
  handle.selectFrom('recording').select('id').where(waits).where('ready_at', '<=', of.now).limit(1),
);

/** Whether the fetch of any recording is due. A claim asks this first, since it mostly finds none. */
export async function isAnyDue(handle: Kysely<Tables>, now: number): Promise<boolean> {
  return (await selectDue(handle, { now })).length > 0;
}

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
  const due = sql`${waits} and ready_at <= ${claim.now}`;
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
