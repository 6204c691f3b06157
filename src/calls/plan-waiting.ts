import type { Database } from '../store/database.ts';
import type { Connections, ConnectionBook } from './call-connection.ts';
import type { DeliveryLog } from './deliver.ts';
import { lockCallRow } from './plan-again.ts';
import { readFacts } from './call-repository.ts';
import { planLanes } from './plan-lanes.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { selectWaitingCalls, selectWaitingConnections } from './waiting-lanes-repository.ts';

/** Lanes of one connection that are planned in one run. */
const MOST_LANES = 10_000;
/** Lanes whose plans share a commit: more would keep everybody else waiting. */
const AT_ONCE = 20;

export interface PlanWaitingDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook;
  readonly log: Pick<DeliveryLog, 'warn'>;
}

/**
 * Plans calls on connections that could not be opened when their events came, and can be now. One
 * that still cannot waits on. Returns how many lanes were planned; there may be more.
 */
export async function planWaiting(deps: PlanWaitingDeps): Promise<number> {
  const { database } = deps;
  let planned = 0;
  for (const waiting of await selectWaitingConnections(database.read)) {
    const connections = await deps.connections.ofOrganization(waiting.organizationId);
    if (connections.shut.includes(waiting.connectionId)) continue;
    const calls = await selectWaitingCalls(database.read, waiting, MOST_LANES);
    for (let at = 0; at < calls.length; at += AT_ONCE) {
      const some = calls.slice(at, at + AT_ONCE);
      await Promise.all(some.map((callId) => planOne(deps, { ...waiting, callId, connections })));
    }
    planned += calls.length;
  }
  if (planned > 0) deps.log.warn({ calls: planned }, 'calls were planned that had waited');
  return planned;
}

async function planOne(
  deps: PlanWaitingDeps,
  of: {
    readonly organizationId: string;
    readonly connectionId: string;
    readonly callId: string;
    readonly connections: Connections;
  },
): Promise<void> {
  const { database } = deps;
  await database.write(async (transaction) => {
    const scope = { organizationId: of.organizationId };
    const call = await lockCallRow(transaction, scope, of.callId);
    const facts = readFacts(call);
    if (facts === undefined) return;
    await planLanes(transaction, deps, {
      call: {
        id: call.id,
        organizationId: call.organization_id,
        phoneSystemId: call.phone_system_id,
        facts,
        sequence: call.event_count,
      },
      connections: of.connections,
      only: new Set([of.connectionId]),
      now: database.now(),
    });
  });
}
