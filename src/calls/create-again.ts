import { AppError } from '../errors/app-error.ts';
import type { LaneMemory } from './call-values.ts';
import type { ByHand } from './change-step.ts';
import { beginAnew } from './settle.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';

/** What tells a record how its call went on; whatever else changed stands in the create already. */
const TOLD_AGAIN: ReadonlySet<string> = new Set(['AnswerCallActivity', 'StopCallActivity']);

/**
 * What becomes of the steps of a call whose record was deleted in the CRM: it is created from its first
 * request on, with the newest facts; answer, end and the recordings that are still here are told again,
 * and so is what was parked because the record was gone. Throws `conflict` where the call has no record
 * that could be gone.
 */
export function createAgain(
  step: Step,
  of: {
    readonly steps: readonly Step[];
    readonly now: number;
    readonly actor: string;
    /** Keys of the recordings that are here. */
    readonly stored: ReadonlySet<string>;
  },
): ByHand {
  const { steps, now, actor, stored } = of;
  const create = steps.find(({ method }) => method === 'CreateActivity');
  if (create === undefined || !mayBeGone(step, create)) throw notGone(step);
  const changes = steps
    .filter((one) => one.id === create.id || one.id === step.id || isToldAgain(one, stored))
    .map((one) => ({ stepId: one.id, change: anew(one, now, actor) }));
  const own = changes.find(({ stepId }) => stepId === step.id);
  return {
    ...(own?.change ?? anew(step, now, actor)),
    others: changes.filter((one) => one !== own),
    learned: withoutRecord,
  };
}

function withoutRecord(memory: LaneMemory): LaneMemory {
  const { activity: _activity, createdAt: _createdAt, ...kept } = memory;
  return kept;
}

/** Its record was made, as a whole or by one of its requests. */
function mayBeGone(step: Step, create: Step): boolean {
  if (step.id === create.id) return step.progress !== undefined;
  return step.rank > create.rank && create.state === 'done';
}

function isToldAgain(step: Step, stored: ReadonlySet<string>): boolean {
  if (step.state === 'parked') return step.reason === 'gone';
  if (step.state !== 'done') return false;
  const isHere = step.recordingKey !== undefined && stored.has(step.recordingKey);
  return TOLD_AGAIN.has(step.method) || isHere;
}

function anew(step: Step, now: number, actor: string): StepChange {
  const message = `${actor} found the record of the call deleted in the CRM: it is created again`;
  const keyNumber = step.keyNumber + 1;
  return { ...beginAnew(now), message, progress: null, sentValues: null, keyNumber };
}

function notGone(step: Step): AppError {
  return new AppError(
    'conflict',
    `The call has no record in the CRM that could have been deleted: replay ${step.method}, or settle it as absent.`,
  );
}
