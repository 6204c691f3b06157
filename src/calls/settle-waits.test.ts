import { describe, expect, test } from 'vitest';

import { DELIVERY_POLICY } from './delivery-policy.ts';
import { settleAsk } from './settle-ask.ts';
import { settleRun } from './settle.ts';
import type { SettleInput, SettleOutcome, StepChange } from './settle.ts';
import type { Step, StepMethod } from './step.ts';
import { aStep } from './testing/a-step.ts';

const NOW = 1_800_000_000_000;
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** What a row of `errors` makes of a 429, and of an answer that HTTP calls a success. */
const REFUSED: SettleOutcome = {
  kind: 'throttled',
  action: 'wait',
  effect: 'not_executed',
  retryAfterMs: SECOND,
  message: 'The CRM asked to wait',
};
const ACCEPTED: SettleOutcome = { ...REFUSED, usesTry: true };

function input(step: Step, outcome: SettleOutcome, now = NOW): SettleInput {
  return {
    ...{ step, outcome, now },
    executedWithoutId: false,
    idempotent: false,
    canAsk: false,
    onUnknown: 'retry_once',
    policy: DELIVERY_POLICY,
    random: 0.5,
  };
}

/** The tries until a step ends whose every answer is the same, at most `limit`. */
function waitOn(
  method: StepMethod,
  outcome: SettleOutcome,
  limit: number,
): { readonly tries: number; readonly lasted: number; readonly change: StepChange } {
  let step = aStep(method, { firstAt: NOW });
  let now = NOW;
  for (let tries = 1; ; tries += 1) {
    const change = settleRun(input(step, outcome, now));
    if (change.state !== 'pending' || tries === limit) return { tries, lasted: now - NOW, change };
    step = { ...step, attempts: change.attempts ?? step.attempts };
    now = Math.max(now + SECOND, change.readyAt ?? now);
  }
}

describe('a document that says "wait" of each answer', () => {
  test('waits as long as it takes where the CRM refused the request', () => {
    const { change } = waitOn('CreateActivity', REFUSED, 5_000);

    expect(change).toMatchObject({ state: 'pending', attempts: 0 });
  });

  test('gives up after a week where the CRM accepted it, asking ever less often', () => {
    const { tries, lasted, change } = waitOn('CreateActivity', ACCEPTED, 5_000);

    expect(change).toMatchObject({ state: 'parked', reason: 'gave_up' });
    expect(change.connection).toEqual({ kind: 'throttled', retryAfterMs: SECOND });
    expect(lasted).toBeGreaterThanOrEqual(7 * DAY);
    expect(tries).toBeLessThan(2_000);
  });

  test('lets the call go on without its caller, after more tries than failures have', () => {
    const { tries, change } = waitOn('FindContact', ACCEPTED, 5_000);

    expect(change).toMatchObject({ state: 'skipped', reason: 'not_identified' });
    expect(tries).toBe(DELIVERY_POLICY.giveUpTries);
  });

  test('asks for a week whether a lost request was executed', () => {
    const lost = (unknownAt: number) => aStep('CreateActivity', { state: 'unknown', unknownAt });
    const ask = (unknownAt: number, outcome: SettleOutcome) => {
      const { outcome: _, ...rest } = input(lost(unknownAt), outcome);
      return settleAsk(rest, { kind: 'failed', outcome });
    };

    expect(ask(NOW - DAY, ACCEPTED).state).toBe('unknown');
    expect(ask(NOW - 8 * DAY, REFUSED).state).toBe('unknown');
    expect(ask(NOW - 8 * DAY, ACCEPTED)).toMatchObject({
      state: 'parked',
      reason: 'unknown_outcome',
    });
  });
});
