import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rangeOf } from './range-header.ts';

const FILE = { size: 1_000, etag: '"abc"' };
const asked = (range: string | undefined, ifRange?: string) => rangeOf({ range, ifRange }, FILE);

describe('a request for a part of a file', () => {
  it.each<[string | undefined, ReturnType<typeof rangeOf>]>([
    [undefined, 'whole'],
    ['bytes=0-0', { from: 0, to: 0 }],
    ['bytes=0-999', { from: 0, to: 999 }],
    ['bytes=100-', { from: 100, to: 999 }],
    ['bytes=-100', { from: 900, to: 999 }],
    ['bytes=-5000', { from: 0, to: 999 }],
    ['bytes=990-5000', { from: 990, to: 999 }],
    ['BYTES=0-1', { from: 0, to: 1 }],
    ['bytes= 0-1 ', { from: 0, to: 1 }],
    ['bytes=999-99999999999999999999999999', { from: 999, to: 999 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    [`bytes=${'0-,'.repeat(1_000)}0-1`, 'whole'],
    ['items=0-1', 'whole'],
    ['bytes=0x1-2', 'whole'],
    ['bytes=1.5-2', 'whole'],
    ['bytes=٠-١', 'whole'],
    ['-1', 'whole'],
  ])('%s gives %j', (range, expected) => {
    expect(asked(range)).toEqual(expected);
  });

  it.each([
    ['this very file', '"abc"', { from: 0, to: 1 }],
    ['another file', '"abd"', 'whole'],
    ['a weak tag', 'W/"abc"', 'whole'],
    ['a date', 'Sun, 01 Mar 2026 09:00:00 GMT', 'whole'],
  ])('that is only for %s', (_name, ifRange, expected) => {
    expect(asked('bytes=0-1', ifRange)).toEqual(expected);
  });

  it('never leads outside the file', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
        ),
        fc.integer({ min: 1, max: 5_000 }),
        (range, size) => {
          const found = rangeOf({ range, ifRange: undefined }, { size, etag: '"x"' });
          if (typeof found === 'string') return;
          expect(found.from).toBeGreaterThanOrEqual(0);
          expect(found.to).toBeLessThan(size);
          expect(found.from).toBeLessThanOrEqual(found.to);
        },
      ),
    );
  });
});
