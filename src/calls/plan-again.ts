import type { Transaction } from 'kysely';

import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { readFacts } from './call-repository.ts';
import type { CallRow } from './call-repository.ts';
import { planLanes } from './plan-lanes.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';

export interface PlanAgainDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook<CallConnection>;
}

export interface PlannedAgain {
  /** On how many connections something of the call is sent now. */
  readonly planned: number;
  /** Why the others go on leaving it out, in words, each once. */
  readonly leftOut: readonly string[];
}

/**
 * Plans a call again on those connections that have left it out so far, with the links, options and
 * methods of today; what was planned before stays as it is. Throws `not_found`.
 */
export async function planAgain(
  deps: PlanAgainDeps,
  scope: OrganizationScope,
  request: { readonly callId: string; readonly actor: Actor },
): Promise<PlannedAgain> {
  const { database } = deps;
  const left = await database.read
    .selectFrom('lane')
    .select('lane.id')
    .where('organization_id', '=', scope.organizationId)
    .where('call_id', '=', request.callId)
    .where('skip_reason', 'is not', null)
    .execute();
  const connections =
    left.length === 0 ? undefined : await deps.connections.ofOrganization(scope.organizationId);
  return await database.write(async (transaction) => {
    const now = database.now();
    const call = await lockCallRow(transaction, scope, request.callId);
    const facts = readFacts(call);
    if (facts === undefined || connections === undefined) return { planned: 0, leftOut: [] };
    const only = await readLeftOut(transaction, call.id);
    await planLanes(transaction, deps, {
      call: {
        id: call.id,
        organizationId: call.organization_id,
        phoneSystemId: call.phone_system_id,
        facts,
        sequence: call.event_count,
      },
      connections,
      only: new Set(only.keys()),
      now,
    });
    const still = await readLeftOut(transaction, call.id);
    const planned = [...only.keys()].filter((id) => !still.has(id));
    if (planned.length > 0) {
      await recordDeed(transaction, scope, {
        ids: deps.ids,
        actor: request.actor,
        action: 'call.replayed',
        objectKind: 'call',
        objectId: call.id,
        details: { connections: planned },
        at: now,
      });
    }
    return { planned: planned.length, leftOut: [...new Set(still.values())] };
  });
}

/**
 * Locks the call's row as when an event comes, so that no event is planned at the same time. Throws
 * `not_found`.
 */
export async function lockCallRow(
  transaction: Transaction<Tables>,
  scope: OrganizationScope,
  callId: string,
): Promise<CallRow> {
  const call = await transaction
    .updateTable('call')
    .set((eb) => ({ event_count: eb.ref('event_count') }))
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', callId)
    .returningAll()
    .executeTakeFirst();
  if (call === undefined) throw new AppError('not_found', `There is no call '${callId}'.`);
  return call;
}

/** Why connections leave a call out of which they have no record, by id of the connection. */
async function readLeftOut(
  transaction: Transaction<Tables>,
  callId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await transaction
    .selectFrom('lane')
    .select(['connection_id', 'skip_message'])
    .where('call_id', '=', callId)
    .where('skip_reason', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('step')
            .select('step.id')
            .whereRef('step.lane_id', '=', 'lane.id')
            .where('step.method', '=', 'CreateActivity'),
        ),
      ),
    )
    .execute();
  return new Map(rows.map((row) => [row.connection_id, row.skip_message ?? '']));
}
