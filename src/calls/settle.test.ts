import { describe, expect, it } from 'vitest';

import { DELIVERY_POLICY } from './delivery-policy.ts';
import { settleLost, settleRun } from './settle.ts';
import type { SettleInput, StepChange } from './settle.ts';
import type { Step, StepMethod } from './step.ts';
import { aStep } from './testing/a-step.ts';
import { FAILED, input, LOST, NOW, outcome, SECOND, SUCCESS } from './testing/settle-input.ts';

const DAY = 86_400 * SECOND;

const GATEWAY = input('UpdateActivity', outcome('unavailable', 'retry', 'unknown'));

function settle(step: Step, idempotent = false): StepChange {
  return settleRun(input(step.method, LOST, { step, idempotent }));
}

function settleCrash(step: Step, idempotent = false): StepChange {
  const {
    outcome: _outcome,
    executedWithoutId: _executed,
    ...lost
  } = input(step.method, LOST, { step, idempotent });
  return settleLost(lost);
}

describe('what an outcome makes of a step', () => {
  it.each<[string, SettleInput, Partial<StepChange>]>([
    ['a success', input('CreateActivity', SUCCESS), { state: 'done' }],
    [
      'nobody found',
      input('FindContact', outcome('not_found', 'succeed', 'executed')),
      { state: 'done' },
    ],
    [
      'a failure that passes',
      input('CreateActivity', FAILED),
      { state: 'pending', attempts: 1, readyAt: NOW + 1_000 },
    ],
    [
      'a time that the CRM asks for',
      input('CreateActivity', { ...FAILED, retryAfterMs: 9_000 }),
      { state: 'pending', readyAt: NOW + 9_000 },
    ],
    [
      'a second that the CRM has asked for often enough',
      input(
        'CreateActivity',
        { ...FAILED, retryAfterMs: SECOND },
        { step: aStep('CreateActivity', { firstAt: NOW - SECOND, attempts: 20 }) },
      ),
      { state: 'pending', readyAt: NOW + DELIVERY_POLICY.backoffCapMs / 2 },
    ],
    [
      'a rate limit, which costs no try and stops the connection',
      input('CreateActivity', { ...outcome('throttled', 'wait'), retryAfterMs: 7_000 }),
      { state: 'pending', attempts: 0, connection: { kind: 'throttled', retryAfterMs: 7_000 } },
    ],
    [
      'refused credentials, which cost no try either',
      input('StopCallActivity', outcome('unauthorized', 'refresh')),
      { state: 'pending', attempts: 0, connection: { kind: 'unauthorized' } },
    ],
    [
      'a missing right',
      input('CreateActivity', outcome('forbidden', 'park')),
      { state: 'parked', reason: 'forbidden', connection: { kind: 'forbidden' } },
    ],
    [
      'a refusal',
      input('CreateActivity', outcome('refused', 'fail')),
      { state: 'parked', reason: 'refused' },
    ],
    [
      'an answer after which the document leaves the step out',
      input('CreateActivity', outcome('refused', 'skip')),
      { state: 'skipped', reason: 'answer_skipped', attempts: 1 },
    ],
    [
      'such an answer to a search',
      input('FindContact', outcome('refused', 'skip')),
      { state: 'skipped', reason: 'not_identified' },
    ],
    [
      'a refused search',
      input('FindContact', outcome('refused', 'fail')),
      { state: 'skipped', reason: 'not_identified' },
    ],
    [
      'an address that is blocked',
      input('UploadFile', outcome('blocked', 'park')),
      { state: 'parked', reason: 'blocked' },
    ],
    [
      'an answer too large',
      input('UpdateActivity', outcome('too_large', 'park')),
      { state: 'parked', reason: 'too_large' },
    ],
    [
      'a search that keeps failing',
      input('FindContact', FAILED, { step: aStep('FindContact', { attempts: 4 }) }),
      { state: 'skipped', reason: 'not_identified' },
    ],
    [
      'a bad certificate for the second time',
      input('CreateActivity', outcome('certificate', 'retry'), {
        step: aStep('CreateActivity', { attempts: 1 }),
      }),
      { state: 'pending' },
    ],
    [
      'a bad certificate for the third time',
      input('CreateActivity', outcome('certificate', 'retry'), {
        step: aStep('CreateActivity', { attempts: 2 }),
      }),
      { state: 'parked', reason: 'certificate' },
    ],
    [
      'a failure after seven days',
      input('CreateActivity', FAILED, {
        step: aStep('CreateActivity', { firstAt: NOW - 7 * DAY, attempts: 9 }),
      }),
      { state: 'parked', reason: 'gave_up' },
    ],
    [
      'a failure after seven days of which the connection was closed for most',
      input('CreateActivity', FAILED, {
        step: aStep('CreateActivity', { firstAt: NOW - 8 * DAY, attempts: 1 }),
      }),
      { state: 'pending', attempts: 2 },
    ],
    [
      'a record that is not there a moment after its create',
      input('UpdateActivity', outcome('gone', 'retry')),
      { state: 'pending' },
    ],
    [
      'a record that is not there any more',
      input('StopCallActivity', outcome('gone', 'park')),
      { state: 'parked', reason: 'gone' },
    ],
    [
      'a create that answers 404',
      input('CreateActivity', outcome('gone', 'park')),
      { state: 'parked', reason: 'refused' },
    ],
    [
      'a change without the mapped id',
      input('StopCallActivity', SUCCESS, { executedWithoutId: true }),
      { state: 'done' },
    ],
    [
      'a create without an id, where the CRM can be asked',
      input('CreateActivity', SUCCESS, { executedWithoutId: true, canAsk: true }),
      { state: 'unknown', executed: true, readyAt: NOW + 5_000 },
    ],
    [
      'a create without an id, where nobody can be asked',
      input('CreateActivity', SUCCESS, { executedWithoutId: true }),
      { state: 'parked', reason: 'executed_without_id' },
    ],
    [
      'a lost answer, where the CRM can be asked',
      input('CreateActivity', LOST, { canAsk: true }),
      { state: 'unknown', unknownAt: NOW, asked: 0, readyAt: NOW + 5_000 },
    ],
    [
      'a lost answer of a request that may be repeated',
      input('CreateActivity', LOST, { idempotent: true, canAsk: true }),
      { state: 'pending', attempts: 1 },
    ],
    [
      'a lost answer to a change that is posted, and may be appended twice',
      input('UpdateActivity', LOST),
      { state: 'pending', attempts: 1, possibleDuplicate: true },
    ],
    [
      'the same, for the second time',
      input('AnswerCallActivity', LOST, {
        step: aStep('AnswerCallActivity', { possibleDuplicate: true }),
      }),
      { state: 'parked', reason: 'unknown_outcome' },
    ],
    [
      'the same, where the connection wants to be asked',
      input('AnswerCallActivity', LOST, { onUnknown: 'park' }),
      { state: 'parked', reason: 'unknown_outcome' },
    ],
    [
      'a lost answer to a change that may be repeated, for the tenth time',
      input('StopCallActivity', LOST, {
        idempotent: true,
        onUnknown: 'park',
        step: aStep('StopCallActivity', { firstAt: NOW - SECOND, attempts: 9 }),
      }),
      { state: 'pending', attempts: 10 },
    ],
    [
      'a gateway that failed, behind which a posted change may have been executed',
      input('UpdateActivity', outcome('unavailable', 'retry', 'unknown')),
      { state: 'pending', attempts: 1, possibleDuplicate: true },
    ],
    [
      'a lost answer, once',
      input('CreateActivity', LOST),
      { state: 'pending', possibleDuplicate: true },
    ],
    [
      'a lost answer, twice',
      input('UploadFile', LOST, { step: aStep('UploadFile', { possibleDuplicate: true }) }),
      { state: 'parked', reason: 'unknown_outcome' },
    ],
    [
      'a conflict for the second time, where nobody can be asked',
      input('UploadFile', outcome('conflict', 'look_up', 'unknown'), {
        step: aStep('UploadFile', { possibleDuplicate: true }),
      }),
      { state: 'parked', reason: 'conflict', attempts: 1 },
    ],
    [
      'a conflict of a request that may be repeated, where the CRM can be asked',
      input('CreateActivity', outcome('conflict', 'look_up', 'unknown'), {
        idempotent: true,
        canAsk: true,
      }),
      { state: 'unknown', asked: 0, attempts: 1 },
    ],
    [
      'a lost answer, where the connection wants to be asked',
      input('CreateActivity', LOST, { onUnknown: 'park' }),
      { state: 'parked', reason: 'unknown_outcome' },
    ],
  ])('%s', (_name, given, expected) => {
    expect(settleRun(given)).toMatchObject(expected);
  });

  it.each<[string, SettleInput]>([
    ['a harmless repeat of a failed gateway', { ...GATEWAY, idempotent: true }],
    ['a conflict', { ...GATEWAY, outcome: outcome('conflict', 'retry', 'unknown') }],
    ['a refusal of the connection', { ...GATEWAY, outcome: FAILED }],
  ])('does not flag %s', (_name, given) => {
    const change = settleRun(given);

    expect(change.state).toBe('pending');
    expect(change.possibleDuplicate).toBeUndefined();
  });

  it.each<StepMethod>(['UpdateActivity', 'AnswerCallActivity', 'UploadFile', 'CreateActivity'])(
    'repeats a posted %s once, flagged, however its answers are lost, and then asks a person',
    (method) => {
      for (const [first, second] of [
        [settle, settle],
        [settle, settleCrash],
        [settleCrash, settle],
        [settleCrash, settleCrash],
      ] as const) {
        const once = first(aStep(method, { firstAt: NOW - SECOND }));
        const step = aStep(method, {
          firstAt: NOW,
          possibleDuplicate: once.possibleDuplicate === true,
        });

        expect(once).toMatchObject({ state: 'pending', possibleDuplicate: true });
        expect(second(step)).toMatchObject({ state: 'parked', reason: 'unknown_outcome' });
      }
    },
  );

  it.each<StepMethod>(['UpdateActivity', 'StopCallActivity', 'UploadFile'])(
    'repeats %s unflagged after a lost answer or a crash where that is harmless',
    (method) => {
      for (const change of [
        settle(aStep(method, { firstAt: NOW }), true),
        settleCrash(aStep(method, { firstAt: NOW }), true),
      ]) {
        expect(change.state).toBe('pending');
        expect(change.possibleDuplicate).toBeUndefined();
      }
    },
  );

  it('is after a crash what it is after a lost answer', () => {
    const {
      outcome: _outcome,
      executedWithoutId: _executed,
      ...rest
    } = input('CreateActivity', LOST);

    expect(settleLost(rest)).toMatchObject({ state: 'pending', possibleDuplicate: true });
    expect(settleLost({ ...rest, canAsk: true })).toMatchObject({ state: 'unknown', asked: 0 });
    expect(settleLost({ ...rest, idempotent: true })).toMatchObject({
      state: 'pending',
      attempts: 0,
    });
  });
});
