import { describe, expect, it } from 'vitest';

import { judgeSoak } from './judge-soak.ts';
import type { SoakFacts, SoakLane } from './judge-soak.ts';

const done = { state: 'done', reason: null, possibleDuplicate: false, unknowns: 0 };
const LANE: SoakLane = {
  style: 'ask',
  callId: 'c-1',
  key: 'K',
  number: '+441',
  events: ['ringing', 'ended'],
  steps: [
    { ...done, method: 'CreateActivity' },
    { ...done, method: 'StopCallActivity' },
  ],
};
const FLAGGED: SoakLane = {
  ...LANE,
  steps: [
    { ...done, possibleDuplicate: true, unknowns: 1, method: 'CreateActivity' },
    { ...done, method: 'StopCallActivity' },
  ],
};
const CREATE = { kind: 'executed', style: 'ask', act: 'create', key: 'K', record: '1' } as const;
const STOP = { ...CREATE, act: 'stop' } as const;
const GOOD: SoakFacts = {
  acknowledged: [
    { callId: 'c-1', kind: 'ringing' },
    { callId: 'c-1', kind: 'ended' },
  ],
  log: [CREATE, STOP],
  ledger: [LANE],
};

describe('the judge of a soak', () => {
  it('finds nothing where each promise was kept', () => {
    const verdict = judgeSoak({
      ...GOOD,
      log: [{ kind: 'lost', style: 'ask', method: 'GET' }, ...GOOD.log],
    });

    expect(verdict.violations).toEqual([]);
    expect(verdict.figures).toMatchObject({ acknowledged: 2, executed: 2, steps: 2, surplus: 0 });
  });

  it('allows a flagged duplicate in a CRM that can neither be asked nor take a key', () => {
    const log = [CREATE, { ...CREATE, record: '2' }, STOP];

    const verdict = judgeSoak({ ...GOOD, log, ledger: [{ ...FLAGGED, style: 'dumb' }] });

    expect(verdict.violations).toEqual([]);
    expect(verdict.figures).toMatchObject({ surplus: 1, flagged: 1 });
  });

  it.each<[string, SoakFacts, string]>([
    [
      'a flagged duplicate in any other CRM',
      { ...GOOD, log: [CREATE, { ...CREATE, record: '2' }, STOP], ledger: [FLAGGED] },
      '2 times create in a CRM of style ask',
    ],
    ['a needless flag', { ...GOOD, ledger: [FLAGGED] }, 'CreateActivity is flagged'],
    ['a call that was lost', { ...GOOD, log: [], ledger: [] }, 'no such call'],
    [
      'an event that was lost',
      { ...GOOD, ledger: [{ ...LANE, events: ['ringing'] }] },
      'ended was acknowledged and is lost',
    ],
    ['a wrong order', { ...GOOD, log: [STOP, CREATE] }, 'stop, create'],
    [
      'a record of nobody',
      { ...GOOD, log: [CREATE, STOP, { ...CREATE, key: 'X' }] },
      'no lane knows',
    ],
  ])('reports %s', (_name, facts, expected) => {
    expect(judgeSoak(facts).violations.join('\n')).toContain(expected);
  });
});
