import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  BREAKER_FAILURES,
  BREAKER_WINDOW_MS,
  HEALTHY,
  nextHealth,
  permission,
} from './transitions.ts';
import type { ConnectionEvent, ConnectionHealth } from './transitions.ts';

const NOW = 1_000_000;
const failure: ConnectionEvent = { kind: 'failure', reason: 'no answer' };
const success: ConnectionEvent = { kind: 'success' };

function after(events: readonly ConnectionEvent[], from = HEALTHY, now = NOW): ConnectionHealth {
  return events.reduce((health, event) => nextHealth(health, event, now), from);
}

const broken = after(Array.from({ length: BREAKER_FAILURES }, () => failure));
const throttled = after([{ kind: 'throttled', retryAfterMs: 60_000, reason: 'slow down' }]);
const needsAuth = after([{ kind: 'unauthorized', reason: 'bad token' }]);
const forbidden = after([{ kind: 'forbidden', reason: 'no rights' }]);
const paused = after([{ kind: 'pause', reason: 'by hand' }]);

describe('the state table of a connection', () => {
  const events: Record<string, ConnectionEvent> = {
    success,
    throttled: { kind: 'throttled', reason: 'slow down' },
    failure,
    unauthorized: { kind: 'unauthorized', reason: 'bad token' },
    forbidden: { kind: 'forbidden', reason: 'no rights' },
    pause: { kind: 'pause', reason: 'by hand' },
    resume: { kind: 'resume' },
    credentials_saved: { kind: 'credentials_saved' },
    sign_in_unavailable: { kind: 'sign_in_unavailable', reason: 'no answer' },
  };
  const order = Object.keys(events);
  test.each([
    [
      'active',
      HEALTHY,
      [
        'active',
        'throttled',
        'active',
        'needs_auth',
        'forbidden',
        'paused',
        'active',
        'active',
        'broken',
      ],
    ],
    [
      'throttled',
      throttled,
      [
        'throttled',
        'throttled',
        'throttled',
        'needs_auth',
        'forbidden',
        'paused',
        'active',
        'active',
        'broken',
      ],
    ],
    [
      'broken',
      broken,
      [
        'active',
        'broken',
        'broken',
        'needs_auth',
        'forbidden',
        'paused',
        'active',
        'active',
        'broken',
      ],
    ],
    [
      'needs_auth',
      needsAuth,
      [
        'needs_auth',
        'needs_auth',
        'needs_auth',
        'needs_auth',
        'needs_auth',
        'paused',
        'active',
        'active',
        'needs_auth',
      ],
    ],
    [
      'forbidden',
      forbidden,
      [
        'forbidden',
        'forbidden',
        'forbidden',
        'needs_auth',
        'forbidden',
        'paused',
        'active',
        'active',
        'forbidden',
      ],
    ],
    [
      'paused',
      paused,
      ['paused', 'paused', 'paused', 'paused', 'paused', 'paused', 'active', 'paused', 'paused'],
    ],
  ])('from %s', (name, health, expected) => {
    expect(health.state).toBe(name);

    const reached = order.map((kind) => nextHealth(health, events[kind] ?? success, NOW).state);

    expect(reached).toEqual(expected);
  });

  test.each([
    ['needs_auth', needsAuth, 'active'],
    ['forbidden', forbidden, 'active'],
    ['broken', broken, 'active'],
    ['throttled', throttled, 'throttled'],
    ['paused', paused, 'paused'],
  ])('a successful test leads from %s to where it belongs', (_name, health, expected) => {
    expect(nextHealth(health, { kind: 'tested' }, NOW).state).toBe(expected);
  });

  test('a sign-in server that is away is asked again within two minutes, or when it says', () => {
    const away = { kind: 'sign_in_unavailable', reason: 'no answer' } as const;
    let health = HEALTHY;
    const waits: number[] = [];
    for (let now = NOW; waits.length < 7; now = health.until ?? now) {
      health = nextHealth(health, away, now);
      waits.push((health.until ?? 0) - now);
    }

    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
    expect(permission(health, NOW)).toBe('closed');
    expect(permission(health, health.until ?? 0)).toBe('probe');
    expect(after([{ ...away, retryAfterMs: 600_000 }]).until).toBe(NOW + 600_000);
    expect(after([success], health)).toEqual({ ...HEALTHY, permits: 2 });
  });

  test('others who meet the same absence do not push its probe away', () => {
    const away = { kind: 'sign_in_unavailable', reason: 'no answer' } as const;
    const health = after([away]);

    expect(nextHealth(health, away, NOW + 1_000)).toEqual(health);
  });

  test('is total: no order of events leads to an impossible row', () => {
    const event = fc.constantFrom(...Object.values(events));
    const steps = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 3_600_000 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (list) => {
        let health = HEALTHY;
        let now = NOW;
        for (const [happened, wait] of list) {
          now += wait;
          health = nextHealth(health, happened, now);
          const timed = health.state === 'throttled' || health.state === 'broken';
          expect(health.until !== null).toBe(timed);
          expect(health.reason === null).toBe(health.state === 'active');
          expect(Math.min(health.failures, health.throttles, health.breaks)).toBeGreaterThanOrEqual(
            0,
          );
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('the breaker', () => {
  test('opens at the fifth failure in a row and not before', () => {
    const four = after(Array.from({ length: BREAKER_FAILURES - 1 }, () => failure));

    expect(four.state).toBe('active');
    expect(nextHealth(four, failure, NOW)).toMatchObject({ state: 'broken', until: NOW + 30_000 });
    const later = NOW + BREAKER_WINDOW_MS + 1;
    expect(after([success, failure], four, later).state).toBe('active');
  });

  test('opens at five failures that took hours, if nothing succeeded between them', () => {
    let health = HEALTHY;
    for (let at = 0; at < BREAKER_FAILURES; at += 1) {
      health = nextHealth(health, failure, NOW + at * 3_600_000);
    }

    expect(health.state).toBe('broken');
  });

  test.each([
    ['half of the answers of a window are failures', 'sfsfsfsfsf', 0, 'broken'],
    ['every third answer of a window is a failure', 'ssfssfssfssfssf', 0, 'active'],
    ['half of the answers are failures, over a longer time', 'sfsfsfsfsf', 8_000, 'active'],
  ])('when %s', (_name, answers, everyMs, state) => {
    const health = answers
      .split('')
      .reduce(
        (before, answer, at) =>
          nextHealth(before, answer === 'f' ? failure : success, NOW + at * everyMs),
        HEALTHY,
      );

    expect(health.state).toBe(state);
  });

  test.each([
    ['one call that fails again and again', 'aaaaaaaaaaaa', 'active'],
    ['one call that fails while others go well', 'a.a.a.a.a.a.', 'active'],
    ['one call that fails, and then another one', 'aaaaaab', 'broken'],
    ['two calls, of which the other failed long before', 'baaaa', 'broken'],
    ['two calls that fail while as many others go well', '.a.b.a.b.ab', 'broken'],
    ['four failures of two calls', 'abab', 'active'],
    ['calls that are not told', '?????', 'broken'],
  ])('of %s', (_name, answers, state) => {
    const health = after(
      answers.split('').map((answer) => {
        if (answer === '.') return success;
        return answer === '?' ? failure : { ...failure, call: answer };
      }),
    );

    expect(health.state).toBe(state);
  });

  test('a probe that fails keeps a connection closed, whose call it ever is', () => {
    const until = broken.until ?? 0;
    const probed = nextHealth(broken, { kind: 'failure', call: 'a', reason: 'no answer' }, until);

    expect(probed).toMatchObject({ state: 'broken', breaks: 2 });
    expect(probed.until).toBeGreaterThan(until);
  });

  test('a healthy connection is not written for its successes', () => {
    expect(nextHealth(HEALTHY, success, NOW)).toEqual(HEALTHY);
    expect(after([failure, success], HEALTHY).windowAt).toBe(NOW);
    const later = NOW + BREAKER_WINDOW_MS + 1;
    expect(nextHealth(after([failure]), success, later)).toEqual(HEALTHY);
  });

  test('after an outage lets out two, and one more with each success, until all', () => {
    const until = broken.until ?? 0;
    const permits: (number | null)[] = [];
    let health = broken;
    for (let count = 0; count < 32; count += 1) {
      health = nextHealth(health, success, until + count);
      permits.push(health.permits);
    }

    // Two answers make four, four make eight: twice as many with each round.
    expect(permits.slice(0, 3)).toEqual([2, 3, 4]);
    expect(permits.slice(28, 31)).toEqual([30, 31, null]);
    expect(health).toEqual(HEALTHY);
  });

  test('lets one probe out after its wait, which doubles to 15 minutes', () => {
    expect(permission(broken, NOW + 29_999)).toBe('closed');
    expect(permission(broken, NOW + 30_000)).toBe('probe');

    let health = broken;
    const waits: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      const now = health.until ?? 0;
      health = nextHealth(health, failure, now);
      waits.push((health.until ?? 0) - now);
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
  });

  test('answers of requests that were under way when it opened do not push the probe away', () => {
    expect(nextHealth(broken, failure, NOW + 10).until).toBe(broken.until);
  });
});

describe('a throttled connection', () => {
  test('waits as long as the CRM asked, and the longest of a burst holds', () => {
    const longer = after([{ kind: 'throttled', retryAfterMs: 90_000, reason: 'r' }], throttled);
    const shorter = after([{ kind: 'throttled', retryAfterMs: 1_000, reason: 'r' }], throttled);

    expect(longer.until).toBe(NOW + 90_000);
    expect(shorter.until).toBe(NOW + 60_000);
    expect(permission(throttled, NOW + 59_999)).toBe('closed');
    expect(permission(throttled, NOW + 60_000)).toBe('open');
  });

  test('without a wait of the CRM backs off further each time', () => {
    const again: ConnectionEvent = { kind: 'throttled', reason: 'r' };
    const first = after([again]);
    const second = nextHealth(first, again, first.until ?? 0);

    expect((first.until ?? 0) - NOW).toBe(2_000);
    expect((second.until ?? 0) - (first.until ?? 0)).toBe(4_000);
  });

  test('a late success of a request of before does not end the wait; a later one does', () => {
    expect(nextHealth(throttled, success, NOW + 1).state).toBe('throttled');
    expect(nextHealth(throttled, success, NOW + 60_000)).toEqual(HEALTHY);
  });
});
