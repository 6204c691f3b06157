import fc from 'fast-check';
import examples from 'libphonenumber-js/mobile/examples';
import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';

import { createNumberKeys } from './number-key.ts';
import { askNumber } from './number-question.ts';
import { SPELLINGS } from './testing/spellings.ts';

const keys = createNumberKeys();
const countries = getCountries();
const PAIRS = 10_000;

/** A number as somebody wrote it, where the connection is. */
interface Side {
  readonly number: PhoneNumber;
  readonly text: string;
  /** The text does not name its country, and is not in it. */
  readonly isAstray: boolean;
}

interface Pair {
  readonly home: CountryCode;
  readonly asked: Side;
  readonly held: Side;
}

const country = fc.constantFrom(...countries);
const number = fc
  .tuple(country, fc.nat({ max: 999_999 }), fc.integer({ min: 1, max: 6 }))
  .map(([of, random, count]) => {
    const tail = String(random).padStart(6, '0').slice(-count);
    return toNumber(of, `${examples[of].slice(0, -count)}${tail}`) ?? toNumber(of, examples[of]);
  })
  .filter((one) => one !== undefined);

/** Who is easily taken for somebody else: the same digits elsewhere, a digit more, less or other. */
const alike = fc.constantFrom<(of: PhoneNumber, elsewhere: CountryCode) => PhoneNumber | undefined>(
  (of) => of,
  (of, elsewhere) => toNumber(elsewhere, of.nationalNumber),
  (of, elsewhere) => toNumber(elsewhere, of.number.slice(1)),
  ({ countryCallingCode: code, nationalNumber: rest }) => read(`+${code}${rest}1`),
  ({ countryCallingCode: code, nationalNumber: rest }) => read(`+${code}${rest.slice(0, -1)}`),
  ({ number: whole }) => read(`${whole.slice(0, -1)}${String((Number(whole.at(-1)) + 1) % 10)}`),
  ({ nationalNumber: rest }) => read(`+${rest}`),
);

const spelling = fc.constantFrom(...SPELLINGS);
const pair = fc
  .tuple(number, alike, country, fc.constantFrom('one', 'other', 'third'), spelling, spelling)
  .map(([one, toOther, third, where, first, second]): Pair | undefined => {
    const other = toOther(one, third);
    if (other === undefined) return undefined;
    const home = { one: one.country, other: other.country, third }[where] ?? third;
    const asked = write(one, first, home);
    const held = write(other, second, home);
    return asked && held && { home, asked, held };
  })
  .filter((one) => one !== undefined);

describe('a number is somebody’s', () => {
  it(`only where libphonenumber says so, for ${String(PAIRS)} pairs that are easily confused`, () => {
    let same = 0;
    let confused = 0;
    fc.assert(
      fc.property(pair, ({ home, asked, held }) => {
        const question = askNumber(keys, asked.text, { country: home });
        const matched = question.judge(held.text);
        const back = askNumber(keys, held.text, { country: home }).judge(asked.text);
        const isSure = matched === 'e164' || matched === 'national';

        const lines = [asked, held].map((side) => lineOf(side, home));
        const isAstray = asked.isAstray || held.isAstray;
        const isOther = lines[0] !== lines[1] && !lines.includes(undefined);
        const isSame = asked.number.number === held.number.number;
        same += Number(isSame && !isAstray);
        if (isSame && !isAstray) {
          // A text without plus can be a number of the connection, too: then a person is asked, at most.
          expect(matched !== undefined || isOther).toBe(true);
          confused += Number(!isSure);
        } else if (!isSame && !isAstray && matched !== undefined) {
          // Without its plus, one is the very number of the other where the connection is.
          const isOneLine = lines[0] !== undefined && lines[0] === lines[1];
          const isRenumbered = matched === 'national' && isRenumberedPlan(asked.number);
          expect(matched === 'possible' || isRenumbered || isOneLine).toBe(true);
        }
        if (isSure && !lines.includes(undefined) && matched === 'e164') {
          expect(lines[0]).toBe(lines[1]);
        }
        expect(back === 'e164' || back === 'national').toBe(isSure);
        if (isSure) expect(isLookedAt(question, held.text, home)).toBe(true);
      }),
      { seed: 20, numRuns: PAIRS },
    );

    expect(same).toBeGreaterThan(1_000);
    expect(confused / same).toBeLessThan(0.005);
  });
});

function toNumber(of: CountryCode, significant: string): PhoneNumber | undefined {
  const one = read(`+${getCountryCallingCode(of)}${significant}`);
  return one?.nationalNumber === significant ? one : undefined;
}

/** What libphonenumber makes of a text. */
function read(text: string, home?: CountryCode): PhoneNumber | undefined {
  const one = parsePhoneNumberFromString(text.normalize('NFKC'), home);
  return one?.isValid() === true ? one : undefined;
}

/** What a text means where the connection is: of what names its country that is known. */
function lineOf({ text, number: of }: Side, home: CountryCode): string | undefined {
  if (text.normalize('NFKC').includes('+')) return of.number;
  return read(text, home)?.number ?? (text.startsWith('00') ? of.number : undefined);
}

function write(
  of: PhoneNumber,
  { spell, national }: (typeof SPELLINGS)[number],
  home: CountryCode,
): Side | undefined {
  const text = spell(of, { abroad: '00', trunk: undefined });
  if (text === undefined) return undefined;
  return { number: of, text, isAstray: national && of.country !== home };
}

/** Countries where one line has been dialled in two ways. */
function isRenumberedPlan({ countryCallingCode }: PhoneNumber): boolean {
  return ['52', '54', '55'].includes(countryCallingCode);
}

function isLookedAt(
  { exact, beginnings, switchboards }: ReturnType<typeof askNumber>,
  held: string,
  home: string,
): boolean {
  return keys.numbersIn(held, home).some((one) => {
    const { reversed } = keys.keyOf(one, home);
    const isKnown = exact === reversed || switchboards.includes(reversed);
    return isKnown || beginnings.some((beginning) => reversed.startsWith(beginning));
  });
}
