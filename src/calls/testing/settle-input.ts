import { DELIVERY_POLICY } from '../delivery-policy.ts';
import type { SettleInput, SettleOutcome } from '../settle.ts';
import type { StepMethod } from '../step.ts';
import { aStep } from './a-step.ts';

export const NOW = 1_000_000_000;
export const SECOND = 1_000;

/** An outcome, by default of a request that the CRM has not executed. */
export function outcome(
  kind: string,
  action: SettleOutcome['action'],
  effect: SettleOutcome['effect'] = 'not_executed',
): SettleOutcome {
  return { kind, action, effect, message: `it was ${kind}` };
}

export const SUCCESS = outcome('success', 'succeed', 'executed');
export const LOST = outcome('lost', 'look_up', 'unknown');
export const FAILED = outcome('unavailable', 'retry');

/** What the rules are asked with, a second after the step became due; 0.5 as the random number. */
export function input(
  method: StepMethod,
  given: SettleOutcome,
  more: Partial<SettleInput> = {},
): SettleInput {
  return {
    step: aStep(method, { firstAt: NOW - SECOND }),
    outcome: given,
    executedWithoutId: false,
    idempotent: false,
    canAsk: false,
    onUnknown: 'retry_once',
    policy: DELIVERY_POLICY,
    now: NOW,
    random: 0.5,
    ...more,
  };
}
