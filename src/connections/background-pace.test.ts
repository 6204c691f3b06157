import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Limit } from '../document/options/limits.ts';
import { backgroundSlot } from './background-pace.ts';
import { LONGEST_RESERVATION_MS, nextSlot } from './pace.ts';
import type { Buckets } from './pace.ts';

const BEGIN = Date.UTC(2026, 2, 1);

interface Sent {
  readonly calls: readonly number[];
  readonly background: readonly number[];
}

/**
 * Lets a background that always has something to send, and calls that come every so often, share
 * limits for a time; when each left.
 */
function share(limits: readonly Limit[], of: { callEveryMs?: number; forMs: number }): Sent {
  let buckets: Buckets = new Map();
  const calls: number[] = [];
  const background: number[] = [];
  let nextCall = of.callEveryMs === undefined ? Infinity : BEGIN;
  let nextBackground = BEGIN;
  while (Math.min(nextCall, nextBackground) < BEGIN + of.forMs) {
    if (nextCall <= nextBackground) {
      const slot = nextSlot(limits, buckets, nextCall);
      // Whoever would wait longer is refused.
      if (slot.at - nextCall <= LONGEST_RESERVATION_MS) {
        buckets = new Map([...buckets, ...slot.next]);
        calls.push(slot.at);
      }
      nextCall += of.callEveryMs ?? 0;
      continue;
    }
    const slot = backgroundSlot(limits, buckets, nextBackground);
    if (slot.at <= nextBackground) {
      buckets = new Map([...buckets, ...slot.next]);
      background.push(slot.at);
    } else {
      nextBackground = slot.at;
    }
  }
  return { calls, background };
}

function mostWithin(times: readonly number[], ms: number): number {
  let first = 0;
  return times.reduce((most, time, at) => {
    while ((times[first] ?? time) <= time - ms) first += 1;
    return Math.max(most, at - first + 1);
  }, 0);
}

const TEN_A_SECOND: readonly Limit[] = [{ requests: 10, per_seconds: 1 }];

test('alone it uses nearly 80 % of a limit, and no more', () => {
  const { background } = share(TEN_A_SECOND, { forMs: 60_000 });

  expect(background.length).toBeGreaterThan(440);
  expect(background.length).toBeLessThanOrEqual(480);
});

test('a fifth of a limit is there for calls at once', () => {
  const { calls, background } = share(TEN_A_SECOND, { callEveryMs: 500, forMs: 60_000 });

  expect(calls).toHaveLength(120);
  const waits = calls.map((at, index) => at - BEGIN - index * 500);
  expect(Math.max(...waits)).toBeLessThanOrEqual(110);
  expect(background.length).toBeGreaterThan(400);
});

test('calls that use a whole limit leave the background next to nothing', () => {
  const { calls, background } = share(TEN_A_SECOND, { callEveryMs: 102, forMs: 60_000 });

  expect(calls.length).toBeGreaterThan(580);
  expect(background.length).toBeLessThan(30);
});

test("of a day's limit it leaves a part of the burst to calls", () => {
  const daily: readonly Limit[] = [{ requests: 1_000, per_seconds: 86_400 }];
  const { calls, background } = share(daily, { callEveryMs: 1_000, forMs: 60_000 });

  // 400 may leave at once, and 320 of them are for the background.
  expect(background.length).toBeGreaterThan(250);
  expect(background.length).toBeLessThanOrEqual(320);
  expect(calls).toEqual(Array.from({ length: 60 }, (_, index) => BEGIN + index * 1_000));
});

test('with calls beside it no window of a limit sees more than it allows', () => {
  const anyLimit = fc.record(
    {
      requests: fc.integer({ min: 1, max: 40 }),
      per_seconds: fc.constantFrom(0.5, 1, 10),
      burst: fc.integer({ min: 1, max: 40 }),
    },
    { requiredKeys: ['requests', 'per_seconds'] },
  );
  fc.assert(
    fc.property(anyLimit, fc.integer({ min: 40, max: 3_000 }), (limit, callEveryMs) => {
      const { calls, background } = share([limit], { callEveryMs, forMs: 30_000 });

      const all = [...calls, ...background].toSorted((a, b) => a - b);
      expect(mostWithin(all, limit.per_seconds * 1_000)).toBeLessThanOrEqual(limit.requests);
      const most = (limit.requests * 0.8 * 30) / limit.per_seconds;
      expect(background.length).toBeLessThanOrEqual(most + limit.requests);
    }),
    { numRuns: 200, examples: [[{ requests: 27, per_seconds: 0.5, burst: 4 }, 334]] },
  );
});
