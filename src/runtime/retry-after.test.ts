import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHttpDate } from './http-date.ts';
import { readRetryAfter, readSpentLimit } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const IN_90_S = 'Sun, 22 Nov 2026 12:01:30 GMT';

describe('how long the CRM asks to wait', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction', { 'retry-after': '1.5' }, 1_500],
    ['repeated', { 'retry-after': '7, 7' }, 7_000],
    ['a date', { 'retry-after': IN_90_S }, 90_000],
    ['a date of RFC 850', { 'retry-after': 'Sunday, 22-Nov-26 12:01:30 GMT' }, 90_000],
    ['a date that has passed', { 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, 1_000],
    ['zero', { 'retry-after': '0' }, 1_000],
    ['far too long', { 'retry-after': '999999999' }, 86_400_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['negative', { 'retry-after': '-5' }, undefined],
    ['endless digits', { 'retry-after': '9'.repeat(400) }, undefined],
    ['milliseconds', { 'retry-after-ms': '2500' }, 2_500],
    ['nothing', {}, undefined],
    ['RateLimit of today', { ratelimit: '"burst";r=0;t=30' }, 30_000],
    ['RateLimit of old', { ratelimit: 'limit=100, remaining=0, reset=30' }, 30_000],
    ['RateLimit-Reset', { 'ratelimit-remaining': '0', 'ratelimit-reset': '12' }, 12_000],
    ['X-RateLimit-Reset in seconds', { 'x-ratelimit-reset': '12' }, 12_000],
    ['X-RateLimit-Reset as epoch', { 'x-ratelimit-reset': String(NOW / 1_000 + 60) }, 60_000],
    ['X-RateLimit-Reset as epoch ms', { 'x-ratelimit-reset': String(NOW + 60_000) }, 60_000],
    [
      'a window with requests left',
      { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '12' },
      undefined,
    ],
    [
      'HubSpot interval',
      {
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
        'x-hubspot-ratelimit-remaining': '0',
      },
      10_000,
    ],
    ['HubSpot day', { 'x-hubspot-ratelimit-daily-remaining': '0' }, 3_600_000],
    ['Retry-After first', { 'retry-after': '3', 'x-ratelimit-reset': '12' }, 3_000],
  ])('%s', (_name, headers, expected) => {
    expect(readRetryAfter(headers, NOW)).toBe(expected);
  });

  test('any text gives nothing or a time between 1 s and 24 h', () => {
    const name = fc.constantFrom('retry-after', 'retry-after-ms', 'ratelimit', 'x-ratelimit-reset');
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String));
    fc.assert(
      fc.property(fc.dictionary(name, text), (headers) => {
        const wait = readRetryAfter(headers, NOW);
        expect(wait === undefined || (wait >= 1_000 && wait <= 86_400_000)).toBe(true);
      }),
    );
  });

  test.each(['', 'Sun, 22 Foo 2026 12:01:30 GMT', '2026-11-22T12:00:00Z', 'x'.repeat(10_000)])(
    'no HTTP date: %j',
    (text) => {
      expect(parseHttpDate(text)).toBeUndefined();
    },
  );
});

describe('an answer that was the last one of its limit', () => {
  test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    [
      'says when it begins anew',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' },
      30_000,
    ],
    ['says so in one field', { ratelimit: '"burst";r=0;t=30' }, 30_000],
    ['says so in the older field', { ratelimit: 'limit=100, remaining=0, reset=30' }, 30_000],
    [
      'is one of HubSpot',
      {
        'x-hubspot-ratelimit-remaining': '0',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
      },
      10_000,
    ],
    ['is not the last', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' }, undefined],
    ['is not the last in one field', { ratelimit: '"burst";r=10;t=30' }, undefined],
    ['does not say when', { 'x-ratelimit-remaining': '0' }, undefined],
    ['says nothing', {}, undefined],
  ])('%s', (_name, headers, wait) => {
    expect(readSpentLimit(headers, NOW)).toBe(wait);
  });
});
