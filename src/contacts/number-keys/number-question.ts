import type { NumberMatch } from '../index/contact-index.ts';
import { hasDirectDialling } from './direct-dialling.ts';
import type { NumberKey, NumberKeys, NumberReadings } from './number-key.ts';
import { reverse } from './reverse.ts';

/** How to find the owners of a number in an index of `NumberKey.reversed`. */
export interface NumberQuestion {
  readonly key: NumberKey;
  /** Who has this key has the number; empty where there is no number. */
  readonly exact: string;
  /** Who has a key that begins like one of these may have it: `judge` says. */
  readonly beginnings: readonly string[];
  /** Keys of switchboards before whose direct dials the number may stand: `judge` says. */
  readonly switchboards: readonly string[];
  /** How a number of a contact, as the CRM wrote it, is the one asked for; `undefined`: another one. */
  judge(phone: string): NumberMatch | undefined;
  /** True for a number of a contact that ends like the one asked for. */
  endsLike(phone: string): boolean;
}

export interface QuestionOptions {
  /** Country of numbers without one, ISO 3166-1 alpha-2. */
  readonly country: string;
  /** How many last digits are enough; absent: no match by the end of a number. */
  readonly suffix?: number | undefined;
}

/** From the surest to the least sure. */
export const BEST_FIRST: readonly NumberMatch[] = [
  'e164',
  'national',
  'switchboard',
  'suffix',
  'possible',
];

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
  const key = keys.keyOf(number, country);
  const exact = key.reversed;
  if (key.kind !== 'number') {
    const judge = (phone: string): NumberMatch | undefined =>
      key.digits !== '' && keys.keyOf(phone, country).digits === key.digits ? 'e164' : undefined;
    return { key, exact, beginnings: [], switchboards: [], judge, endsLike: () => false };
  }
  const end = endOf(key, suffix);
  let asked: NumberReadings | undefined;
  const judgeOne = (phone: string): NumberMatch | undefined => {
    const { kind, digits } = keys.keyOf(phone, country);
    if (kind !== 'number') return undefined;
    // As a rule it is this, and what else the two can mean need not be known.
    if (digits === key.digits) return 'e164';
    asked ??= keys.readings(number, country);
    const held = keys.readings(phone, country);
    if (isSameByLength(asked, held)) return 'e164';
    if (isRenumbered(asked, held)) return 'national';
    if (isSwitchboard(phone, { held: held.key, key })) return 'switchboard';
    if (suffix !== undefined && endsAlike(asked, held, suffix)) return 'suffix';
    return isPossible(keys, asked, held) ? 'possible' : undefined;
  };
  return {
    key,
    exact,
    beginnings: end.length < SHORTEST ? [] : [reverse(end)],
    switchboards: switchboardsOf(key),
    judge: (phone) => {
      const levels = keys.numbersIn(phone, country).map(judgeOne);
      return BEST_FIRST.find((level) => levels.includes(level));
    },
    endsLike: (phone) =>
      keys.numbersIn(phone, country).some((one) => keys.keyOf(one, country).digits.endsWith(end)),
  };
}

/** Of a short number the digits without its country, so that a national spelling ends like it. */
function endOf({ significant, digits }: NumberKey, suffix = SAME_END): string {
  const { length } = significant ?? withoutZeros(digits);
  return digits.slice(-Math.min(SAME_END, suffix, Math.max(length, SHORTEST)));
}

/** One line in no plan, as `07700 900201` and `+44 7700 900201` in Britain. */
function isSameByLength({ byLength: a }: NumberReadings, { byLength: b }: NumberReadings): boolean {
  if (a === undefined || b === undefined) return false;
  return a.callingCode === b.callingCode && a.significant === b.significant;
}

/** The same line, dialled otherwise before or after its country changed its plan. */
function isRenumbered(asked: NumberReadings, held: NumberReadings): boolean {
  const known = new Set([asked.key, ...asked.renumbered].map(({ digits }) => digits));
  return [held.key, ...held.renumbered].some(({ digits }) => known.has(digits));
}

/** Digits of a direct dial; with more the number would be too long for any plan. */
const LONGEST_DIRECT_DIAL = 5;

/** The switchboard's number ends with a 0 in place of the digits of its phones (DIN 5008). */
function switchboardsOf({ digits, significant, country }: NumberKey): readonly string[] {
  if (significant === undefined || !hasDirectDialling(country)) return [];
  const longest = Math.min(LONGEST_DIRECT_DIAL, significant.length - SHORTEST);
  return Array.from({ length: Math.max(longest + 1, 0) }, (_, at) =>
    reverse(`${digits.slice(0, digits.length - at)}0`),
  );
}

const ENDS_WITH_ZERO = /\d\s*[-\u2013]\s*0\s*$/u;

/** No other line begins with the digits of a switchboard: whoever calls so, calls from there. */
function isSwitchboard(
  phone: string,
  { held, key }: { readonly held: NumberKey; readonly key: NumberKey },
): boolean {
  if (!ENDS_WITH_ZERO.test(phone) || !hasDirectDialling(held.country)) return false;
  if (held.e164 === undefined || held.extension !== undefined) return false;
  const base = held.digits.slice(0, -1);
  const rest = key.digits.length - base.length;
  return key.digits.startsWith(base) && rest >= 0 && rest <= LONGEST_DIRECT_DIAL;
}

/**
 * True when the two are one line if one of them is read otherwise than where it stands: as written
 * without plus, or without its country. It can as well be somebody else's line.
 */
function isPossible(keys: NumberKeys, asked: NumberReadings, held: NumberReadings): boolean {
  const known = new Set([asked.key, ...asked.guesses].map(({ digits }) => digits));
  if ([held.key, ...held.guesses].some(({ digits }) => known.has(digits))) return true;
  return isWithoutCountry(keys, asked.key, held) || isWithoutCountry(keys, held.key, asked);
}

/** `bare` is no valid number where it was written, and is what people of the other one's country dial. */
function isWithoutCountry(
  keys: NumberKeys,
  bare: NumberKey,
  { key: other, byLength }: NumberReadings,
): boolean {
  if (bare.e164 !== undefined || bare.international) return false;
  const digits = withoutZeros(bare.digits);
  if (digits === byLength?.significant) return true;
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
 * True when all the numbers, as the CRM wrote them, are one line. Owners of several lines that end
 * alike are strangers to each other: which of them it is, nobody can tell.
 */
export function isOneLine(keys: NumberKeys, phones: readonly string[], country: string): boolean {
  return new Set(phones.map((phone) => withoutZeros(keys.keyOf(phone, country).digits))).size <= 1;
}

/** Two numbers that are complete and not the same are two lines, however they end. */
function endsAlike(one: NumberReadings, other: NumberReadings, suffix: number): boolean {
  if (one.isComplete && other.isComplete) return false;
  const [a, b] = [one.key, other.key];
  const least = Math.max(suffix, SHORTEST);
  if (a.digits.length < least || b.digits.length < least) return false;
  return a.digits.slice(-least) === b.digits.slice(-least);
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}
