import { expect, it } from 'vitest';

import { idempotencyKey } from './idempotency-key.ts';

const LANE = { call_key: 'W8GR2H1KFE78BVX9AX49' };
const STEP = { id: 'step-1', keyNumber: 0 };

it('is the same for each try of a step, and another for another step, call or renewal', () => {
  const keys = [
    idempotencyKey(LANE, STEP),
    idempotencyKey(LANE, { ...STEP, id: 'step-2' }),
    idempotencyKey(LANE, { ...STEP, keyNumber: 1 }),
    idempotencyKey({ call_key: 'X8GR2H1KFE78BVX9AX49' }, STEP),
  ];

  expect(idempotencyKey(LANE, STEP)).toBe(keys[0]);
  expect(new Set(keys).size).toBe(4);
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
});
