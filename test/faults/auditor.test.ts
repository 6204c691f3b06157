import { describe, expect, it } from 'vitest';

import { audit } from './auditor.ts';
import type { Executed, Facts, LedgerLane } from './auditor.ts';

const CREATE: Executed = { act: 'create', key: 'K', record: '1' };
const UPDATE: Executed = { act: 'update', key: 'K', record: '1' };
const STOP: Executed = { act: 'stop', key: 'K', record: '1' };
const COMMENT: Executed = { act: 'comment', key: 'K', record: '1' };
const CONTACT: Executed = { act: 'contact', key: '+441', record: '9' };
const step = { state: 'done', reason: null, possibleDuplicate: false, unknowns: 0 };
const flagged = { ...step, possibleDuplicate: true, unknowns: 1 };
const LANE: LedgerLane = {
  callId: 'c-1',
  key: 'K',
  number: '+441',
  events: ['ringing', 'ended'],
  steps: [
    { ...step, method: 'CreateActivity' },
    { ...step, method: 'StopCallActivity' },
  ],
};
const FLAGGED: LedgerLane = {
  ...LANE,
  steps: [
    { ...flagged, method: 'CreateActivity' },
    { ...step, method: 'StopCallActivity' },
  ],
};
/** A call with one step more. */
const withStep = (method: string, members = step): readonly LedgerLane[] => [
  { ...LANE, steps: [...LANE.steps, { ...members, method }] },
];
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
    [
      'a change that was patched twice',
      { ...GOOD, executed: [CREATE, UPDATE, UPDATE, STOP], ledger: withStep('UpdateActivity') },
    ],
    [
      'a comment that stands there twice, flagged',
      {
        ...GOOD,
        executed: [CREATE, COMMENT, COMMENT, STOP],
        ledger: withStep('UpdateActivity', flagged),
      },
    ],
    [
      'an end whose request was lost twice, which a person is asked about',
      {
        ...GOOD,
        executed: [CREATE],
        ledger: [
          {
            ...LANE,
            steps: [
              { ...step, method: 'CreateActivity' },
              {
                state: 'parked',
                reason: 'unknown_outcome',
                possibleDuplicate: true,
                unknowns: 2,
                method: 'StopCallActivity',
              },
            ],
          },
        ],
      },
    ],
    [
      'an end that a person had sent after the recording had gone on',
      {
        ...GOOD,
        executed: [CREATE, { ...STOP, act: 'upload' }, STOP],
        ledger: withStep('UploadFile').map((lane) => ({ ...lane, answered: true })),
      },
    ],
    [
      'a contact that was created once',
      { ...GOOD, executed: [CONTACT, CREATE, STOP], ledger: withStep('CreateContact') },
    ],
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
    [
      'a call that the CRM lacks',
      { ...GOOD, executed: [STOP] },
      'the CRM never saw CreateActivity',
    ],
    ['an end that the CRM lacks', { ...GOOD, executed: [CREATE] }, 'its end never reached the CRM'],
    [
      'two records that the ledger does not flag',
      { ...GOOD, executed: [CREATE, { ...CREATE, record: '2' }, STOP] },
      '2 times CreateActivity, and the ledger does not say so',
    ],
    [
      'three records, though it flags them',
      { ...GOOD, executed: [CREATE, CREATE, CREATE, STOP], ledger: [FLAGGED] },
      '3 times CreateActivity for 1 unknown',
    ],
    [
      'a stop that was posted twice',
      { ...GOOD, executed: [CREATE, STOP, STOP] },
      '2 times StopCallActivity, and the ledger does not say so',
    ],
    [
      'a comment that stands there twice',
      {
        ...GOOD,
        executed: [CREATE, COMMENT, COMMENT, STOP],
        ledger: withStep('UpdateActivity'),
      },
      '2 times UpdateActivity, and the ledger does not say so',
    ],
    [
      'a flag on what does no harm twice',
      {
        ...GOOD,
        executed: [CREATE, UPDATE, STOP],
        ledger: withStep('UpdateActivity', flagged),
      },
      'does no harm twice',
    ],
    [
      'a contact that was created twice',
      { ...GOOD, executed: [CONTACT, CONTACT, CREATE, STOP], ledger: withStep('CreateContact') },
      '2 times CreateContact',
    ],
    ['a recording that the CRM lacks', { ...GOOD, ledger: withStep('UploadFile') }, 'UploadFile'],
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
