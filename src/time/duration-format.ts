import type { PatternProblem } from './date-pattern.ts';
import { DURATION_FIELDS, parsePattern } from './date-pattern.ts';

const SECONDS = { H: 3600, m: 60, s: 1 } as const;
const UNITS = ['H', 'm', 's'] as const;
/** Some 31,000 years; above it a double no longer keeps every second apart when divided. */
const MAX_SECONDS = 1e12;

/** Says what is wrong with a duration pattern, or undefined when it can be used. */
export function checkDurationPattern(pattern: string): PatternProblem | undefined {
  const parsed = parsePattern(pattern, DURATION_FIELDS);
  return parsed.ok ? undefined : parsed.problem;
}

/**
 * Writes a number of seconds by a pattern of the fields of `DURATION_FIELDS`; the largest field
 * takes all above it (`mm:ss` of 3,700 is `61:40`), fractions and smaller units are cut off.
 * Undefined when the number is negative or the pattern cannot be used.
 */
export function formatDuration(seconds: number, pattern: string): string | undefined {
  const parsed = parsePattern(pattern, DURATION_FIELDS);
  if (!parsed.ok || !(seconds >= 0 && seconds <= MAX_SECONDS)) return undefined;
  const used = parsed.tokens.map((token) => (token.kind === 'field' ? token.field.charAt(0) : ''));
  const largest = UNITS.find((unit) => used.includes(unit));
  return parsed.tokens
    .map((token) => {
      if (token.kind === 'literal') return token.text;
      const unit = UNITS.find((candidate) => candidate === token.field.charAt(0)) ?? 's';
      const whole = Math.floor(seconds / SECONDS[unit]);
      const value = unit === largest ? whole : whole % (unit === 'H' ? Infinity : 60);
      return String(value).padStart(token.field.length, '0');
    })
    .join('');
}
