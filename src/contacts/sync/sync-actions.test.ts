import { expect, test } from 'vitest';

import type { SyncState } from '../index/sync-store.ts';
import { askedAt } from './sync-actions.ts';

const NOW = 1_000_000;
const NOTHING: SyncState = {
  ...{ method: 'Contacts', pass: undefined, estimate: undefined, marks: undefined },
  counts: {
    ...{ pages: 0, received: 0, added: 0, changed: 0, unchanged: 0, removed: 0, leftOut: 0 },
  },
  ...{ lastBegunAt: undefined, lastEndedAt: undefined, lastCompleteAt: undefined },
  ...{ lastFullAt: undefined, lastFailure: undefined, waitingDeletions: undefined },
  ...{ missed: 0, confirmAt: undefined },
};

test.each<[what: string, state: Partial<SyncState>, at: number]>([
  ['nothing was read yet', {}, NOW],
  ['the last one began earlier', { lastBegunAt: NOW - 50 }, NOW],
  ['by another clock the last one began later', { lastBegunAt: NOW + 50 }, NOW + 51],
  [
    'by another clock the last one failed later',
    { lastFailure: { code: 'refused', message: '', at: NOW + 70 } },
    NOW + 71,
  ],
  ['the last one was written by a clock that ran ahead', { lastBegunAt: NOW + 90_000 }, NOW],
])('what is asked for is newer than all before: %s', (_what, state, at) => {
  expect(askedAt([{ ...NOTHING, ...state }], NOW)).toBe(at);
});
