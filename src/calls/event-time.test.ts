import { describe, expect, it } from 'vitest';

import { isPlausibleTime, parseIso } from './event-time.ts';

const RECEIVED = Date.UTC(2026, 2, 1, 9);
const HOUR = 3_600_000;

describe('a time that a phone system tells', () => {
  it.each<[string, number | undefined, boolean]>([
    ['not told', undefined, false],
    ['of when it was received', RECEIVED, true],
    ['of the farthest time zone ahead', RECEIVED + 14 * HOUR, true],
    ['just within a day ahead', RECEIVED + 24 * HOUR, true],
    ['of a day and an hour ahead', RECEIVED + 25 * HOUR, false],
    ['of years ago', Date.UTC(1990, 0, 1), true],
    ['in seconds', RECEIVED / 1_000, false],
  ])('is believed or not: %s', (_name, at, expected) => {
    expect(isPlausibleTime(at, RECEIVED)).toBe(expected);
  });

  it.each<[string, number | undefined]>([
    ['2026-03-01T09:00:00Z', RECEIVED],
    ['2026-03-01T10:00+0100', RECEIVED],
    ['2024-02-29 00:00:00', Date.UTC(2024, 1, 29)],
    ['2024-02-30 00:00:00', undefined],
    ['2023-02-29 00:00:00', undefined],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['0000-00-00 00:00:00', undefined],
    ['2026-03-01T25:00:00Z', undefined],
    ['2026-03-01', undefined],
  ])('is read from %s', (text, ms) => {
    expect(parseIso(text)).toBe(ms);
  });
});
