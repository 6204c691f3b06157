import type { Transaction } from 'kysely';

import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { readSteps, restingState } from './lane-repository.ts';
import { mustSettle, settleFirst } from './must-settle.ts';
import { forgetFailure } from './recording-repository.ts';
import { planAgain } from './plan-again.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { isSettled } from './step.ts';
import type { Step } from './step.ts';
import type { StepChange } from './settle.ts';
import { readMemory, stepUpdate, toStep } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';

export interface ActionDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly connections: ConnectionBook<CallConnection>;
  readonly wake: () => void;
}

interface Act {
  readonly action: string;
  readonly actor: Actor;
  readonly details?: Readonly<Record<string, unknown>>;
}

type Change = StepChange & { readonly firstAt?: null; readonly activityId?: string };

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
    decide: (step, now) => {
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

/**
 * Takes a person's word for what became of a step: `found` in the CRM (with the id of the record
 * where it is a create), or `absent`: then it is sent again. Returns the call's id. Throws
 * `not_found`, `invalid_request` for a create without an id, `conflict` for a step whose outcome is
 * known or that is under way.
 */
export async function settleUnknown(
  deps: ActionDeps,
  scope: OrganizationScope,
  request: {
    readonly stepId: string;
    readonly actor: Actor;
    readonly answer: { readonly found: string | undefined } | { readonly absent: true };
  },
): Promise<string> {
  const { answer, actor } = request;
  const found = 'found' in answer;
  return await changeStep(deps, scope, {
    ...request,
    act: {
      action: 'step.settled',
      actor,
      details: found ? { found: answer.found ?? null } : { absent: true },
    },
    decide: (step, now) => {
      if (step.state !== 'unknown' && step.state !== 'parked') throw settled(step);
      if (!found) return { ...again(step, now), state: 'pending', executed: false };
      if (answer.found === undefined && step.method === 'CreateActivity') {
        throw new AppError(
          'invalid_request',
          'Say the id of the record in the CRM: `activity_id`.',
        );
      }
      const id = answer.found;
      return {
        state: 'done',
        message: `${actor} found it in the CRM`,
        ...(id === undefined ? {} : { activityId: id }),
      };
    },
  });
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

async function changeStep(
  deps: ActionDeps,
  scope: OrganizationScope,
  work: { stepId: string; act: Act; decide: (step: Step, now: number) => Change | 'nothing' },
): Promise<string> {
  const callId = await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    const lane = await lockLaneOf(transaction, scope, { stepId: work.stepId, now });
    const steps = await readSteps(transaction, lane.id);
    const step = steps.find((one) => one.id === work.stepId);
    if (step === undefined) throw notFound(work.stepId);
    const change = work.decide(step, now);
    if (change === 'nothing') return lane.call_id;
    if (work.act.action === 'step.replayed' && step.recordingKey !== undefined) {
      const recording = { callId: lane.call_id, key: step.recordingKey };
      await forgetFailure(transaction, { ...recording, now });
    }
    await applyChange(transaction, { lane, step, change, now });
    await recordDeed(transaction, scope, {
      ids: deps.ids,
      actor: work.act.actor,
      action: work.act.action,
      objectKind: 'step',
      objectId: step.id,
      details: { method: step.method, ...work.act.details },
      at: now,
    });
    return lane.call_id;
  });
  deps.wake();
  return callId;
}

async function applyChange(
  transaction: Transaction<Tables>,
  of: { lane: LaneRow; step: Step; change: Change; now: number },
): Promise<void> {
  const { lane, step, change, now } = of;
  const { firstAt, activityId } = change;
  const row = await transaction
    .updateTable('step')
    .set({ ...stepUpdate(change, now), ...(firstAt === undefined ? {} : { first_at: firstAt }) })
    .where('id', '=', step.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const changed = toStep(row);
  const steps = await readSteps(transaction, lane.id);
  const memory = readMemory(lane);
  const learned =
    activityId === undefined || changed.method === 'UploadFile'
      ? {}
      : { memory: JSON.stringify(learn(memory, changed, activityId)) };
  await transaction
    .updateTable('lane')
    .set({
      ...learned,
      updated_at: now,
      ...(lane.state === 'leased' ? {} : restingState(steps, now)),
    })
    .where('id', '=', lane.id)
    .execute();
}

function learn(memory: ReturnType<typeof readMemory>, step: Step, id: string) {
  return step.method === 'CreateContact'
    ? { ...memory, contact: { ...memory.contact, contact_id: id } }
    : { ...memory, activity: { ...memory.activity, activity_id: id } };
}

/** Locks the lane of a step; a foreign one is as absent as a missing one. */
async function lockLaneOf(
  transaction: Transaction<Tables>,
  scope: OrganizationScope,
  of: { stepId: string; now: number },
): Promise<LaneRow> {
  const lane = await transaction
    .updateTable('lane')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: of.now }))
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', (eb) =>
      eb.selectFrom('step').select('step.lane_id').where('step.id', '=', of.stepId),
    )
    .returningAll()
    .executeTakeFirst();
  if (lane === undefined) throw notFound(of.stepId);
  return lane;
}

function again(step: Step, now: number): Change {
  const unknown = step.reason === 'unknown_outcome' || step.reason === 'executed_without_id';
  return {
    state: unknown ? 'unknown' : 'pending',
    attempts: 0,
    asked: 0,
    readyAt: now,
    firstAt: null,
    message: 'Somebody asked for it to be tried again',
    ...(unknown ? { unknownAt: now } : {}),
  };
}

function notFound(stepId: string): AppError {
  return new AppError('not_found', `There is no step '${stepId}'.`);
}

function settled(step: Step): AppError {
  return new AppError(
    'conflict',
    `The step is ${step.state}: only a parked or unknown one can be changed by hand.`,
  );
}
