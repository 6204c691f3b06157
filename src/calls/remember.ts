import { choose } from '../contacts/identify/choose.ts';
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
    /** Who may be the caller where a search finds nobody. */
    possible: readonly StepRecord[];
    options: Pick<DeliveryOptions, 'multiple_matches'>;
    now: number;
  },
): { readonly memory: LaneMemory; readonly message?: string } {
  const { step, run, now } = of;
  if (step.method === 'FindContact') {
    return run.records.length === 0 && of.possible.length > 0
      ? rememberPossible(memory, of.possible)
      : rememberContact(memory, run.records, of.options);
  }
  return { memory: learnDone(memory, { step, record: run.records[0] ?? {}, now }) };
}

/** What a lane knows after a step that writes is done: all that its requests bound. */
export function learnDone(
  memory: LaneMemory,
  of: { readonly step: Pick<Step, 'method'>; readonly record: StepRecord; readonly now: number },
): LaneMemory {
  const { record, now } = of;
  const isEmpty = Object.keys(record).length === 0;
  switch (of.step.method) {
    case 'FindContact':
    case 'CreateContact':
      return isEmpty ? memory : { ...memory, contact: record };
    case 'CreateActivity':
      return { ...memory, createdAt: now, activity: { ...memory.activity, ...record } };
    case 'AnswerCallActivity':
    case 'UpdateActivity':
    case 'AssignActivity':
    case 'StopCallActivity':
    case 'UploadFile': {
      if (isEmpty) return memory;
      // Later answers may tell more of the call's record, and newer; not that it is another one.
      const id = memory.activity?.['activity_id'];
      const kept = id === undefined ? {} : { activity_id: id };
      return { ...memory, activity: { ...memory.activity, ...record, ...kept } };
    }
  }
}

/** More contacts with one number than somebody looks through. */
const CHOICES_MAX = 20;

/** Whom a look-up found. */
export interface FoundContacts {
  readonly records: readonly StepRecord[];
  /** Whose call it is by the connection's rule; undefined: nobody's, or a person must choose. */
  readonly chosen: StepRecord | undefined;
  /** For the ledger: who told it, and by which rule it was chosen. */
  readonly message: string;
}

function rememberPossible(
  memory: LaneMemory,
  records: readonly StepRecord[],
): { readonly memory: LaneMemory; readonly message: string } {
  const message = `The CRM knows nobody with this number. ${possibleWords(records.length)}`;
  return { memory: learnFound(memory, { records, chosen: undefined, message }), message };
}

/** Why a call has no contact though somebody may be the caller. */
export function possibleWords(count: number): string {
  const many = count === 1 ? 'One contact has' : `${String(count)} contacts have`;
  return `${many} these digits without their country: a person must say who it is`;
}

function rememberContact(
  memory: LaneMemory,
  records: readonly StepRecord[],
  options: Pick<DeliveryOptions, 'multiple_matches'>,
): { readonly memory: LaneMemory; readonly message: string } {
  const rule = options.multiple_matches;
  const count = String(records.length);
  if (records.length === 0) return { memory, message: 'The CRM knows nobody with this number' };
  const found = records.map((record) => ({ record, contactType: typeOf(record) }));
  const choice = choose(found, rule);
  const chosen = choice.chosen?.record;
  const message =
    records.length === 1
      ? 'The caller was identified'
      : chosen === undefined
        ? `${count} contacts have this number: the user chooses, until then the call has none`
        : rule === 'first'
          ? `${count} contacts have this number; by option the first one gets the call`
          : choice.message;
  return { memory: learnFound(memory, { records, chosen, message }), message };
}

/** What a lane knows after its caller was looked up. */
export function learnFound(memory: LaneMemory, { records, chosen }: FoundContacts): LaneMemory {
  const contact = chosen === undefined ? {} : { contact: chosen };
  const isClear = records.length === 0 || (records.length === 1 && chosen !== undefined);
  if (isClear) return { ...memory, ...contact };
  const choices = { candidates: records.length, choices: records.slice(0, CHOICES_MAX) };
  return { ...memory, ...choices, ...contact };
}

function typeOf(record: StepRecord): string {
  const type = Object.hasOwn(record, 'contact_type') ? record['contact_type'] : undefined;
  return typeof type === 'string' ? type : (type?.[0] ?? '');
}
