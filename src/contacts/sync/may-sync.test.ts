import { expect, test } from 'vitest';

import { maySync } from './may-sync.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const OPEN = { state: 'active', until: null, hosts: [], isHeld: false } as const;

test.each([
  ['an active connection', {}, { may: true }],
  ['an organization to whose CRMs nothing goes', { isHeld: true }, later(MINUTE)],
  ['a connection that is paused', { state: 'paused' }, later(MINUTE)],
] as const)('%s', (_what, given, permission) => {
  expect(maySync({ ...OPEN, ...given }, NOW)).toEqual(permission);
});

function later(afterMs: number) {
  return { may: false, againAt: NOW + afterMs };
}
