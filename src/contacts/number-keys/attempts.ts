import type { NumberText } from './number-text.ts';
import type { NumberingPlans } from './numbering-plans.ts';
import { readNumber } from './read-number.ts';
import type { ReadNumber } from './read-number.ts';

/** A text, and where it was written: ISO 3166-1 alpha-2. */
export interface WrittenNumber {
  readonly text: string;
  readonly country: string;
}

/** A way to read a text: the number that it is so, if that is a valid one. */
export type Attempt = (
  plans: NumberingPlans,
  parts: NumberText,
  written: WrittenNumber,
) => ReadNumber | undefined;

/** From the likeliest to the least likely; the first that is valid counts. */
export const ATTEMPTS: readonly Attempt[] = [
  asWritten,
  withKeys,
  withoutZero,
  fromElsewhere,
  withoutPlus,
  withZeroAfterPlus,
  asDialledBefore,
  withoutTrunkPrefix,
];

/** Those by which a valid number can be another one, too. */
export const CARELESS: readonly Attempt[] = [
  asWritten,
  withKeys,
  withoutZero,
  fromElsewhere,
  withoutPlus,
  withZeroAfterPlus,
  withoutAmericanCode,
];

function asWritten(
  plans: NumberingPlans,
  { digits, plus }: Pick<NumberText, 'digits' | 'plus'>,
  { country }: Pick<WrittenNumber, 'country'>,
): ReadNumber | undefined {
  return readNumber(plans, digits, { plus, home: plans.ofCountry(country) });
}

/** 1-800-FLOWERS. */
function withKeys(
  plans: NumberingPlans,
  parts: NumberText,
  written: WrittenNumber,
): ReadNumber | undefined {
  const { keys, plus } = parts;
  return keys === undefined ? undefined : asWritten(plans, { digits: keys, plus }, written);
}

/** `+49 (0)30 …` is read as written; where zeros are no trunk prefix, nobody dials it. */
function withoutZero(
  plans: NumberingPlans,
  { digits, plus, zeroAt }: NumberText,
  written: WrittenNumber,
): ReadNumber | undefined {
  if (zeroAt === undefined) return undefined;
  const rest = `${digits.slice(0, zeroAt)}${digits.slice(zeroAt + 1)}`;
  return asWritten(plans, { digits: rest, plus }, written) ?? international(plans, rest);
}

/** What is dialled before foreign numbers in many countries, of which one may not be the connection's. */
const ABROAD = /^(?:00|011|0011|810|010|009)(?=[1-9])/;

function fromElsewhere(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
): ReadNumber | undefined {
  if (plus || !ABROAD.test(digits)) return undefined;
  return international(plans, digits.replace(ABROAD, ''));
}

/** `(458) 223-4567`, as in North America: there is no calling code at its beginning. */
const AREA_CODE_FIRST = /^\s*\(?\d{3}\)?[-. ]\s*\d{3}[-. ]\d{4}\s*$/;

function withoutPlus(
  plans: NumberingPlans,
  parts: NumberText,
  { text }: WrittenNumber,
): ReadNumber | undefined {
  return AREA_CODE_FIRST.test(text) ? undefined : withoutPlusAtAll(plans, parts);
}

function withoutAmericanCode(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
  { text }: WrittenNumber,
): ReadNumber | undefined {
  return plus || !AREA_CODE_FIRST.test(text) ? undefined : international(plans, `1${digits}`);
}

/** Digits that begin with a calling code, however they are grouped. */
export function withoutPlusAtAll(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
): ReadNumber | undefined {
  return plus ? undefined : international(plans, digits);
}

/** `+0044 …` and `+020 …`: a plus that somebody put before what was there. */
function withZeroAfterPlus(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
  written: WrittenNumber,
): ReadNumber | undefined {
  if (!plus || !digits.startsWith('0')) return undefined;
  const parts = { digits, plus: false };
  return asWritten(plans, parts, written) ?? international(plans, digits.replace(/^0+(?:11)?/, ''));
}

/**
 * Digits that are no longer dialled but stand in address books: of Mexico since 2019, of mobile numbers
 * in Brazil since 2016 (one digit less), of Argentina with and without the 9 of mobile numbers.
 */
const DIALLED_BEFORE: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  '52': [
    [/^1([0-9]{10})$/, '$1'],
    [/^(?:0[12]|04[45])([0-9]{10})$/, '$1'],
  ],
  '54': [
    [/^9([0-9]{10})$/, '$1'],
    [/^([1-3][0-9]{9})$/, '9$1'],
  ],
  '55': [
    [/^([1-9]{2})([6-9][0-9]{7})$/, '$19$2'],
    [/^([1-9]{2})9([6-9][0-9]{7})$/, '$1$2'],
  ],
};

/** The same line before, or after, its country changed how it is dialled. */
export function asDialledBefore(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
  written: WrittenNumber,
): ReadNumber | undefined {
  const read = asWritten(plans, { digits, plus }, written);
  const home = plans.ofCountry(written.country);
  const code = read?.callingCode ?? (plus ? digits.slice(0, 2) : (home?.callingCode ?? ''));
  const rest = read?.significant ?? (plus ? digits.slice(2) : digits.replace(/^00/, ''));
  for (const [pattern, now] of DIALLED_BEFORE[code] ?? []) {
    if (!pattern.test(rest)) continue;
    const again = international(plans, `${code}${rest.replace(pattern, now)}`);
    if (again !== undefined) return again;
  }
  return undefined;
}

/** `0321 1234567` in Colombia: the digit before area codes, where this number has none. */
function withoutTrunkPrefix(
  plans: NumberingPlans,
  { digits, plus }: NumberText,
  written: WrittenNumber,
): ReadNumber | undefined {
  const { trunkPrefix = '' } = plans.ofCountry(written.country) ?? {};
  if (plus || trunkPrefix === '' || !digits.startsWith(trunkPrefix)) return undefined;
  const rest = digits.slice(trunkPrefix.length);
  // Two zeros are dialled before foreign numbers.
  return rest.startsWith(trunkPrefix)
    ? undefined
    : asWritten(plans, { digits: rest, plus }, written);
}

function international(plans: NumberingPlans, digits: string): ReadNumber | undefined {
  return readNumber(plans, digits, { plus: true, home: undefined });
}
