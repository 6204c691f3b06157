import type { NumberMatch } from '../index/contact-index.ts';
import type { NumberKey, NumberKeys } from './number-key.ts';
import { reverse } from './reverse.ts';

/** How to find the owners of a number in an index of `NumberKey.reversed`. */
export interface NumberQuestion {
  readonly key: NumberKey;
  /** Who has this key has the number; empty where there is no number. */
  readonly exact: string;
  /** Who has a key that begins like one of these may have it: `judge` says. */
  readonly beginnings: readonly string[];
  /** How a number of a contact, as the CRM wrote it, is the one asked for; `undefined`: another one. */
  judge(phone: string): NumberMatch | undefined;
}

export interface QuestionOptions {
  /** Country of numbers without one, ISO 3166-1 alpha-2. */
  readonly country: string;
  /** How many last digits are enough; absent: no match by the end of a number. */
  readonly suffix?: number | undefined;
}

/** With fewer digits nobody can be told from somebody else. */
const SHORTEST = 5;
/** However a line is written, in whatever country, so many digits at its end are the same. */
const SAME_END = 7;

/** Everything a lookup of a number needs; the number is read once. */
export function askNumber(
  keys: NumberKeys,
  number: string,
  { country, suffix }: QuestionOptions,
): NumberQuestion {
  const asked = keys.readings(number, country);
  const key = asked[0] ?? keys.keyOf('', country);
  const exact = key.reversed;
  if (key.kind !== 'number') {
    const judge = (phone: string): NumberMatch | undefined =>
      key.digits !== '' && keys.keyOf(phone, country).digits === key.digits ? 'e164' : undefined;
    return { key, exact, beginnings: [], judge };
  }
  const end = endOf(key, suffix);
  return {
    key,
    exact,
    beginnings: end.length < SHORTEST ? [] : [reverse(end)],
    judge: (phone) => {
      const held = keys.readings(phone, country);
      if (held[0]?.kind !== 'number') return undefined;
      if (held[0].digits === key.digits) return 'e164';
      if (isNational(keys, asked, held)) return 'national';
      return suffix !== undefined && endsAlike(key, held[0], suffix) ? 'suffix' : undefined;
    },
  };
}

/** Of a short number the digits without its country, so that a national spelling ends like it. */
function endOf({ significant, digits }: NumberKey, suffix = SAME_END): string {
  const { length } = significant ?? withoutZeros(digits);
  return digits.slice(-Math.min(SAME_END, suffix, Math.max(length, SHORTEST)));
}

/**
 * True when the two can mean one line though they are not written alike: in one of the ways in which
 * each can be read, or because one of them has no country and is no number of the connection's.
 */
function isNational(
  keys: NumberKeys,
  asked: readonly NumberKey[],
  held: readonly NumberKey[],
): boolean {
  const known = new Set(asked.map(({ digits }) => digits));
  if (held.some(({ digits }) => known.has(digits))) return true;
  const [one] = asked;
  const [other] = held;
  if (one === undefined || other === undefined) return false;
  return isWithoutCountry(keys, one, other) || isWithoutCountry(keys, other, one);
}

/** `bare` is no valid number where it was written, and is what people of the other one's country dial. */
function isWithoutCountry(keys: NumberKeys, bare: NumberKey, other: NumberKey): boolean {
  if (bare.e164 !== undefined || bare.international) return false;
  const digits = withoutZeros(bare.digits);
  if (digits.length < SHORTEST) return false;
  const { country, significant } = other;
  if (country !== undefined && significant !== undefined) {
    if (digits === withoutZeros(significant)) return true;
    // Some plans put an area code before digits that have none: a guess too many.
    const isWhole = bare.digits.length >= significant.length;
    return isWhole && keys.keyOf(bare.digits, country).digits === other.digits;
  }
  return !other.international && digits === withoutZeros(other.digits);
}

/**
 * True when all the numbers, as the CRM wrote them, are one line. Owners of several lines that match
 * without a country are strangers to each other: which of them it is, nobody can tell.
 */
export function isOneLine(keys: NumberKeys, phones: readonly string[], country: string): boolean {
  return new Set(phones.map((phone) => withoutZeros(keys.keyOf(phone, country).digits))).size <= 1;
}

function endsAlike(a: NumberKey, b: NumberKey, suffix: number): boolean {
  const least = Math.max(suffix, SHORTEST);
  if (a.digits.length < least || b.digits.length < least) return false;
  return a.digits.slice(-least) === b.digits.slice(-least);
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}
