import type { NumberMatch } from '../index/contact-index.ts';
import type { NumberKey, NumberKeys } from './number-key.ts';
import { reverse } from './reverse.ts';

/** How to find the owners of a number in an index of `NumberKey.reversed`. */
export interface NumberQuestion {
  readonly key: NumberKey;
  /** Who has this key has the number; empty where there is no number. */
  readonly exact: string;
  /** Who has a key that begins like one of these may have it: `judge` says. None is part of another. */
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

/** Everything a lookup of a number needs; the number is read once. */
export function askNumber(
  keys: NumberKeys,
  number: string,
  { country, suffix }: QuestionOptions,
): NumberQuestion {
  const asked = keys.readings(number, country);
  const [key] = asked;
  const exact = key?.reversed ?? '';
  if (key === undefined || key.kind !== 'number') {
    const own = key ?? keys.keyOf('', country);
    const judge = (phone: string): NumberMatch | undefined =>
      own.digits !== '' && keys.keyOf(phone, country).digits === own.digits ? 'e164' : undefined;
    return { key: own, exact, beginnings: [], judge };
  }
  const ends = asked.map((one) => one.significant ?? withoutZeros(one.digits));
  if (suffix !== undefined) ends.push(key.digits.slice(-suffix));
  return {
    key,
    exact,
    beginnings: shortest(ends.filter((end) => end.length >= SHORTEST).map(reverse)),
    judge: (phone) => {
      const held = keys.readings(phone, country);
      if (held[0]?.kind !== 'number') return undefined;
      if (held[0].digits === key.digits) return 'e164';
      if (isNational(asked, held)) return 'national';
      return suffix !== undefined && endsAlike(key, held[0], suffix) ? 'suffix' : undefined;
    },
  };
}

/**
 * True when the two can mean one line though they are not written alike: in one of the ways in which
 * each can be read, or because one of them has no country and is no number of the connection's.
 */
function isNational(asked: readonly NumberKey[], held: readonly NumberKey[]): boolean {
  const known = new Set(asked.map(({ digits }) => digits));
  if (held.some(({ digits }) => known.has(digits))) return true;
  return (
    asked.some((one) => held.some((other) => isWithoutCountry(one, other))) ||
    held.some((one) => asked.some((other) => isWithoutCountry(one, other)))
  );
}

/** `bare` is no valid number where it was written, and is what people of the other one's country dial. */
function isWithoutCountry(bare: NumberKey, other: NumberKey): boolean {
  if (bare.e164 !== undefined || bare.international) return false;
  const digits = withoutZeros(bare.digits);
  if (digits.length < SHORTEST) return false;
  if (other.significant !== undefined) return digits === withoutZeros(other.significant);
  return !other.international && digits === withoutZeros(other.digits);
}

function endsAlike(a: NumberKey, b: NumberKey, suffix: number): boolean {
  const least = Math.max(suffix, SHORTEST);
  if (a.digits.length < least || b.digits.length < least) return false;
  return a.digits.slice(-least) === b.digits.slice(-least);
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}

function shortest(beginnings: readonly string[]): readonly string[] {
  const all = [...new Set(beginnings)];
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)));
}
