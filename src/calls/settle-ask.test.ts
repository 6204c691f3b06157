import { describe, expect, it } from 'vitest';

import { settleAsk } from './settle-ask.ts';
import type { StepChange } from './settle.ts';
import { aStep } from './testing/a-step.ts';
import { FAILED, input, LOST, NOW, outcome } from './testing/settle-input.ts';

describe('asking the CRM about an unknown outcome', () => {
  const unknown = aStep('CreateActivity', {
    state: 'unknown',
    unknownAt: NOW,
    asked: 0,
    firstAt: NOW,
  });

  it('goes on at 5 s, 30 s, 2 min and 10 min, and only then sends again', () => {
    const times: (number | string)[] = [];
    let step = unknown;
    for (let at = 0; at < 4; at += 1) {
      const change = settleAsk(
        { ...input('CreateActivity', LOST), step, canAsk: true, now: NOW + at },
        { kind: 'absent' },
      );
      times.push(change.state === 'unknown' ? (change.readyAt ?? 0) - NOW : change.state);
      step = { ...step, state: change.state, asked: change.asked ?? 0 };
    }

    expect(times).toEqual([30_000, 120_000, 600_000, 'pending']);
  });

  it.each<[string, Partial<typeof unknown>, Parameters<typeof settleAsk>[1], Partial<StepChange>]>([
    ['one record', {}, { kind: 'found', count: 1 }, { state: 'done', possibleDuplicate: false }],
    ['two records', {}, { kind: 'found', count: 2 }, { state: 'done', possibleDuplicate: true }],
    [
      'none, of a create that was executed',
      { executed: true, asked: 3 },
      { kind: 'absent' },
      { state: 'parked', reason: 'executed_without_id' },
    ],
    [
      'a failure, which counts for nothing',
      { asked: 1 },
      { kind: 'failed', outcome: FAILED },
      { state: 'unknown' },
    ],
    [
      'a rate limit',
      {},
      { kind: 'failed', outcome: outcome('throttled', 'wait') },
      { state: 'unknown', connection: { kind: 'throttled' } },
    ],
    [
      'refused credentials',
      {},
      { kind: 'failed', outcome: outcome('unauthorized', 'refresh') },
      { state: 'unknown', connection: { kind: 'unauthorized' } },
    ],
    [
      'a refusal',
      {},
      { kind: 'failed', outcome: outcome('refused', 'fail') },
      { state: 'parked', reason: 'unknown_outcome' },
    ],
  ])('that answers with %s', (_name, members, answer, expected) => {
    const step = { ...unknown, ...members };

    const change = settleAsk({ ...input('CreateActivity', LOST), step, canAsk: true }, answer);

    expect(change).toMatchObject(expected);
  });
});
