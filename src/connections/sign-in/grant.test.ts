import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LEASE_MS, next, NO_GRANT } from './grant.ts';
import type { Grant, GrantEvent } from './grant.ts';

const NOW = 1_000_000;

/** The grant after events, each of which must count. */
function after(events: readonly GrantEvent[], from: Grant = NO_GRANT, now = NOW): Grant {
  return events.reduce((grant, event) => {
    const changed = next(grant, event, now);
    if (changed === undefined) throw new Error(`${event.kind} came too late`);
    return changed;
  }, from);
}

const signedIn = after([
  { kind: 'signed_in', expiresAt: NOW + 3_600_000, refreshAt: NOW + 2_900_000 },
]);
const refreshing = after([{ kind: 'begin', fence: signedIn.fence, node: 'a' }], signedIn);

describe('a token request', () => {
  test('is written down before it leaves, with a lease', () => {
    expect(refreshing).toMatchObject({
      status: 'refreshing',
      since: NOW,
      leaseUntil: NOW + LEASE_MS,
      node: 'a',
      generation: 1,
      answerLost: false,
    });
  });

  test('is not begun by a second node while the lease holds', () => {
    const event = { kind: 'begin', fence: refreshing.fence, node: 'b' } as const;

    expect(next(refreshing, event, NOW + LEASE_MS - 1)).toBeUndefined();
  });

  test('is begun by another node when the lease is over, which knows that an answer may be lost', () => {
    const event = { kind: 'begin', fence: refreshing.fence, node: 'b' } as const;

    const taken = next(refreshing, event, NOW + LEASE_MS);

    expect(taken).toMatchObject({ node: 'b', answerLost: true, since: NOW + LEASE_MS });
  });

  test('is not begun on a row that has changed since it was read', () => {
    const event = { kind: 'begin', fence: signedIn.fence - 1, node: 'b' } as const;

    expect(next(signedIn, event, NOW)).toBeUndefined();
  });

  test('brings new tokens, and all that was wrong is over', () => {
    const troubled: Grant = { ...refreshing, failures: 7, message: 'no answer', answerLost: true };

    const renewed = after(
      [{ kind: 'obtained', generation: 1, expiresAt: NOW + 9, refreshAt: NOW + 8 }],
      troubled,
    );

    expect(renewed).toEqual({
      ...NO_GRANT,
      generation: 2,
      fence: refreshing.fence + 1,
      expiresAt: NOW + 9,
      refreshAt: NOW + 8,
    });
  });

  test('brings new tokens even to one who was overtaken, as long as nobody stored newer ones', () => {
    const taken = after(
      [{ kind: 'begin', fence: refreshing.fence, node: 'b' }],
      refreshing,
      NOW + LEASE_MS,
    );
    const late = { kind: 'obtained', generation: 1, expiresAt: null, refreshAt: null } as const;

    const stored = after([late], taken);

    expect(stored.generation).toBe(2);
    expect(next(stored, late, NOW)).toBeUndefined();
  });

  test('that was refused asks for a person, and is not repeated by a crowd', () => {
    const refused = after(
      [{ kind: 'refused', fence: refreshing.fence, message: 'revoked' }],
      refreshing,
    );

    expect(refused).toMatchObject({ needsAuth: 'revoked', status: 'idle', generation: 1 });
    expect(refused.retryAt).toBe(NOW + 30_000);
  });

  test.each<[string, GrantEvent]>([
    ['a refusal', { kind: 'refused', fence: refreshing.fence, message: 'revoked' }],
    ['a failure', { kind: 'transient', fence: refreshing.fence, message: 'no answer', lost: true }],
    ['the wish for a longer lease', { kind: 'again', fence: refreshing.fence }],
  ])('counts no more when another node has taken over: %s', (_what, event) => {
    const taken = after(
      [{ kind: 'begin', fence: refreshing.fence, node: 'b' }],
      refreshing,
      NOW + LEASE_MS,
    );

    expect(next(taken, event, NOW + LEASE_MS + 1)).toBeUndefined();
  });

  test('that is sent again says that an answer was lost, and has a new lease', () => {
    const event = { kind: 'again', fence: refreshing.fence } as const;

    expect(next(refreshing, event, NOW + 12_000)).toMatchObject({
      answerLost: true,
      leaseUntil: NOW + 12_000 + LEASE_MS,
    });
  });

  test('whose answer was lost stays so, whatever becomes of the next one', () => {
    const lost = after([{ kind: 'again', fence: refreshing.fence }], refreshing);
    const event = { kind: 'transient', fence: lost.fence, message: 'no', lost: false } as const;

    expect(after([event], lost)).toMatchObject({ status: 'idle', answerLost: true });
  });

  test.each([
    [1, undefined, 2_000],
    [2, undefined, 4_000],
    [6, undefined, 64_000],
    [7, undefined, 120_000],
    [500, undefined, 120_000],
    [1, 90_000, 90_000],
    [1, 24 * 60 * 60_000, 60 * 60_000],
  ])(
    'that came to nothing for the %i. time, asked to wait %s ms, waits %i ms',
    (failures, retryAfterMs, wait) => {
      const grant: Grant = { ...refreshing, failures: failures - 1 };
      const { fence } = grant;
      const event = { kind: 'transient', fence, message: 'no', lost: false, retryAfterMs } as const;

      expect(after([event], grant)).toMatchObject({
        failures,
        retryAt: NOW + wait,
        status: 'idle',
        expiresAt: signedIn.expiresAt,
      });
    },
  );
});

