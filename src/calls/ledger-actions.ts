import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { again, changeStep, settled } from './change-step.ts';
import type { ActionDeps } from './change-step.ts';
import { mustSettle, settleFirst } from './must-settle.ts';
import { planAgain } from './plan-again.ts';
import { isSettled } from './step.ts';

/**
 * Tries a parked step again, in the order of its lane. Pressing twice does it once. A step whose
 * outcome is unknown goes through the ladder again, and is not simply repeated. Returns the call's
 * id. Throws `not_found`, and `conflict` for a step that is settled otherwise or about which only a
 * person can find out.
 */
export async function replayStep(
  deps: ActionDeps,
  scope: OrganizationScope,
  request: { readonly stepId: string; readonly actor: Actor },
): Promise<string> {
  if (await mustSettle(deps, scope, request.stepId)) throw settleFirst();
  return await changeStep(deps, scope, {
    ...request,
    act: { action: 'step.replayed', actor: request.actor },
    decide: (step, { now }) => {
      if (step.state === 'pending' || step.state === 'sending' || step.state === 'unknown')
        return 'nothing';
      if (step.state === 'parked') return again(step, now);
      throw settled(step);
    },
  });
}

/**
 * Replays every parked step of a call but those that people must settle, and plans the call again on
 * the connections that left it out, with today's links and options. Pressing twice does it once.
 * Returns on how many steps and connections something happens. Throws `not_found`, and `conflict`
 * with the reason when there is nothing to do.
 */
export async function replayCall(
  deps: ActionDeps,
  scope: OrganizationScope,
  request: { readonly callId: string; readonly actor: Actor },
): Promise<number> {
  const again = await planAgain(deps, scope, request);
  const steps = await deps.database.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .select(['step.id', 'step.state'])
    .where('lane.organization_id', '=', scope.organizationId)
    .where('lane.call_id', '=', request.callId)
    .execute();
  const parked = steps.filter(({ state }) => state === 'parked');
  let replayed = 0;
  for (const { id } of parked) {
    if (await mustSettle(deps, scope, id)) continue;
    await replayStep(deps, scope, { stepId: id, actor: request.actor });
    replayed += 1;
  }
  if (again.planned > 0) deps.wake();
  if (replayed > 0 || again.planned > 0) return replayed + again.planned;
  if (parked.length > 0) throw settleFirst();
  if (again.leftOut.length > 0) throw stillLeftOut(again.leftOut);
  if (steps.some((step) => !isSettled(step))) return 0;
  throw new AppError('conflict', 'There is nothing to replay: no step of this call is parked.');
}

function stillLeftOut(reasons: readonly string[]): AppError {
  return new AppError(
    'conflict',
    `There is nothing to replay, and the call is still left out: ${reasons.join('; ')}. Change that (link the extension with a CRM user, or change the option), then replay again.`,
  );
}

/** Gives a step up for ever; later steps that need it are skipped. Throws like `replayStep`. */
export async function discardStep(
  deps: ActionDeps,
  scope: OrganizationScope,
  request: { readonly stepId: string; readonly actor: Actor; readonly reason: string },
): Promise<string> {
  const { actor, reason } = request;
  return await changeStep(deps, scope, {
    ...request,
    act: { action: 'step.discarded', actor, details: { reason } },
    decide: (step) => {
      if (step.state === 'discarded') return 'nothing';
      if (step.state === 'sending' || isSettled(step)) throw settled(step);
      return { state: 'discarded', message: `${actor} gave it up: ${reason}` };
    },
  });
}
