import { describe, expect, test } from 'vitest';

import type { SyncState } from '../index/sync-store.ts';
import { planPass } from './plan-pass.ts';
import type { NextPass, SyncRules } from './plan-pass.ts';
import { writeMarks, writePlace } from './sync-place.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 2, 1);

const RULES: SyncRules = {
  methods: [
    { method: 'Organizations', takesSince: true },
    { method: 'Contacts', takesSince: true },
  ],
  basis: 'this document',
  intervalMs: HOUR,
  fullEveryMs: 24 * HOUR,
};

const NOTHING_COUNTED = {
  ...{ pages: 0, received: 0, added: 0, changed: 0, unchanged: 0, removed: 0, leftOut: 0 },
};

/** A method that was read in full half an hour ago. */
function done(method: SyncState['method'], given: Partial<SyncState> = {}): SyncState {
  return {
    method,
    pass: undefined,
    counts: NOTHING_COUNTED,
    estimate: undefined,
    marks: writeMarks({ basis: RULES.basis, marks: { 0: { at: NOW - HOUR } } }),
    lastBegunAt: NOW - 30 * MINUTE,
    lastEndedAt: NOW - 29 * MINUTE,
    lastCompleteAt: NOW - 29 * MINUTE,
    lastFullAt: NOW - 29 * MINUTE,
    lastFailure: undefined,
    waitingDeletions: undefined,
    missed: 0,
    confirmAt: undefined,
    ...given,
  };
}

function plan(of: Partial<Parameters<typeof planPass>[0]> = {}): NextPass {
  const states = [done('Organizations'), done('Contacts')];
  return planPass({ rules: RULES, states, asked: undefined, now: NOW, working: false, ...of });
}

const place = { basis: RULES.basis, at: NOW - MINUTE, since: [null], raised: {} };
const open = (kind: 'full' | 'changes', kept: object = place): Partial<SyncState> => ({
  pass: { number: 7, kind, startedAt: NOW - HOUR, place: JSON.stringify(kept) },
});

describe('what is next', () => {
  test('of a new connection: its companies in full', () => {
    expect(plan({ states: [] })).toEqual({
      ...{ kind: 'pass', method: 'Organizations', pass: 'full', anew: false },
    });
  });

  test('then its contacts in full', () => {
    expect(plan({ states: [done('Organizations')], working: true })).toMatchObject({
      ...{ method: 'Contacts', pass: 'full' },
    });
  });

  test('then nothing, until an hour has passed since the start of the first', () => {
    expect(plan()).toEqual({ kind: 'rest', dueAt: NOW + 30 * MINUTE });
  });

  test('after an hour what has changed', () => {
    expect(plan({ now: NOW + HOUR })).toMatchObject({
      ...{ method: 'Organizations', pass: 'changes' },
      marks: { marks: { 0: { at: NOW - HOUR } } },
    });
  });

  test('together with what is due soon after', () => {
    const soon = done('Contacts', { lastBegunAt: NOW - 56 * MINUTE });
    const states = [done('Organizations'), soon];

    expect(plan({ states, working: true })).toMatchObject({ method: 'Contacts' });
    expect(plan({ states, working: false })).toMatchObject({ kind: 'rest' });
  });

  test('after a day all of it', () => {
    expect(plan({ now: NOW + 24 * HOUR })).toMatchObject({ pass: 'full' });
  });

  test('without lists nothing at all', () => {
    const rules = { ...RULES, methods: [] };

    expect(plan({ rules })).toEqual({ kind: 'rest', dueAt: undefined });
  });

  test('in full, once more, when it is time to look for whom the last one missed', () => {
    const missing = (given: Partial<SyncState> = {}): readonly SyncState[] => [
      done('Organizations'),
      done('Contacts', { missed: 3, confirmAt: NOW + MINUTE, ...given }),
    ];
    const lastFailure = { code: 'refused', message: '', at: NOW - 1 };

    expect(plan({ states: missing() })).toEqual({ kind: 'rest', dueAt: NOW + MINUTE });
    expect(plan({ states: missing(), working: true })).toMatchObject({ kind: 'rest' });
    expect(plan({ states: missing(), now: NOW + MINUTE })).toMatchObject({
      ...{ kind: 'pass', method: 'Contacts', pass: 'full' },
    });
    expect(plan({ states: missing({ lastFailure }), now: NOW + MINUTE })).toMatchObject({
      kind: 'rest',
    });
  });

  test('an hour after a failure the same again', () => {
    const lastFailure = { code: 'refused', message: '', at: NOW - MINUTE };
    const states = [done('Organizations'), done('Contacts', { lastFailure })];

    expect(plan({ states, now: NOW + 59 * MINUTE, working: true })).toMatchObject({
      ...{ method: 'Organizations' },
    });
    expect(plan({ states })).toEqual({ kind: 'rest', dueAt: NOW + 30 * MINUTE });
  });
});