test('a token is rejected once, and never one that does not exist', () => {
  const rejected = after([{ kind: 'rejected', generation: 1 }], signedIn);

  expect(rejected.rejectedGeneration).toBe(1);
  expect(next(rejected, { kind: 'rejected', generation: 1 }, NOW)).toBeUndefined();
  expect(next(signedIn, { kind: 'rejected', generation: 2 }, NOW)).toBeUndefined();
});

test('a signed-out connection has no token, and late answers bring none back', () => {
  const out = after([{ kind: 'signed_out', message: 'bye' }], refreshing);
  const late = { kind: 'obtained', generation: 1, expiresAt: null, refreshAt: null } as const;

  expect(out).toMatchObject({ generation: 2, rejectedGeneration: 2, needsAuth: 'bye' });
  expect(next(out, late, NOW)).toBeUndefined();
});

describe('whatever happens in whatever order', () => {
  const fence = fc.integer({ min: 0, max: 12 });
  const generation = fc.integer({ min: 0, max: 6 });
  const time = fc.option(fc.integer({ min: NOW, max: NOW + 100_000 }), { nil: null });
  const event: fc.Arbitrary<GrantEvent> = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), fence, node: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('again' as const), fence }),
    fc.record({
      kind: fc.constant('obtained' as const),
      generation,
      expiresAt: time,
      refreshAt: time,
    }),
    fc.record({ kind: fc.constant('refused' as const), fence, message: fc.constant('no') }),
    fc.record({
      kind: fc.constant('transient' as const),
      fence,
      message: fc.constant('later'),
      lost: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('rejected' as const), generation }),
    fc.record({ kind: fc.constant('signed_in' as const), expiresAt: time, refreshAt: time }),
    fc.record({ kind: fc.constant('signed_out' as const), message: fc.constant('bye') }),
  );

  test('fences rise with each change, generations never fall, and nobody else leases twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(event, fc.integer({ min: 0, max: 20_000 })), { maxLength: 40 }),
        (events) => {
          let grant = NO_GRANT;
          let now = NOW;
          for (const [each, passed] of events) {
            now += passed;
            const changed = next(grant, each, now);
            if (changed === undefined) continue;
            expect(changed.fence).toBe(grant.fence + 1);
            expect(changed.generation).toBeGreaterThanOrEqual(grant.generation);
            expect(changed.rejectedGeneration).toBeLessThanOrEqual(changed.generation);
            expect(changed.status === 'refreshing').toBe(changed.leaseUntil !== null);
            if (each.kind === 'begin' && grant.status === 'refreshing') {
              expect(grant.leaseUntil).toBeLessThanOrEqual(now);
            }
            grant = changed;
          }
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});
