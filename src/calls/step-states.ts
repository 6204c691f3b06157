import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { firstToRun, ledgerState } from './ledger-steps.ts';
import type { LedgerStepState } from './ledger-steps.ts';
import { toStep } from './step-rows.ts';

/** Where a step of a call stands, without its attempts. */
export interface StepState {
  readonly id: string;
  readonly connectionId: string;
  readonly method: string;
  readonly state: LedgerStepState;
  readonly reason: string | null;
  readonly possibleDuplicate: boolean;
}

/** Where the steps of a call stand, lane by lane, in order; none for a call of somebody else. */
export async function readStepStates(
  database: Pick<Database, 'read' | 'now'>,
  scope: OrganizationScope,
  callId: string,
): Promise<readonly StepState[]> {
  const rows = await database.read
    .selectFrom('lane')
    .innerJoin('step', 'step.lane_id', 'lane.id')
    .selectAll('step')
    .select(['lane.connection_id', 'lane.state as lane_state'])
    .where('lane.call_id', '=', callId)
    .where('lane.organization_id', '=', scope.organizationId)
    .orderBy('lane.connection_id')
    .orderBy('step.rank')
    .orderBy('step.sequence')
    .execute();
  const now = database.now();
  const lanes = Map.groupBy(rows, (row) => row.lane_id);
  return [...lanes.values()].flatMap((own) => {
    const first = firstToRun(own.map(toStep));
    return own.map((row): StepState => {
      const step = toStep(row);
      const held = row.lane_state === 'parked';
      return {
        id: step.id,
        connectionId: row.connection_id,
        method: step.method,
        state: ledgerState(step, { first, now, held }),
        reason: step.reason ?? null,
        possibleDuplicate: step.possibleDuplicate,
      };
    });
  });
}
