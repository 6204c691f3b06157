import { isRawNumber, numberFromText } from '../json-value.ts';
import type { Json, RawNumber } from '../json-value.ts';
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

/**
 * The text of a value as it is sent and compared: numbers in plain decimals, never with an exponent
 * (`1e21` as 22 digits). What is no text, number, `true` or `false` has none.
 */
export function scalarText(value: Scalar | RawNumber): string;
export function scalarText(value: Json | undefined): string | undefined;
export function scalarText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? String(value) : plainDigits(String(value));
  }
  if (typeof value === 'boolean') return String(value);
  return isRawNumber(value) ? plainDigits(value.rawJSON) : undefined;
}

/** No number that means something is longer; a hostile one must not become a long text. */
const MAX_EXPONENT = 400;

/**
 * Writes the text of a JSON number without its exponent and with all its digits: `1.25E3` as
 * `1250`. One beyond all doubles stays as it is.
 */
function plainDigits(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const shift = Number(exponent);
  if (Math.abs(shift) > MAX_EXPONENT) return text;
  const digits = (whole + fraction).padStart(fraction.length + 1 - shift, '0');
  const point = digits.length - fraction.length + shift;
  const left = digits
    .slice(0, point)
    .padEnd(point, '0')
    .replace(/^0+(?=\d)/, '');
  const right = digits.slice(point);
  return `${sign}${left}${right === '' ? '' : `.${right}`}`;
}
