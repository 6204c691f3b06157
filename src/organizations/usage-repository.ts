import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Handle } from '../store/handle.ts';
import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import type { UsageCounts } from '../store/tables/organization-life.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

export type UsageMonth = Tables['usage_month'];

/** What is counted, in the order of the answers. */
export const USAGE_COUNTS = [
  'calls',
  'delivered_steps',
  'parked_steps',
  'recordings',
  'recording_bytes',
  'lookups',
  'crm_requests',
] as const satisfies readonly (keyof UsageCounts)[];

/**
 * Counts a fact in the transaction that makes it; `id` names the fact, so that it counts once. A
 * row of its own: facts of one organization do not wait for each other.
 */
export async function insertUsage(
  handle: Handle,
  scope: OrganizationScope,
  fact: { readonly id: string; readonly month: string } & Partial<UsageCounts>,
): Promise<void> {
  const { id, month, ...counts } = fact;
  const { organizationId } = scope;
  await insertDelta(handle, {
    ...{ id, month, organization_id: organizationId },
    ...NOTHING,
    ...counts,
  });
}

const insertDelta = prepared((handle, row: Tables['usage_delta']) =>
  handle
    .insertInto('usage_delta')
    .values({ ...row })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

const NOTHING: UsageCounts = {
  calls: 0,
  delivered_steps: 0,
  parked_steps: 0,
  recordings: 0,
  recording_bytes: 0,
  lookups: 0,
  crm_requests: 0,
};

/** Usage by month, oldest first: what is summed up and what is not yet. */
export async function selectUsage(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  range: { readonly from: string; readonly to: string },
): Promise<readonly UsageMonth[]> {
  const own =
    'organizationId' in scope ? sql`and organization_id = ${scope.organizationId}` : sql``;
  const within = sql`month >= ${range.from} and month <= ${range.to} ${own}`;
  const { rows } = await sql<UsageMonth>`
    select organization_id, month, ${sql.join(USAGE_COUNTS.map(summed))} from (
      select organization_id, month, ${columns()} from usage_month where ${within}
      union all
      select organization_id, month, ${columns()} from usage_delta where ${within}
    ) as facts group by organization_id, month order by month, organization_id`.execute(handle);
  return rows;
}

/** Takes out facts that are not summed up yet, and gives their sums; at most `limit` facts. */
export async function takeUsage(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  limit: number,
): Promise<readonly UsageMonth[]> {
  const own =
    'organizationId' in scope ? sql`where organization_id = ${scope.organizationId}` : sql``;
  const { rows } = await sql<Tables['usage_delta']>`delete from usage_delta where id in
    (select id from usage_delta ${own} order by id limit ${limit}) returning *`.execute(handle);
  const sums = new Map<string, UsageMonth>();
  for (const { id: _, ...row } of rows) {
    const key = `${row.organization_id} ${row.month}`;
    const sum = sums.get(key) ?? { ...row, ...NOTHING };
    for (const count of USAGE_COUNTS) sum[count] += row[count];
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** Adds sums to their months, each of which comes once. In one order for all nodes, so that two do not wait for each other. */
export async function addUsage(handle: Handle, sums: readonly UsageMonth[]): Promise<void> {
  const known = await handle
    .selectFrom('organization')
    .select('id')
    .where('id', 'in', ['', ...new Set(sums.map((sum) => sum.organization_id))])
    .execute();
  const there = new Set(known.map((row) => row.id));
  const sorted = sums
    .filter((sum) => there.has(sum.organization_id))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (sorted.length === 0) return;
  await handle
    .insertInto('usage_month')
    .values(sorted)
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'month'])
        .doUpdateSet((eb) =>
          Object.fromEntries(
            USAGE_COUNTS.map((count) => [
              count,
              eb(eb.ref(`usage_month.${count}`), '+', eb.ref(`excluded.${count}`)),
            ]),
          ),
        ),
    )
    .execute();
}

function keyOf(sum: UsageMonth): string {
  return `${sum.organization_id} ${sum.month}`;
}

function columns(): RawBuilder<unknown> {
  return sql.join(USAGE_COUNTS.map((count) => sql.ref(count)));
}

function summed(count: string): RawBuilder<unknown> {
  return sql`sum(${sql.ref(count)}) as ${sql.ref(count)}`;
}
