import type { Transaction } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { Tables } from '../store/schema.ts';
import type { StepRow } from './step-rows.ts';

/** Which parked steps; a member that is absent chooses all. Times are of the call's first event. */
export interface ReplayFilter {
  readonly connectionId?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export type ParkedStep = StepRow & { readonly connection_id: string; readonly call_id: string };

/** Parked steps of the organization, those of the oldest calls first, in the order of their lanes. */
export async function listParked(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly filter: ReplayFilter; readonly limit: number },
): Promise<readonly ParkedStep[]> {
  const { connectionId, reason, since, until } = of.filter;
  return await handle
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .selectAll('step')
    .select(['lane.connection_id', 'lane.call_id'])
    .where('step.organization_id', '=', scope.organizationId)
    .where('step.state', '=', 'parked')
    .$if(connectionId !== undefined, (all) =>
      all.where('lane.connection_id', '=', connectionId ?? ''),
    )
    .$if(reason !== undefined, (all) => all.where('step.reason', '=', reason ?? ''))
    .$if(since !== undefined, (all) => all.where('lane.created_at', '>=', since ?? 0))
    .$if(until !== undefined, (all) => all.where('lane.created_at', '<', until ?? 0))
    .orderBy('step.lane_id')
    .orderBy('step.rank')
    .orderBy('step.sequence')
    .limit(of.limit)
    .execute();
}

/** When the last lane that is replayed already begins, by connection; epoch milliseconds. */
export async function lastReplays(
  handle: Handle,
  scope: OrganizationScope,
): Promise<ReadonlyMap<string, number>> {
  const rows = await handle
    .selectFrom('lane')
    .select((eb) => ['connection_id', eb.fn.max('ready_at').as('last')])
    .where('organization_id', '=', scope.organizationId)
    // The index of ready lanes is by connection.
    .where('connection_id', 'in', (eb) =>
      eb.selectFrom('connection').select('id').where('organization_id', '=', scope.organizationId),
    )
    .where('state', '=', 'ready')
    .where('replayed_at', 'is not', null)
    .groupBy('connection_id')
    .execute();
  return new Map(rows.map((row) => [row.connection_id, Number(row.last)]));
}

/** True when an older lane of the connection is replayed at this moment. */
export async function isBehindReplay(
  transaction: Transaction<Tables>,
  lane: { readonly id: string; readonly connection_id: string },
): Promise<boolean> {
  const row = await transaction
    .selectFrom('lane')
    .select('id')
    .where('connection_id', '=', lane.connection_id)
    .where('state', '=', 'leased')
    .where('replayed_at', 'is not', null)
    .where('id', '<', lane.id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
