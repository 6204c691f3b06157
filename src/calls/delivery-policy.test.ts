import { describe, expect, it } from 'vitest';

import { backoffMs, DELIVERY_POLICY } from './delivery-policy.ts';

describe('back-off', () => {
  it('is any time up to twice the last span, and never longer than its cap', () => {
    const spans = [1, 2, 3, 10, 40].map((attempt) =>
      backoffMs(attempt, DELIVERY_POLICY, 0.999_999),
    );

    expect(spans).toEqual(
      [2_000, 4_000, 8_000, 900_000, 900_000].map((ms) => Math.round(ms * 0.999_999)),
    );
    expect(backoffMs(1, DELIVERY_POLICY, 0)).toBe(1);
  });
});
