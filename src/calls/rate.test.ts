import { expect, test } from 'vitest';

import { isSlotDue } from './rate.ts';

const RATE = { requests: 50, per_seconds: 1 };
const NOW = 1_000_000;

test.each([
  ['its time has come', NOW, true],
  ['it is one slot away', NOW + 20, false],
  ['another node, whose clock is a little ahead, has set it', NOW + 20 + 300, false],
  ['a clock that ran ahead by an hour has set it', NOW + 3_600_000, true],
])('a slot of the rate, when %s', (_name, nextAt, isDue) => {
  expect(isSlotDue(nextAt, RATE, NOW)).toBe(isDue);
});
