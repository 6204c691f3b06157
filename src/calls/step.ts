import type { MethodName } from '../document/methods.ts';
import type { Values } from '../document/values/values.ts';
import type { RecordingFailure } from '../recordings/failure.ts';
import type { MethodProgress } from '../runtime/method-call.ts';

/** The methods that a call leads to. `FindActivity` runs as a question inside another step. */
export type StepMethod = Extract<
  MethodName,
  | 'FindContact'
  | 'CreateContact'
  | 'CreateActivity'
  | 'AnswerCallActivity'
  | 'UpdateActivity'
  | 'AssignActivity'
  | 'StopCallActivity'
  | 'UploadFile'
>;

/** Place in the life cycle of a call: steps run in this order, whatever order events came in. */
export const STEP_RANKS: Readonly<Record<StepMethod, number>> = {
  FindContact: 0,
  CreateContact: 5,
  CreateActivity: 10,
  AnswerCallActivity: 15,
  UpdateActivity: 20,
  AssignActivity: 20,
  StopCallActivity: 30,
  UploadFile: 40,
};

/**
 * `pending`: surely not executed so far. `sending`: committed before the first byte left.
 * `unknown`: sent, and nobody knows whether the CRM executed it. `parked`: waits for a person.
 * `done`, `skipped` (a rule), `discarded` (a person) are final.
 */
export type StepState =
  'pending' | 'sending' | 'done' | 'unknown' | 'parked' | 'skipped' | 'discarded';

/** Why a change is told to the CRM: the parameter `update_reason`. */
export type UpdateReason = 'note' | 'contact' | 'recording' | 'owner' | 'call';

/** Why a step is parked or skipped; `explain.ts` has the words and the advice for each. */
export type StepReason =
  | 'absent_method'
  | 'not_supported'
  | 'missing_value'
  | 'unsafe_value'
  | 'refused'
  | 'forbidden'
  | 'gone'
  | 'unreadable'
  | 'too_large'
  | 'redirected'
  | 'blocked'
  | 'certificate'
  | 'conflict'
  | 'gave_up'
  | 'unknown_outcome'
  | 'executed_without_id'
  | 'recording_unavailable'
  | RecordingFailure
  | 'internal_fault'
  | 'not_identified'
  | 'no_number'
  | 'contact_known'
  | 'recording_known'
  | 'create_skipped'
  | 'answer_skipped'
  | 'rule_of_document'
  | 'rule';

/** Where a step of several requests stands, as kept with it; JSON. */
export interface StepProgress extends MethodProgress {
  /** When its record was made, which may not be visible yet. Epoch milliseconds. */
  readonly since?: number;
  /** Of a request under way: its answer tells the id of the record. */
  readonly makesRecord?: true;
}

/** Which of several requests one is, from 1. */
export interface StepPart {
  readonly number: number;
  readonly of: number;
}

export interface Step {
  readonly id: string;
  /** One step per key and lane, so that planning twice adds nothing. */
  readonly key: string;
  readonly method: StepMethod;
  readonly rank: number;
  readonly sequence: number;
  readonly state: StepState;
  readonly reason?: StepReason;
  readonly message?: string;
  /** Tries that count towards giving up; waiting for a connection counts nothing. */
  readonly attempts: number;
  /** Epoch milliseconds before which nothing happens with it. */
  readonly readyAt: number;
  readonly firstAt?: number;
  readonly reasons: readonly UpdateReason[];
  readonly recordingId?: string;
  readonly recordingKey?: string;
  readonly possibleDuplicate: boolean;
  /** The ladder: since when the outcome is unknown, how often we asked, what is known. */
  readonly unknownAt?: number;
  readonly asked: number;
  readonly executed: boolean;
  /** Of a method of several requests that has begun: where it stands. */
  readonly progress?: StepProgress;
  /** Values of a request that may be repeated only as it was. */
  readonly sentValues?: Values;
  /** Rises when a person has a refused request sent anew: a CRM knows the two apart by their keys. */
  readonly keyNumber: number;
}

/** True for a state that no worker leaves. */
export function isSettled(step: Pick<Step, 'state'>): boolean {
  return step.state === 'done' || step.state === 'skipped' || step.state === 'discarded';
}

/** True for a step that was surely not executed, so that the next try sends the newest facts. */
export function isUnsent(
  step: Pick<Step, 'state' | 'reason' | 'progress' | 'sentValues'>,
): boolean {
  if (step.progress !== undefined || step.sentValues !== undefined) return false;
  return (
    step.state === 'pending' ||
    (step.state === 'parked' &&
      step.reason !== 'unknown_outcome' &&
      step.reason !== 'executed_without_id')
  );
}
