import { cleanNumber, isNumberOfPerson } from '../contacts/clean-number.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import type { LoadedLane } from './load-lane.ts';
import { possibleWords } from './remember.ts';
import type { StepChange } from './settle.ts';
import type { Step, StepReason } from './step.ts';

const FAILED = 'The search for the contact failed, so none is created';
const NOT_LOOKED_FOR: Partial<Readonly<Record<StepReason, string>>> = {
  rule_of_document: 'The document leaves the search for the contact out, so none is created',
  no_number: "The number is no person's, so no contact is created",
};

/**
 * Why a step about the contact has nothing to do, by what is known of the call; `undefined`: it runs.
 */
export function whyNeedless({
  loaded,
  step,
  connection,
}: {
  readonly loaded: LoadedLane;
  readonly step: Step;
  readonly connection: CallConnection;
}): StepChange | undefined {
  const number = cleanNumber(partyNumber(loaded.facts));
  if (step.method === 'FindContact' && number === undefined) {
    return { state: 'skipped', reason: 'no_number', message: 'The other side withheld its number' };
  }
  if (step.method !== 'CreateContact') return undefined;
  const chosen = loaded.onlyConnection ? loaded.facts.contactId : undefined;
  if ((chosen ?? loaded.memory.contact?.['contact_id']) !== undefined) {
    return { state: 'skipped', reason: 'contact_known', message: 'The CRM knows the contact' };
  }
  if (number === undefined) {
    return { state: 'skipped', reason: 'no_number', message: 'The other side withheld its number' };
  }
  if (!isNumberOfPerson(number)) {
    const message = `${number} is no number of a person, so no contact is made of it`;
    return { state: 'skipped', reason: 'no_number', message };
  }
  const { candidates = 0 } = loaded.memory;
  if (candidates > 0) {
    const several = `${String(candidates)} contacts have this number: a person must choose`;
    const message = candidates === 1 ? possibleWords(1) : several;
    return { state: 'skipped', reason: 'contact_known', message };
  }
  const find = loaded.steps.find((other) => other.method === 'FindContact');
  if (connection.methods.has('FindContact') && find?.state !== 'done') {
    // Whether the CRM has this person is unknown: a second one would be worse than none.
    const { reason } = find ?? {};
    const message = (reason && NOT_LOOKED_FOR[reason]) ?? FAILED;
    return { state: 'skipped', reason: 'not_identified', message };
  }
  return undefined;
}
