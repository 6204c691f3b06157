import { describe, expect, test } from 'vitest';

import { readBudget } from './read-budget.ts';
import { createSyncBrake } from './sync-brake.ts';

const NOW = Date.UTC(2026, 2, 1);

describe('what an answer says of the requests that are left', () => {
  test.each([
    [
      { 'x-ratelimit-remaining': '12', 'x-ratelimit-limit': '100' },
      { remaining: 12, limit: 100 },
    ],
    [
      { 'ratelimit-remaining': '3', 'ratelimit-limit': '10, 10;w=1', 'ratelimit-reset': '7' },
      { remaining: 3, limit: 10, resetMs: 7_000 },
    ],
    [
      { ratelimit: 'limit=100, remaining=20, reset=30' },
      { remaining: 20, limit: 100, resetMs: 30_000 },
    ],
    [{ ratelimit: '"burst";r=0;t=30' }, { remaining: 0, resetMs: 30_000 }],
    [
      { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': String(NOW / 1_000 + 9) },
      { remaining: 5, resetMs: 9_000 },
    ],
    [{ 'x-ratelimit-remaining': '50', 'x-ratelimit-limit': '10' }, { remaining: 50 }],
    [{ 'x-ratelimit-remaining': 'many' }, undefined],
    [{}, undefined],
  ])('%j', (headers, budget) => {
    expect(readBudget(headers, NOW)).toEqual(budget);
  });
});

const page = (remaining?: number) => ({
  throttled: false,
  budget: remaining === undefined ? undefined : { remaining, limit: 100, resetMs: 5_000 },
  durationMs: 80,
});

describe('the sync of one connection', () => {
  test('is as fast as the CRM, where nobody says otherwise', () => {
    const brake = createSyncBrake({ concurrency: 4 });
    brake.answered(page(), 1_000);

    expect(brake.nextAt()).toBe(1_000);
  });

  test('is busy half of the time, where the CRM takes one request at a time', () => {
    const brake = createSyncBrake({ concurrency: 1 });
    brake.answered(page(), 1_000);

    expect(brake.nextAt()).toBe(1_080);
  });

  test('leaves a fifth of what the CRM gives until there is more', () => {
    const brake = createSyncBrake({ concurrency: 4 });
    brake.answered(page(21), 1_000);
    expect(brake.nextAt()).toBe(1_000);

    brake.answered(page(20), 2_000);
    expect(brake.nextAt()).toBe(7_000);
  });

  test('reckons with the most that was ever left, where the limit is not said', () => {
    const brake = createSyncBrake({ concurrency: 4 });
    const left = (remaining: number) => ({ ...page(), budget: { remaining } });
    brake.answered(left(50), 0);
    brake.answered(left(11), 1_000);
    expect(brake.nextAt()).toBe(1_000);

    brake.answered(left(10), 2_000);
    expect(brake.nextAt()).toBe(62_000);
  });

  test('takes more time after a refusal, and less again with each page', () => {
    const brake = createSyncBrake({ concurrency: 4 });
    const waits = [true, true, ...Array.from({ length: 50 }, () => false)].map((throttled) => {
      brake.answered({ ...page(), throttled }, 0);
      return brake.nextAt();
    });

    expect(waits.slice(0, 3)).toEqual([250, 500, 450]);
    expect(waits.at(-1)).toBe(0);
  });
});

describe('a brake of a later life', () => {
  test('begins with the gap of the earlier one, and with the most that was left then', () => {
    const earlier = createSyncBrake({ concurrency: 4 });
    earlier.answered(page(100), 0);
    earlier.answered({ ...page(), throttled: true, durationMs: 4_000 }, 0);

    const later = createSyncBrake({ concurrency: 4, kept: earlier.write() });
    later.answered(page(90), 0);
    const gap = later.nextAt();
    later.answered(page(20), 0);

    expect(gap).toBe(3_600);
    // A fifth of 100, and not of 90.
    expect(later.nextAt()).toBe(5_000);
  });

  test.each(['', 'no JSON', '{"gapMs":"x","most":1}', '{"gapMs":-5,"most":0}', '[]'])(
    'takes nothing from %j',
    (kept) => {
      const brake = createSyncBrake({ concurrency: 4, kept });
      brake.answered(page(), 5);

      expect(brake.nextAt()).toBe(5);
    },
  );
});
