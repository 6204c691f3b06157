import examples from 'libphonenumber-js/mobile/examples';
import fc from 'fast-check';
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';

import { createNumberingPlans } from './numbering-plans.ts';
import { readByLength, readNumber } from './read-number.ts';

const plans = createNumberingPlans();
const countries = getCountries();

function ours(digits: string, plus: boolean, country: string): string | undefined {
  const read = readNumber(plans, digits, { plus, home: plans.ofCountry(country) });
  return read && `+${read.callingCode}${read.significant} ${read.country}`;
}

function theirs(digits: string, plus: boolean, country: CountryCode): string | undefined {
  const read = parsePhoneNumberFromString(`${plus ? '+' : ''}${digits}`, {
    defaultCountry: country,
    extract: false,
  });
  if (read === undefined || !read.isValid()) return undefined;
  return `${read.number} ${read.country ?? ''}`;
}

describe('a number by the compiled plans', () => {
  it('is what libphonenumber reads, for the example of each country from there and elsewhere', () => {
    const wrong = countries.flatMap((of, at) =>
      [of, ...countries.filter((_, other) => other % 9 === at % 9)].flatMap((from) => {
        const significant = examples[of];
        const plan = plans.ofCountry(of);
        return [
          significant,
          `${plan?.trunkPrefix ?? ''}${significant}`,
          `00${plan?.callingCode ?? ''}${significant}`,
        ]
          .filter((digits) => ours(digits, false, from) !== theirs(digits, false, from))
          .map((digits) => [digits, from, ours(digits, false, from), theirs(digits, false, from)]);
      }),
    );

    expect(wrong).toEqual([]);
  });

  it('is what libphonenumber reads of any digits', () => {
    const digits = fc.oneof(
      fc.stringMatching(/^[0-9]{1,18}$/),
      fc
        .tuple(fc.constantFrom(...countries), fc.stringMatching(/^(?:0|00|1|8)?[0-9]{3,12}$/))
        .map(([country, rest]) => `${plans.ofCountry(country)?.callingCode ?? ''}${rest}`),
      fc.tuple(fc.constantFrom(...countries), fc.nat({ max: 99_999 })).map(([country, end]) => {
        const example = examples[country];
        const tail = String(end).slice(0, example.length - 2);
        return `${plans.ofCountry(country)?.callingCode ?? ''}${example.slice(0, -tail.length)}${tail}`;
      }),
    );

    fc.assert(
      fc.property(digits, fc.boolean(), fc.constantFrom(...countries), (number, plus, country) => {
        expect(ours(number, plus, country)).toBe(theirs(number, plus, country));
      }),
      { seed: 5, numRuns: 20_000 },
    );
  });

  it('is, by its length alone, what libphonenumber calls possible', () => {
    const digits = fc
      .tuple(fc.constantFrom(...countries), fc.stringMatching(/^0?[0-9]{6,11}$/))
      .map(([of, rest]) => `${plans.ofCountry(of)?.callingCode ?? ''}${rest}`);
    let possible = 0;

    fc.assert(
      fc.property(digits, fc.constantFrom(...countries), (number, country) => {
        const plus = `+${number}`;
        const read = readByLength(plans, number, { plus: true, home: plans.ofCountry(country) });
        const known = parsePhoneNumberFromString(plus, { extract: false });
        const expected = known?.isPossible() === true ? known.number : undefined;
        possible += Number(expected !== undefined);
        expect(read && `+${read.callingCode}${read.significant}`).toBe(expected);
      }),
      { seed: 7, numRuns: 3_000 },
    );

    expect(possible).toBeGreaterThan(500);
  });
});
