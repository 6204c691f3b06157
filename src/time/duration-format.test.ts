import { describe, expect, it } from 'vitest';
import { checkDurationPattern, formatDuration } from './duration-format.ts';

describe('a duration is written by its pattern', () => {
  it.each([
    [65, 'mm:ss', '01:05'],
    [3700, 'mm:ss', '61:40'],
    [3700, 'HH:mm:ss', '01:01:40'],
    [3700, "H 'h' m 'min'", '1 h 1 min'],
    [360_000, 'HH:mm', '100:00'],
    [59.9, 's', '59'],
    [0, 'H:mm', '0:00'],
  ])('%d s as %s', (seconds, pattern, text) => {
    expect(formatDuration(seconds, pattern)).toBe(text);
  });

  it.each([-1, Number.NaN, Infinity, 1e300])('%d has none', (seconds) => {
    expect(formatDuration(seconds, 'mm:ss')).toBeUndefined();
  });

  it('a field of dates is none of durations', () => {
    expect(checkDurationPattern('dd:mm')?.message).toContain('"dd" is no field');
    expect(formatDuration(1, 'dd')).toBeUndefined();
  });
});
