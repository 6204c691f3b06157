import { isWithheld, isWithheldWord } from '../withheld.ts';
import { asDialledBefore, ATTEMPTS, CARELESS, withoutPlusAtAll } from './attempts.ts';
import type { Attempt, WrittenNumber } from './attempts.ts';
import { hasDirectDialling } from './direct-dialling.ts';
import { readNumberText } from './number-text.ts';
import type { NumberText } from './number-text.ts';
import { createNumberingPlans } from './numbering-plans.ts';
import type { NumberingPlans } from './numbering-plans.ts';
import { numbersIn } from './numbers-in.ts';
import { readByLength } from './read-number.ts';
import type { ReadNumber } from './read-number.ts';
import { reverse } from './reverse.ts';

/**
 * `number`: of a line, of whose plan it may not be (then without `e164`). `extension`: a few digits
 * inside of a phone system. `short_code`: 112, 116 117 and the like. `service`: a feature code such as
 * `*97`. `anonymous`: withheld. `none`: no number.
 */
export type NumberKind = 'number' | 'extension' | 'short_code' | 'service' | 'anonymous' | 'none';

/** What numbers are kept and looked up by. */
export interface NumberKey {
  readonly kind: NumberKind;
  /** With plus; only of numbers that are valid in their country's plan. */
  readonly e164?: string;
  /** Without calling code and trunk prefix. */
  readonly significant?: string;
  /** Whose plan `e164` is of, ISO 3166-1 alpha-2; absent for numbers of no country. */
  readonly country?: string;
  /** The digits of `e164`, or those that are written; of a service with `*` and `#`. */
  readonly digits: string;
  /** What is dialled after the number, as `12` of `+44 20 7946 0018 ext. 12`. */
  readonly extension?: string;
  /** True when the number names its country: then it is not for the connection's country to guess. */
  readonly international: boolean;
  /** `digits` from the end: the key of the index. Empty for `anonymous` and `none`. */
  readonly reversed: string;
}

/** What the text of one number can mean. */
export interface NumberReadings {
  /** The likeliest; what `keyOf` answers. */
  readonly key: NumberKey;
  /** The same line as it was dialled before its country changed its plan, or the other way round. */
  readonly renumbered: readonly NumberKey[];
  /** Other lines that it would be if it were written carelessly, as without its plus. */
  readonly guesses: readonly NumberKey[];
  /** Of a number in no plan the line that it would be by its length, where it is written in full. */
  readonly byLength: Pick<ReadNumber, 'callingCode' | 'significant'> | undefined;
  /** True for a number of some country that needs nothing before it. */
  readonly isComplete: boolean;
}

export interface NumberKeys {
  /** `country` is ISO 3166-1 alpha-2: where a number without calling code belongs. */
  keyOf(text: string, country: string): NumberKey;
  readings(text: string, country: string): NumberReadings;
  /** The texts of all numbers that a text holds; most hold one, and are answered as they are. */
  numbersIn(text: string, country: string): readonly string[];
}

/** The number for people to read: with plus where it names its country, valid or not. */
export function shownNumber({ e164, digits, international }: NumberKey): string {
  return e164 ?? (international ? `+${digits}` : digits);
}

/** Keys of any text, by libphonenumber's plans. Pure; keeps compiled patterns only. */
export function createNumberKeys(): NumberKeys {
  const plans = createNumberingPlans();
  return {
    keyOf: (text, country) => keyOfText(plans, readNumberText(text), { text, country }),
    readings: (text, country) => readingsOf(plans, text, country),
    numbersIn: (text, country) =>
      numbersIn(text, {
        isWhole: (part) => isWhole(plans, part, country),
        hasDirectDialling: (part) =>
          hasDirectDialling(
            keyOfText(plans, readNumberText(part), { text: part, country }).country,
          ),
      }),
  };
}

function keyOfText(plans: NumberingPlans, parts: NumberText, written: WrittenNumber): NumberKey {
  if (parts.service !== undefined) return bare('service', parts.service);
  if (parts.digits === '') return keyOfWords(parts, written);
  if (parts.plus && isWithheld(parts.digits)) return bare('anonymous', '');
  for (const attempt of ATTEMPTS) {
    const read = attempt(plans, parts, written);
    if (read !== undefined) return keyOfNumber(read, parts.extension);
  }
  return unknownNumber(parts);
}

