import { backoffMs } from './delivery-policy.ts';
import { park, told } from './settle.ts';
import type { SettleInput, SettleOutcome, StepChange } from './settle.ts';

export type AskAnswer =
  | { readonly kind: 'found'; readonly count: number }
  | { readonly kind: 'absent' }
  /** The question itself failed; the ladder stands where it stood. */
  | { readonly kind: 'failed'; readonly outcome: SettleOutcome };

/** Says what the CRM's answer about an unknown outcome means. */
export function settleAsk(input: Omit<SettleInput, 'outcome'>, answer: AskAnswer): StepChange {
  const { step, policy, now } = input;
  if (answer.kind === 'found') {
    const several = answer.count > 1;
    return {
      state: 'done',
      possibleDuplicate: step.possibleDuplicate || several,
      message: several
        ? `The answer was lost; the CRM has ${answer.count} records of this call, the first one is used`
        : 'The answer was lost, but the CRM has the record',
    };
  }
  if (answer.kind === 'failed') return askFailed(input, answer.outcome);
  const asked = step.asked + 1;
  const next = policy.askAfterMs[asked];
  if (next !== undefined) {
    return {
      state: 'unknown',
      asked,
      readyAt: Math.max(now + 1, (step.unknownAt ?? now) + next),
      message: `The CRM does not show the record yet (asked ${asked} of ${policy.askAfterMs.length} times)`,
    };
  }
  if (step.executed)
    return park(
      step,
      'executed_without_id',
      'The CRM accepted the request, told no id, and does not find the record',
    );
  return {
    state: 'pending',
    asked,
    attempts: step.attempts,
    readyAt: now,
    message: `The CRM does not have the record (asked ${asked} times): it is sent again`,
  };
}

function askFailed(input: Omit<SettleInput, 'outcome'>, outcome: SettleOutcome): StepChange {
  const { step, policy, now, random } = input;
  const waiting = {
    state: 'unknown' as const,
    message: `Asking the CRM failed: ${outcome.message}`,
  };
  const isOver = now - (step.unknownAt ?? now) > policy.giveUpMs;
  if (outcome.action === 'wait' && !(isOver && outcome.usesTry === true)) {
    return { ...waiting, readyAt: now, connection: told(outcome) };
  }
  if (outcome.action === 'refresh')
    return { ...waiting, readyAt: now, connection: { kind: 'unauthorized' } };
  if (outcome.action === 'park' || outcome.action === 'fail' || outcome.action === 'skip') {
    return park(step, 'unknown_outcome', `The CRM refuses to be asked: ${outcome.message}`);
  }
  if (isOver) return park(step, 'unknown_outcome', waiting.message);
  return { ...waiting, readyAt: now + backoffMs(step.asked + 3, policy, random) };
}
