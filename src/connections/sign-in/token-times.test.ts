import fc from 'fast-check';
import { expect, test } from 'vitest';

import { tokenTimes } from './token-times.ts';

test.each([
  ['an hour, early', 3_600, 0, 3_600_000, 2_700_000],
  ['an hour, late', 3_600, 0.999, 3_600_000, 3_239_460],
  ['two minutes: a minute before the end', 120, 0.5, 120_000, 60_000],
  ['a minute: half of it', 60, 0.5, 60_000, 30_000],
  ['two seconds', 2, 0.5, 2_000, 1_000],
])('a life of %s', (_name, seconds, random, expiresAt, refreshAt) => {
  expect(tokenTimes(seconds, 0, random)).toEqual({ expiresAt, refreshAt });
});

test.each([undefined, 0, -1, Number.NaN])('a life of %s is not known', (seconds) => {
  expect(tokenTimes(seconds, 1, 0.5)).toEqual({ expiresAt: null, refreshAt: null });
});

test('renewal begins within the life and never after 90 % of it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1e12, noNaN: true }),
      fc.double({ min: 0, max: 0.9999, noNaN: true }),
      (seconds, random) => {
        const { expiresAt, refreshAt } = tokenTimes(seconds, 1_000, random);

        expect(Number.isSafeInteger(expiresAt)).toBe(true);
        expect(refreshAt).toBeGreaterThanOrEqual(1_000);
        expect(Number(refreshAt) - 1_000).toBeLessThanOrEqual(
          (Number(expiresAt) - 1_000) * 0.9 + 1,
        );
      },
    ),
    { seed: 3 },
  );
});
