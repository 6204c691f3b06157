import { readFacts } from '../../src/calls/call-repository.ts';
import type { Database } from '../../src/store/database.ts';
import type { LedgerLane } from './auditor.ts';

/** Every lane that a database holds, with its steps and its call's events. */
export async function readLedger(
  database: Pick<Database, 'read'>,
): Promise<readonly (LedgerLane & { readonly connectionId: string })[]> {
  const lanes = await database.read
    .selectFrom('lane')
    .innerJoin('call', 'call.id', 'lane.call_id')
    .select(['lane.id', 'lane.call_id', 'lane.call_key', 'lane.connection_id'])
    .select(['call.external_id', 'call.facts'])
    .execute();
  const steps = await database.read
    .selectFrom('step')
    .select(['id', 'lane_id', 'method', 'state', 'reason', 'message', 'possible_duplicate'])
    .execute();
  const lost = await database.read
    .selectFrom('attempt')
    .select('step_id')
    .where('purpose', '=', 'run')
    .where((eb) => eb.or([eb('state', '=', 'lost'), eb('effect', '=', 'unknown')]))
    .execute();
  const lostOf = Map.groupBy(lost, (attempt) => attempt.step_id);
  const events = await database.read.selectFrom('call_event').select(['call_id', 'kind']).execute();
  const stepsOf = Map.groupBy(steps, (step) => step.lane_id);
  const eventsOf = Map.groupBy(events, (event) => event.call_id);
  return lanes.map((lane) => ({
    callId: lane.external_id,
    connectionId: lane.connection_id,
    key: lane.call_key,
    number: readFacts(lane)?.callingNumber ?? '',
    events: (eventsOf.get(lane.call_id) ?? []).map((event) => event.kind),
    steps: (stepsOf.get(lane.id) ?? []).map((step) => ({
      method: step.method,
      state: step.state,
      reason: step.reason,
      message: step.message,
      possibleDuplicate: step.possible_duplicate === 1,
      unknowns: lostOf.get(step.id)?.length ?? 0,
    })),
  }));
}