function keyOfWords({ extension }: NumberText, { text }: WrittenNumber): NumberKey {
  if (extension !== undefined) return bare('extension', extension);
  return bare(isWithheldWord(text) ? 'anonymous' : 'none', '');
}

function readingsOf(plans: NumberingPlans, text: string, country: string): NumberReadings {
  const parts = readNumberText(text);
  const key = keyOfText(plans, parts, { text, country });
  if (key.kind !== 'number') {
    return { key, renumbered: [], guesses: [], byLength: undefined, isComplete: false };
  }
  const read = (attempts: readonly Attempt[]): readonly NumberKey[] =>
    attempts
      .flatMap((attempt) => attempt(plans, parts, { text, country }) ?? [])
      .map((one) => keyOfNumber(one, parts.extension))
      .filter(({ digits }) => digits !== key.digits);
  const careless = key.e164 === undefined ? [...CARELESS, withoutPlusAtAll] : CARELESS;
  const before = read([asDialledBefore]);
  // `1 201 555 0120` in Mexico: an American number rather than an old Mexican one.
  const isOfPlan = ({ country: of }: NumberKey): boolean => of === key.country;
  const isKnown = key.e164 !== undefined;
  const byLength = isKnown ? undefined : fullByLength(plans, parts, country);
  const isOfPlanHere = isKnown && (key.international || isBegun(plans, parts, country));
  return {
    key,
    byLength,
    isComplete: isOfPlanHere || byLength !== undefined,
    renumbered: isKnown ? before.filter(isOfPlan) : before,
    guesses: [...read(careless), ...(isKnown ? before.filter((one) => !isOfPlan(one)) : [])],
  };
}

/** Shorter parts of a text are an area code, an extension, or the rest of a number. */
const SHORTEST_WHOLE = 7;

/** True for the text of a number that needs nothing of what stands beside it. */
function isWhole(plans: NumberingPlans, text: string, country: string): boolean {
  const parts = readNumberText(text);
  if (parts.digits.length < SHORTEST_WHOLE) return false;
  if (!isBegun(plans, parts, country)) return false;
  return keyOfText(plans, parts, { text, country }).e164 !== undefined;
}

/** False for digits that may lack an area code, where a 0 stands before those. */
function isBegun(plans: NumberingPlans, { plus, digits }: NumberText, country: string): boolean {
  return plus || digits.startsWith('0') || plans.ofCountry(country)?.trunkPrefix !== '0';
}

/** What has neither country nor trunk prefix may lack its area code, unless all numbers are of one length. */
function fullByLength(
  plans: NumberingPlans,
  parts: NumberText,
  country: string,
): NumberReadings['byLength'] {
  const { digits, plus } = parts;
  const home = plans.ofCountry(country);
  const read = readByLength(plans, digits, { plus, home });
  if (read === undefined || read.international) return read;
  if (!isBegun(plans, parts, country)) return undefined;
  const { trunkPrefix, lengths = [] } = home ?? {};
  const hasPrefix = trunkPrefix !== undefined && digits.startsWith(trunkPrefix);
  return hasPrefix || lengths.length === 1 ? read : undefined;
}

function keyOfNumber(read: ReadNumber, extension: string | undefined): NumberKey {
  const digits = `${read.callingCode}${read.significant}`;
  return {
    kind: 'number',
    e164: `+${digits}`,
    significant: read.significant,
    ...(read.country === '' ? {} : { country: read.country }),
    digits,
    international: read.international,
    reversed: reverse(digits),
    ...(extension === undefined ? {} : { extension }),
  };
}

/** An extension is never longer; a number in any plan rarely shorter. */
const LONGEST_EXTENSION = 6;
/** Emergency calls, the European 116 xxx, directories; 110 and the like are extensions as often. */
const SHORT_CODES = /^(?:112|911|999|000|116[0-9]{3}|118[0-9]{2,3})$/;

function unknownNumber({ digits, plus, extension }: NumberText): NumberKey {
  if (plus || digits.length > LONGEST_EXTENSION) {
    if (/^0+$/.test(digits)) return bare('none', '');
    const abroad = plus || digits.startsWith('00');
    const rest = plus ? digits : digits.replace(/^00/, '');
    return {
      ...bare('number', rest),
      international: abroad,
      ...(extension === undefined ? {} : { extension }),
    };
  }
  return bare(SHORT_CODES.test(digits) ? 'short_code' : 'extension', digits);
}

function bare(kind: NumberKind, digits: string): NumberKey {
  return { kind, digits, international: false, reversed: reverse(digits) };
}
