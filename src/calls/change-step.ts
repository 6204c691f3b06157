import type { Transaction } from 'kysely';

import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import type { LaneMemory } from './call-values.ts';
import { readSteps, restingState } from './lane-repository.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { forgetFailure } from './recording-repository.ts';
import { beginAnew } from './settle.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';
import { readMemory, stepUpdate } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';
import { storableJson } from './storable-json.ts';

export interface ActionDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly connections: ConnectionBook<CallConnection>;
  readonly wake: () => void;
}

/** What a person did, for the audit log. */
export interface Act {
  readonly action: string;
  readonly actor: Actor;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a person's deed makes of a step, and of what its lane knows. */
export type ByHand = StepChange & {
  /** What the CRM has, by the person's word. */
  readonly learned?: (memory: LaneMemory) => LaneMemory;
  /** The lane is replayed with others since then: of a connection without a limit, one at a time. */
  readonly replayedAt?: number;
  /** Further steps of the lane that change with it. */
  readonly others?: readonly { readonly stepId: string; readonly change: StepChange }[];
};

/**
 * Changes a step by a person's hand, under the lock of its lane, with a line in the audit log. Returns
 * the call's id. Throws `not_found`, and what `decide` throws.
 */
export async function changeStep(
  deps: ActionDeps,
  scope: OrganizationScope,
  work: {
    readonly stepId: string;
    readonly act: Act;
    readonly decide: (
      step: Step,
      at: { now: number; steps: readonly Step[] },
    ) => ByHand | 'nothing';
  },
): Promise<string> {
  const callId = await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    const lane = await lockLaneOf(transaction, scope, { stepId: work.stepId, now });
    const steps = await readSteps(transaction, lane.id);
    const step = steps.find((one) => one.id === work.stepId);
    if (step === undefined) throw notFound(work.stepId);
    const change = work.decide(step, { now, steps });
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
  of: { lane: LaneRow; step: Step; change: ByHand; now: number },
): Promise<void> {
  const { lane, step, now } = of;
  const { learned, replayedAt, others = [], ...change } = of.change;
  for (const { stepId, change: its } of [{ stepId: step.id, change }, ...others]) {
    await transaction
      .updateTable('step')
      .set(stepUpdate(its, now))
      .where('id', '=', stepId)
      .execute();
  }
  const steps = await readSteps(transaction, lane.id);
  await transaction
    .updateTable('lane')
    .set({
      ...(learned === undefined ? {} : { memory: storableJson(learned(readMemory(lane))) }),
      updated_at: now,
      ...(replayedAt === undefined ? {} : { replayed_at: replayedAt }),
      ...(lane.state === 'leased' ? {} : restingState(steps, now)),
    })
    .where('id', '=', lane.id)
    .execute();
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

/** A parked step is tried again where it stands; one of unknown outcome goes through the ladder. */
export function again(step: Step, now: number): ByHand {
  const message = 'Somebody asked for it to be tried again';
  if (step.reason === 'unknown_outcome' || step.reason === 'executed_without_id') {
    const { executed: _, ...anew } = beginAnew(now);
    return { ...anew, state: 'unknown', unknownAt: now, message };
  }
  return { ...beginAnew(now), executed: step.executed, message, ...withNewKey(step) };
}

/**
 * What was surely refused goes again under another key: a CRM may answer the old one with its old
 * refusal. A request of unknown outcome keeps its key.
 */
function withNewKey({ sentValues, keyNumber }: Step): Pick<StepChange, 'keyNumber'> {
  return sentValues === undefined ? { keyNumber: keyNumber + 1 } : {};
}

function notFound(stepId: string): AppError {
  return new AppError('not_found', `There is no step '${stepId}'.`);
}

/** Why a step cannot be changed by hand. */
export function settled(step: Step): AppError {
  return new AppError(
    'conflict',
    `The step is ${step.state}: only a parked or unknown one can be changed by hand.`,
  );
}