describe('a pass is in full', () => {
  const later = { now: NOW + HOUR };
  test.each<[why: string, of: Partial<Parameters<typeof planPass>[0]>]>([
    [
      'where the document cannot ask for changes',
      { rules: { ...RULES, methods: [{ method: 'Contacts', takesSince: false }] } },
    ],
    ['where the document or the account is another one', { rules: { ...RULES, basis: 'other' } }],
    ['where none was complete', { states: [done('Contacts', { lastFullAt: undefined })] }],
    ['where the marks are not ours', { states: [done('Organizations', { marks: '{"x":1}' })] }],
    ['where somebody asks for it', { asked: { kind: 'full', at: NOW } }],
  ])('%s', (_why, of) => {
    expect(plan({ ...later, ...of })).toMatchObject({ kind: 'pass', pass: 'full' });
  });
});

describe('what somebody asks for', () => {
  const asked = { kind: 'changes', at: NOW - MINUTE } as const;

  test('is done for each method, once', () => {
    const begun = { lastBegunAt: NOW, lastCompleteAt: NOW, lastEndedAt: NOW };

    expect(plan({ asked })).toMatchObject({ method: 'Organizations', pass: 'changes' });
    const half = [done('Organizations', begun), done('Contacts')];
    expect(plan({ asked, states: half })).toMatchObject({ method: 'Contacts', pass: 'changes' });
    const both = [done('Organizations', begun), done('Contacts', begun)];
    expect(plan({ asked, states: both })).toMatchObject({ kind: 'rest' });
  });

  test('is answered by a failure too', () => {
    const lastFailure = { code: 'refused', message: '', at: NOW };
    const states = [done('Organizations', { lastFailure }), done('Contacts', { lastFailure })];

    expect(plan({ asked, states })).toMatchObject({ kind: 'rest', dueAt: NOW + HOUR });
  });

  test('in full makes a pass for changes begin anew', () => {
    const states = [done('Contacts', open('changes'))];
    const full = { kind: 'full', at: NOW } as const;

    expect(plan({ states: [done('Organizations'), ...states] })).toMatchObject({ anew: false });
    expect(plan({ asked: full, states: [...states] })).toMatchObject({
      ...{ pass: 'full', anew: false, method: 'Organizations' },
    });
    const rules = { ...RULES, methods: RULES.methods.slice(1) };
    expect(plan({ rules, asked: full, states })).toMatchObject({ pass: 'full', anew: true });
  });
});

describe('an open pass', () => {
  const states = (given: Partial<SyncState>): readonly SyncState[] => [
    done('Organizations'),
    done('Contacts', given),
  ];

  test('goes on at its place', () => {
    const list = { object: 1 };
    expect(plan({ states: states(open('full', { ...place, list })) })).toEqual({
      ...{ kind: 'pass', method: 'Contacts', pass: 'full', anew: false },
      place: { ...place, list },
      marks: { basis: RULES.basis, marks: { 0: { at: NOW - HOUR } } },
    });
  });

  test.each([
    ['of another document', { ...place, basis: 'other' }],
    ['that stood still for hours', { ...place, at: NOW - 7 * HOUR }],
    ['of a version that wrote it in another way', { position: 12 }],
  ])('%s begins anew', (_what, kept) => {
    const given = { ...open('full', kept), lastFullAt: undefined };
    const next = plan({ states: states(given) });

    expect(next).toMatchObject({ kind: 'pass', method: 'Contacts', pass: 'full', anew: true });
    expect(next).not.toHaveProperty('place');
  });

  test('whose list does not answer lets the other one pass', () => {
    const lastFailure = { code: 'unavailable', message: '', at: NOW - MINUTE };
    const stuck = done('Organizations', { ...open('full'), lastFailure });

    const contacts = done('Contacts', { lastBegunAt: NOW - 2 * HOUR });
    expect(plan({ states: [stuck, contacts] })).toMatchObject({ method: 'Contacts' });
    expect(plan({ states: [stuck, done('Contacts')] })).toMatchObject({ method: 'Organizations' });
  });
});

test('a place survives being kept as text', () => {
  const kept = { ...place, raised: { 0: { at: 5 } }, list: { object: 0 }, ended: true as const };

  expect(JSON.parse(writePlace(kept))).toEqual(kept);
});
