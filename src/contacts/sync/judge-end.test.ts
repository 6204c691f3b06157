import { describe, expect, test } from 'vitest';

import type { ListEvent } from '../../runtime/list-pages.ts';
import type { OutcomeKind } from '../../runtime/outcome.ts';
import { judgeEnd } from './judge-end.ts';
import type { ListFate } from './judge-end.ts';

type Ended = Extract<ListEvent, { readonly kind: 'ended' }>;

function ended(given: Partial<Ended> = {}, kind: OutcomeKind = 'success', retryAfterMs = 0): Ended {
  const outcome: Ended['outcome'] = {
    kind,
    effect: 'executed',
    action: 'succeed',
    breaker: false,
    message: 'It said so.',
    ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
  };
  return {
    ...{ kind: 'ended', complete: false, endedBy: 'failed', outcome, exchanges: [], notes: [] },
    ...given,
  };
}

const FRESH = { tries: 0, resumed: false };

test('a list that was read to its end is complete', () => {
  expect(judgeEnd(ended({ complete: true, endedBy: 'empty_page' }), FRESH)).toEqual({
    kind: 'complete',
  });
});

describe('an end after which something may be missing', () => {
  test.each([
    'page_cap',
    'repeated_cursor',
    'repeated_page',
    'origin_refused',
    'no_next',
    'no_mark',
  ] as const)('%s gives the pass up', (endedBy) => {
    const fate = judgeEnd(ended({ endedBy }), FRESH);

    expect(fate).toMatchObject({ kind: 'given_up', code: 'incomplete' });
  });
});

describe('a failure', () => {
  test.each<[kind: OutcomeKind, fate: Partial<ListFate>]>([
    ['throttled', { kind: 'again', code: 'throttled', afterMs: 30_000 }],
    ['unauthorized', { kind: 'again', code: 'unauthorized' }],
    ['sign_in_unavailable', { kind: 'again', code: 'sign_in' }],
    ['unavailable', { kind: 'again', code: 'unavailable' }],
    ['unreachable', { kind: 'again', code: 'unavailable' }],
    ['lost', { kind: 'again', code: 'unavailable' }],
    ['unreadable', { kind: 'again', code: 'unreadable' }],
    ['too_large', { kind: 'again', code: 'unreadable' }],
    ['certificate', { kind: 'again', code: 'unreadable' }],
    ['forbidden', { kind: 'given_up', code: 'forbidden' }],
    ['refused', { kind: 'given_up', code: 'refused' }],
    ['gone', { kind: 'given_up', code: 'refused' }],
    ['conflict', { kind: 'given_up', code: 'refused' }],
    ['redirected', { kind: 'given_up', code: 'refused' }],
    ['blocked', { kind: 'given_up', code: 'refused' }],
  ])('%s', (kind, fate) => {
    expect(judgeEnd(ended({}, kind), FRESH)).toMatchObject(fate);
  });

  test('waits as long as the CRM asked', () => {
    expect(judgeEnd(ended({}, 'throttled', 77_000), FRESH)).toMatchObject({ afterMs: 77_000 });
  });

  test('waits longer with each one in a row, to a quarter of an hour', () => {
    const waits = [0, 1, 2, 10, 60].map((tries) =>
      judgeEnd(ended({}, 'lost'), { ...FRESH, tries }),
    );

    expect(waits.map((fate) => 'afterMs' in fate && fate.afterMs)).toEqual([
      30_000, 60_000, 120_000, 900_000, 900_000,
    ]);
  });

  test('of a page that nobody can read gives up after five', () => {
    expect(judgeEnd(ended({}, 'unreadable'), { ...FRESH, tries: 4 })).toMatchObject({
      kind: 'given_up',
    });
  });

  test('where a kept mark was refused begins the list anew', () => {
    expect(judgeEnd(ended({}, 'gone'), { ...FRESH, resumed: true })).toEqual({ kind: 'anew' });
  });
});

describe('nothing could be sent', () => {
  test.each([
    ['needs_auth', { kind: 'again', code: 'unauthorized' }],
    ['sign_in_unavailable', { kind: 'again', code: 'sign_in' }],
    ['missing_value', { kind: 'given_up', code: 'missing_value' }],
    ['unsafe_value', { kind: 'given_up', code: 'missing_value' }],
    ['skipped', { kind: 'given_up', code: 'skipped' }],
  ] as const)('%s', (reason, fate) => {
    const notSent = { reason, message: 'Why.' };

    expect(judgeEnd(ended({ endedBy: 'not_sent', notSent }), FRESH)).toMatchObject({
      ...fate,
      message: 'Why.',
    });
  });
});
