import { describe, expect, it } from 'vitest';

import { audit } from './auditor.ts';
import type { Executed, Facts, LedgerLane } from './auditor.ts';

const CREATE: Executed = { act: 'create', key: 'K', record: '1' };
const UPDATE: Executed = { act: 'update', key: 'K', record: '1' };
const STOP: Executed = { act: 'stop', key: 'K', record: '1' };
const step = { state: 'done', reason: null, possibleDuplicate: false };
const LANE: LedgerLane = {
  callId: 'c-1',
  key: 'K',
  events: ['ringing', 'ended'],
  steps: [
    { ...step, method: 'CreateActivity' },
    { ...step, method: 'StopCallActivity' },
  ],
};
const FLAGGED: LedgerLane = {
  ...LANE,
  steps: [
    { ...step, method: 'CreateActivity', possibleDuplicate: true },
    { ...step, method: 'StopCallActivity' },
  ],
};
const GOOD: Facts = {
  acknowledged: [
    { callId: 'c-1', kind: 'ringing' },
    { callId: 'c-1', kind: 'ended' },
  ],
  executed: [CREATE, STOP],
  ledger: [LANE],
};

describe('the auditor', () => {
  it.each<[string, Facts]>([
    ['a call that was written once', GOOD],
    ['a stop that was repeated', { ...GOOD, executed: [CREATE, STOP, STOP] }],
    [
      'two records that the ledger flags',
      { ...GOOD, executed: [CREATE, { ...CREATE, record: '2' }, STOP], ledger: [FLAGGED] },
    ],
  ])('accepts %s', (_name, facts) => {
    expect(audit(facts)).toEqual([]);
  });

  it.each<[string, Facts, string]>([
    ['a call that is lost', { ...GOOD, ledger: [], executed: [] }, 'no such call'],
    [
      'an event that is lost',
      { ...GOOD, ledger: [{ ...LANE, events: ['ringing'] }] },
      'ended was acknowledged and is lost',
    ],
    ['a call that the CRM lacks', { ...GOOD, executed: [STOP] }, 'no record of it'],
    ['an end that the CRM lacks', { ...GOOD, executed: [CREATE] }, 'its end never reached the CRM'],
    [
      'two records that the ledger does not flag',
      { ...GOOD, executed: [CREATE, { ...CREATE, record: '2' }, STOP] },
      '2 records',
    ],
    [
      'three records, though it flags them',
      { ...GOOD, executed: [CREATE, CREATE, CREATE, STOP], ledger: [FLAGGED] },
      '3 records',
    ],
    ['a wrong order', { ...GOOD, executed: [CREATE, STOP, UPDATE] }, 'create, stop, update'],
    [
      'a step that is left over',
      {
        ...GOOD,
        ledger: [{ ...LANE, steps: [{ ...step, method: 'CreateActivity', state: 'pending' }] }],
      },
      'CreateActivity is pending',
    ],
    [
      'a record of nobody',
      { ...GOOD, executed: [CREATE, STOP, { ...CREATE, key: 'X' }] },
      'no lane knows',
    ],
  ])('reports %s', (_name, facts, expected) => {
    expect(audit(facts).join('\n')).toContain(expected);
  });
});
