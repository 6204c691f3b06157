import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import type { UsageCounts } from '../store/tables/organization-life.ts';
import { ADMIN } from './scope.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';
import { addUsage, insertUsage, selectUsage, takeUsage } from './usage-repository.ts';
import type { UsageMonth } from './usage-repository.ts';

/** Facts of one transaction when they are summed up: so many that few touch the same month again. */
const SLICE = 1_000;
/** Months are compared as text. */
const FIRST_MONTH = '0000-01';
const LAST_MONTH = '9999-12';

/** The month of a moment (epoch milliseconds) in UTC: `2026-03`. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/**
 * Counts what an organization used, in the transaction of the fact itself. `id` is the fact's own:
 * counted twice it counts once.
 */
export async function countUsage(
  handle: Handle,
  scope: OrganizationScope,
  fact: { readonly id: string; readonly at: number; readonly counts: Partial<UsageCounts> },
): Promise<void> {
  await insertUsage(handle, scope, { id: fact.id, month: monthOf(fact.at), ...fact.counts });
}

/** Usage by month, oldest first; of all organizations for the operator. Months as `2026-03`. */
export async function readUsage(
  handle: Handle,
  scope: OrganizationScope | AdminScope,
  range: { readonly from?: string | undefined; readonly to?: string | undefined } = {},
): Promise<readonly UsageMonth[]> {
  const { from = FIRST_MONTH, to = LAST_MONTH } = range;
  return await selectUsage(handle, scope, { from, to });
}

/** A month without saying whose it is. */
export function withoutOwner(month: UsageMonth): Omit<UsageMonth, 'organization_id'> {
  const { organization_id: _, ...rest } = month;
  return rest;
}

/**
 * Adds what was counted since the last time to the sums of the months. Any number of processes may
 * do it at once; cut off anywhere, nothing is lost and nothing counts twice.
 */
export async function sumUpUsage(
  database: Database,
  scope: OrganizationScope | AdminScope = ADMIN,
): Promise<void> {
  let taken: number;
  do {
    taken = await database.write(async (transaction) => {
      const sums = await takeUsage(transaction, scope, SLICE);
      if (sums.length > 0) await addUsage(transaction, sums);
      return sums.length;
    });
  } while (taken > 0);
}
