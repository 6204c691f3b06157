import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { askMethod } from './prepare-step.ts';
import type { Step } from './step.ts';
import { toStep } from './step-rows.ts';

/**
 * True for a parked step of unknown outcome about which the CRM cannot be asked, because the
 * document has no look-up for it: trying again could only park it again or write it twice, so a
 * person must look.
 */
export async function mustSettle(
  deps: { readonly database: Database; readonly connections: ConnectionBook<CallConnection> },
  scope: OrganizationScope,
  stepId: string,
): Promise<boolean> {
  const step = await deps.database.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .selectAll('step')
    .select('lane.connection_id')
    .where('lane.organization_id', '=', scope.organizationId)
    .where('step.id', '=', stepId)
    .executeTakeFirst();
  if (step === undefined || !isOpenQuestion(step)) return false;
  const connection = await deps.connections.open(scope.organizationId, step.connection_id);
  return connection !== undefined && isForPeople(toStep(step), connection);
}

/** The same of a step and its connection that are known already. */
export function isForPeople(step: Step, connection: CallConnection): boolean {
  return isOpenQuestion(step) && askMethod(step, connection) === undefined;
}

function isOpenQuestion({
  state,
  reason,
}: {
  readonly state: string;
  readonly reason?: string | null | undefined;
}): boolean {
  const isUnknown = reason === 'unknown_outcome' || reason === 'executed_without_id';
  return state === 'parked' && isUnknown;
}

/** What a person does with such a step. */
export function settleFirst(): AppError {
  return new AppError(
    'conflict',
    'Nobody knows whether the CRM has this, and the document has no method to ask: look into the CRM, then settle the step as found or absent.',
  );
}
