import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import type { CallEvent } from './call-event.ts';
import { CLOSED_WITHOUT_END } from './call-facts.ts';
import type { DeliveryLog } from './deliver.ts';
import { recordEvent } from './intake.ts';
import type { Onlooker } from './onlooker.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { isSilent, selectSilentCalls } from './silent-calls-repository.ts';
import { storableJson } from './storable-json.ts';

/** A call that is silent for this long has ended, and its end was lost. */
const SILENT_MS = 6 * 60 * 60 * 1_000;
const BATCH = 100;

export interface CloseSilentDeps<C extends CallConnection = CallConnection> extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook<C>;
  readonly onlooker?: Pick<Onlooker<C>, 'arrives'> | undefined;
  readonly log: Pick<DeliveryLog, 'warn'>;
}

type SilentCall = Awaited<ReturnType<typeof selectSilentCalls>>[number];

/**
 * Ends calls whose end was never reported, with an unknown duration and flagged as such. One that
 * cannot be ended is logged and tried again in the next run. Returns how many were ended.
 */
export async function closeSilentCalls<C extends CallConnection>(
  deps: CloseSilentDeps<C>,
  silentMs: number = SILENT_MS,
): Promise<number> {
  const { database } = deps;
  const before = database.now() - silentMs;
  const calls = await selectSilentCalls(database.read, { before, limit: BATCH });
  let closed = 0;
  for (const call of calls) {
    try {
      if (await close(deps, call, before)) closed += 1;
    } catch (err) {
      deps.log.warn({ err, call_id: call.id }, 'a silent call could not be ended');
    }
  }
  return closed;
}

/** False when something was heard of it meanwhile. */
async function close<C extends CallConnection>(
  deps: CloseSilentDeps<C>,
  call: SilentCall,
  before: number,
): Promise<boolean> {
  const { database } = deps;
  const connections = await deps.connections.ofOrganization(call.organization_id);
  const recorded = await database.write(async (transaction) => {
    if (!(await isSilent(transaction, call, before))) return undefined;
    return await recordEvent(transaction, deps, {
      identity: {
        organizationId: call.organization_id,
        phoneSystemId: call.phone_system_id,
        externalId: call.external_id,
        // Its phone system may have begun another call with the same id since.
        id: call.id,
      },
      event: endOf(call),
      body: storableJson({
        note: 'written by Patchcord: the end of this call was never reported',
      }),
      connections,
      now: database.now(),
    });
  });
  if (recorded?.stored !== undefined) {
    const { organization_id: organizationId, phone_system_id: phoneSystemId } = call;
    const arrival = { organizationId, phoneSystemId, event: endOf(call), connections };
    deps.onlooker?.arrives(arrival)?.(recorded.stored);
  }
  return recorded !== undefined;
}

function endOf(call: SilentCall): CallEvent {
  return {
    eventId: CLOSED_WITHOUT_END,
    callId: call.external_id,
    kind: 'ended',
    cause: CLOSED_WITHOUT_END,
    extensions: [],
    unknownKeys: [],
  };
}
