// Of the library's metadata sets only `max` has the patterns of every kind of number, which is what
// `isValid` needs to tell a number from digits of a plausible length.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { PhoneNumber } from 'libphonenumber-js/max';
import type { PhoneNumberForms, PhoneNumbers } from '../document/values/values.ts';

/** Longer texts are no numbers: E.164 has 15 digits, and people write separators between them. */
const LONGEST_NUMBER = 40;

/**
 * Reading a number and writing its forms takes some 50 µs, and one call needs the same two or three
 * numbers in each of its requests.
 */
const MAX_KNOWN_NUMBERS = 2000;

/**
 * Phone numbers by libphonenumber's metadata. A number counts as parsed only when it is valid in
 * the numbering plan (ITU-T E.164 and the national plans), so `101` or a short code stays what it is.
 */
export function createPhoneNumbers(): PhoneNumbers {
  const known = new Map<string, PhoneNumberForms | undefined>();
  const parse = (number: string, country: string): PhoneNumberForms | undefined => {
    const key = `${country} ${number}`;
    if (known.has(key)) return known.get(key);
    const parsed = parseNumber(number, country);
    const forms = parsed === undefined ? undefined : formsOf(parsed);
    if (known.size >= MAX_KNOWN_NUMBERS) known.clear();
    if (number.length <= LONGEST_NUMBER) known.set(key, forms);
    return forms;
  };
  const side = (number: string, country: string): Side => toSide(number, parse(number, country));
  return {
    parse,
    same: (a, b, country) => {
      const sides = [side(a, country), side(b, country)] as const;
      return isSame(...sides) || (sides.every(isInNoPlan) && isSameByLength(a, b, country));
    },
  };
}

function parseNumber(number: string, country: string): PhoneNumber | undefined {
  const parsed = parseAny(number, country);
  return parsed?.isValid() === true ? parsed : undefined;
}

function parseAny(number: string, country: string): PhoneNumber | undefined {
  if (number.length > LONGEST_NUMBER) return undefined;
  return parsePhoneNumberFromString(number, {
    extract: false,
    ...(isSupportedCountry(country) ? { defaultCountry: country } : {}),
  });
}

function formsOf(parsed: PhoneNumber): PhoneNumberForms {
  // An extension after the number belongs to no form.
  parsed.setExt('');
  return {
    e164: parsed.number,
    digits: digitsOf(parsed.number),
    national: digitsOf(parsed.formatNational()),
    significant: parsed.nationalNumber,
    international: parsed.formatInternational(),
    countryCode: parsed.countryCallingCode,
    country: parsed.country ?? '',
  };
}

interface Side {
  readonly e164: string | undefined;
  /** The significant number, or all digits of what does not parse. */
  readonly significant: string;
  readonly digits: string;
  /** Written with its country code, so that another country's equal digits are another line. */
  readonly international: boolean;
  /** Written as people of the connection's country write it, and not as what follows a calling code. */
  readonly asAtHome: boolean;
}

function toSide(number: string, parsed: PhoneNumberForms | undefined): Side {
  // `*97` is a service of the phone system, and 97 an extension.
  const digits = parsed?.digits ?? number.replaceAll(/[^0-9*#]/g, '');
  return {
    e164: parsed?.e164,
    significant: parsed?.significant ?? digits,
    digits,
    international: /^\s*(?:\+|00)/.test(number),
    asAtHome: parsed !== undefined && !isRestOf(parsed, number),
  };
}

/** True where a number of this country is dialled with a 0 or the like before it, and has none. */
function isRestOf({ national, significant }: PhoneNumberForms, number: string): boolean {
  return national !== significant && digitsOf(number).startsWith(significant);
}

// Some CRMs keep the calling code in a field of its own and answer the rest: the significant
// numbers decide, unless both sides name their country, or one is a number of the connection's.
function isSame(a: Side, b: Side): boolean {
  if (a.digits === '' || b.digits === '') return false;
  if (a.digits === b.digits) return true;
  if (a.e164 !== undefined && b.e164 !== undefined) {
    if (a.e164 === b.e164) return true;
    if ([a, b].every(({ international, asAtHome }) => international || asAtHome)) return false;
  }
  return a.significant === b.significant;
}

function isInNoPlan({ e164 }: Side): boolean {
  return e164 === undefined;
}

/** Plans tell of new numbers late: a number of the right length is one line in each of its forms. */
function isSameByLength(a: string, b: string, country: string): boolean {
  const [one, other] = [parseAny(a, country), parseAny(b, country)];
  return one?.isPossible() === true && other?.isPossible() === true && one.number === other.number;
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}
