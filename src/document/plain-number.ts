import { numberFromText } from './json-value.ts';
import type { Scalar } from './values.ts';

/** What a double keeps of any decimal number; more digits would show its rounding. */
const SIGNIFICANT_DIGITS = 15;

/**
 * A computed number as the language has it: at most 15 significant digits (`27 * 0.1` is 2.7),
 * no minus zero; undefined for what is no finite number.
 */
export function plainNumber(value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return rounded === 0 ? 0 : rounded;
}

/** Reads a value as a number: `0042`, the empty text, `true` and a missing value are none. */
export function numericValue(value: Scalar | null | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || numberFromText(value) === undefined) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Writes a finite number in plain decimals, never with an exponent: `1e21` as 22 digits. */
export function decimalText(value: number): string {
  const text = String(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', first = '', fraction = '', exponent = '0'] = found;
  const digits = first + fraction;
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`;
  return `${sign}${digits.padEnd(shift + 1, '0')}`;
}
