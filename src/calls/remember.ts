import type { DeliveryOptions } from './call-connection.ts';
import type { LaneMemory } from './call-values.ts';
import type { Step } from './step.ts';
import type { StepRecord, StepRun } from './step-runner.ts';

/**
 * What a lane knows after a step is done: the contact that a search or a create told, the record
 * of the call, local values. `message` is set where the ledger should say more than "done".
 */
export function remember(
  memory: LaneMemory,
  of: {
    step: Step;
    purpose: 'run' | 'ask';
    run: StepRun;
    options: Pick<DeliveryOptions, 'multiple_matches'>;
    now: number;
  },
): { readonly memory: LaneMemory; readonly message?: string } {
  const { step, run } = of;
  const first = run.records[0];
  switch (step.method) {
    case 'FindContact':
      return rememberContact(memory, run.records, of.options);
    case 'CreateContact':
      return { memory: first === undefined ? memory : { ...memory, contact: first } };
    case 'CreateActivity':
      return {
        memory: { ...memory, createdAt: of.now, activity: { ...memory.activity, ...first } },
      };
    case 'AnswerCallActivity':
    case 'UpdateActivity':
    case 'AssignActivity':
    case 'StopCallActivity':
    case 'UploadFile':
      return first === undefined || Object.keys(first).length === 0
        ? { memory }
        : // Later answers may tell more of the call's record, but not that it is another one.
          { memory: { ...memory, activity: { ...first, ...memory.activity } } };
  }
}

function rememberContact(
  memory: LaneMemory,
  records: readonly StepRecord[],
  options: Pick<DeliveryOptions, 'multiple_matches'>,
): { readonly memory: LaneMemory; readonly message: string } {
  const [first] = records;
  if (first === undefined) return { memory, message: 'The CRM knows nobody with this number' };
  if (records.length === 1) {
    return { memory: { ...memory, contact: first }, message: 'The caller was identified' };
  }
  if (options.multiple_matches === 'first') {
    const message = `${records.length} contacts have this number; by option the first one gets the call`;
    return { memory: { ...memory, contact: first, candidates: records.length }, message };
  }
  const message = `${records.length} contacts have this number: the user chooses, until then the call has none`;
  return { memory: { ...memory, candidates: records.length }, message };
}
