import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { editDistance, nearName } from './near-name.ts';

describe('a near name', () => {
  test.each([
    ['contactid', 'contact_id'],
    ['Contact_ID', 'contact_id'],
    ['CONTACTID', undefined],
    ['user_di', 'user_id'],
    ['phone', 'phone'],
    ['telephone', undefined],
  ])('of %s is %s', (name, expected) => {
    expect(nearName(name, ['user_id', 'contact_id', 'phone'])).toBe(expected);
  });

  test('is the nearest, not the first', () => {
    expect(nearName('contactid', ['contact', 'contact_id'])).toBe('contact_id');
  });
});

describe('the edit distance', () => {
  const short = fc.string({ maxLength: 8 });

  test('is the same in both directions, and 0 only for equal texts', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(editDistance(a, b, 99)).toBe(editDistance(b, a, 99));
        expect(editDistance(a, b, 99) === 0).toBe(a === b);
      }),
      { seed: 5 },
    );
  });

  test('never says less than the limit where it is more', () => {
    fc.assert(
      fc.property(short, short, fc.integer({ min: 1, max: 5 }), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(limit, editDistance(a, b, 99)));
      }),
      { seed: 5 },
    );
  });
});
