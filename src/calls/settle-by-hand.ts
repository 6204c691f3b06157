import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { LaneMemory } from './call-values.ts';
import { again, changeStep, settled } from './change-step.ts';
import type { ActionDeps, ByHand } from './change-step.ts';
import { createAgain } from './create-again.ts';
import { selectStored } from './recording-repository.ts';
import { beginAnew } from './settle.ts';
import type { Step } from './step.ts';
import { afterFound, tellsOfRecord } from './step-progress.ts';
import type { StepRecord } from './step-runner.ts';

/** What a person saw in the CRM. */
export type Seen =
  /** What was sent is there, under this id where it is a record. */
  | { readonly found: string | undefined }
  /** It is not there. */
  | { readonly absent: true }
  /** The record of the call was there, and was deleted. */
  | { readonly deleted: true };

/**
 * Takes a person's word for what became of a step: `found` in the CRM (with the id of the record
 * where it makes one), so the call goes on; `absent`, so this request is sent again; `deleted`, so the
 * record of the call is created again from its first request on. Returns the call's id. Throws
 * `not_found`, `invalid_request` for a create without an id, `conflict` for a step whose outcome is
 * known or that is under way.
 */
export async function settleUnknown(
  deps: ActionDeps,
  scope: OrganizationScope,
  request: { readonly stepId: string; readonly actor: Actor; readonly answer: Seen },
): Promise<string> {
  const { answer, actor, stepId } = request;
  const stored = 'deleted' in answer ? await storedKeys(deps, scope, stepId) : new Set<string>();
  return await changeStep(deps, scope, {
    stepId,
    act: {
      action: 'step.settled',
      actor,
      details: 'found' in answer ? { found: answer.found ?? null } : answer,
    },
    decide: (step, { now, steps }) => {
      if (step.state !== 'unknown' && step.state !== 'parked') throw settled(step);
      if ('deleted' in answer) return createAgain(step, { steps, now, actor, stored });
      if ('absent' in answer) return sentAnew(step, now);
      return asFound(step, { id: answer.found, now, actor });
    },
  });
}

/** Nothing of it is there, so its next try is the first one, under a key of its own. */
function sentAnew(step: Step, now: number): ByHand {
  const { message = '' } = again(step, now);
  return { ...beginAnew(now), message, sentValues: null, keyNumber: step.keyNumber + 1 };
}

function asFound(
  step: Step,
  of: { readonly id: string | undefined; readonly now: number; readonly actor: Actor },
): ByHand {
  const { id, now, actor } = of;
  if (id === undefined && step.method === 'CreateActivity' && tellsOfRecord(step)) {
    throw new AppError('invalid_request', 'Say the id of the record in the CRM: `activity_id`.');
  }
  const message = `${actor} found it in the CRM`;
  const record = id === undefined ? {} : recordOf(step, id);
  const common = { message, sentValues: null };
  if (step.progress !== undefined) {
    // Its other requests follow, and the last one tells the lane.
    const progress = afterFound(step.progress, record, now);
    return { ...beginAnew(now), ...common, progress };
  }
  const change = { ...common, state: 'done' } as const;
  return id === undefined
    ? change
    : { ...change, learned: (memory) => learn(memory, step, record) };
}

/** An upload and a change make no record of their own. */
function recordOf({ method }: Step, id: string): StepRecord {
  if (method === 'UploadFile') return {};
  return method === 'CreateContact' ? { contact_id: id } : { activity_id: id };
}

function learn(memory: LaneMemory, { method }: Step, record: StepRecord): LaneMemory {
  return method === 'CreateContact'
    ? { ...memory, contact: { ...memory.contact, ...record } }
    : { ...memory, activity: { ...memory.activity, ...record } };
}

/** Which recordings of the call can still be uploaded. */
async function storedKeys(
  deps: ActionDeps,
  scope: OrganizationScope,
  stepId: string,
): Promise<ReadonlySet<string>> {
  const lane = await deps.database.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .select('lane.call_id')
    .where('lane.organization_id', '=', scope.organizationId)
    .where('step.id', '=', stepId)
    .executeTakeFirst();
  if (lane === undefined) return new Set();
  const stored = await selectStored(deps.database.read, lane.call_id);
  return new Set(stored.map(({ key }) => key));
}
