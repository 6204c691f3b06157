import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Limit } from '../document/options/limits.ts';
import { LONGEST_RESERVATION_MS, nextSlot, paceOf, slotsDue, windowMs } from './pace.ts';
import type { Buckets } from './pace.ts';

const BEGIN = Date.UTC(2026, 2, 1);

const anyLimit: fc.Arbitrary<Limit> = fc.record(
  {
    requests: fc.integer({ min: 1, max: 60 }),
    per_seconds: fc.constantFrom(0.5, 1, 10, 60, 3_600, 86_400),
    burst: fc.integer({ min: 1, max: 60 }),
  },
  { requiredKeys: ['requests', 'per_seconds'] },
);

/** Lets requests go that come so long after each other, each as soon as it may; when they leave. */
function departures(limits: readonly Limit[], arrivals: readonly number[]): readonly number[] {
  let buckets: Buckets = new Map();
  let last = BEGIN;
  return arrivals.map((gap) => {
    last += gap;
    let slot = nextSlot(limits, buckets, last);
    if (slot.at - last > LONGEST_RESERVATION_MS) {
      last = slot.at;
      slot = nextSlot(limits, buckets, last);
    }
    buckets = slot.next;
    return slot.at;
  });
}

/** The most departures within any window that is open at its end. */
function mostWithin(times: readonly number[], ms: number): number {
  let most = 0;
  let first = 0;
  times.forEach((time, at) => {
    while ((times[first] ?? time) <= time - ms) first += 1;
    most = Math.max(most, at - first + 1);
  });
  return most;
}

const anyArrivals = (limits: readonly Limit[]) => {
  const longest = Math.max(...limits.map(windowMs));
  const gap = fc.oneof(fc.constant(0), fc.nat(50), fc.nat(longest * 2));
  return fc.array(gap, { minLength: 1, maxLength: 300 });
};

test('no window of a limit ever sees more requests than it allows, whenever they come', () => {
  const case_ = fc
    .uniqueArray(anyLimit, { minLength: 1, maxLength: 3, selector: windowMs })
    .chain((limits) => fc.tuple(fc.constant(limits), anyArrivals(limits)));
  fc.assert(
    fc.property(case_, ([limits, arrivals]) => {
      const times = departures(limits, arrivals).toSorted((a, b) => a - b);

      for (const limit of limits) {
        expect(mostWithin(times, windowMs(limit))).toBeLessThanOrEqual(limit.requests);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [{ requests: 10, per_seconds: 1 }, 0.95],
  [{ requests: 100, per_seconds: 10 }, 0.95],
  [{ requests: 1_000, per_seconds: 1 }, 0.95],
  [{ requests: 60, per_seconds: 60 }, 0.95],
  // A day's limit leaves 40 % at once, and gives the rest back over the day.
  [{ requests: 10_000, per_seconds: 86_400 }, 0.59],
  [{ requests: 100, per_seconds: 10, burst: 20 }, 0.79],
])('a limit of %j is used to at least %d while many wait', (limit, share) => {
  const count = limit.requests * 20;
  const times = departures(
    [limit],
    Array.from({ length: count }, () => 0),
  );
  const seconds = ((times.at(-1) ?? 0) - (times[limit.requests] ?? 0)) / 1_000;

  const used = (count - limit.requests) / seconds / (limit.requests / limit.per_seconds);

  expect(used).toBeGreaterThanOrEqual(share);
  expect(used).toBeLessThanOrEqual(1);
});

test('a worker that is always late for its slot by some milliseconds loses none', () => {
  const limit = { requests: 10, per_seconds: 1 };
  let buckets: Buckets = new Map();
  let now = BEGIN;
  for (let count = 0; count < 200; count += 1) {
    now = Math.max(now, slotsDue([limit], buckets, now).nextAt) + 15;
    const slot = nextSlot([limit], buckets, now);
    expect(slot.at).toBe(now);
    buckets = slot.next;
  }

  const used = 200 / ((now - BEGIN) / 1_000) / 10;

  expect(used).toBeGreaterThanOrEqual(0.95);
});

test('as many slots are due as may leave one after the other at once', () => {
  fc.assert(
    fc.property(anyLimit, anyArrivals([{ requests: 1, per_seconds: 10 }]), (limit, arrivals) => {
      let buckets: Buckets = new Map();
      let now = BEGIN;
      for (const gap of arrivals.slice(0, 20)) {
        now += gap;
        const slot = nextSlot([limit], buckets, now);
        if (slot.at === now) buckets = slot.next;
      }
      const { count, nextAt } = slotsDue([limit], buckets, now);
      let left = 0;
      for (; ; left += 1) {
        const slot = nextSlot([limit], buckets, now);
        if (slot.at > now) break;
        buckets = slot.next;
      }

      expect(count).toBe(left);
      expect(nextAt).toBeGreaterThan(now);
    }),
  );
});

test.each([
  ['its time has come', 0, 0],
  ['it is far away in the tolerance of the limit', 20_000, 0],
  ['another node, whose clock is a little ahead, has set it', 400_000, 375],
  ['a clock that ran ahead by an hour has set it', 3_600_000_000, 0],
])('a bucket, when %s', (_name, ahead, wait) => {
  const limit = { requests: 50, per_seconds: 1 };
  const buckets = new Map([[1_000, BEGIN * 1_000 + ahead]]);

  expect(nextSlot([limit], buckets, BEGIN).at - BEGIN).toBe(wait);
});

test('the numbers that the decision page names', () => {
  const of = (requests: number, per_seconds: number) => {
    const { intervalUs, toleranceUs } = paceOf({ requests, per_seconds });
    return [intervalUs / 1_000, toleranceUs / 1_000, Math.floor(toleranceUs / intervalUs) + 1];
  };

  expect(of(10, 1)).toEqual([104.5, 25, 1]);
  expect(of(100, 10)).toEqual([104.5, 250, 3]);
  expect(of(100, 60).map(Math.round)).toEqual([625, 1_500, 3]);
  expect(of(10_000, 86_400).map(Math.round)).toEqual([14_398, 57_576_674, 4_000]);
});
