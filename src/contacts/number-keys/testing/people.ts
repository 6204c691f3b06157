import fc from 'fast-check';
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

/** One who has a number. */
export interface Person {
  readonly id: string;
  readonly country: CountryCode;
  readonly number: PhoneNumber;
}

/** Tries for a number of a pattern that nobody has yet. */
const TRIES = 60;

/**
 * Of every region the mobile number that libphonenumber gives as its example and two fixed lines made
 * from the pattern of its plan (libphonenumber-js has no examples of those).
 */
export function peopleOfAllRegions(): readonly Person[] {
  const taken = new Set<string>();
  return getCountries().flatMap((country) => {
    const numbers = [examples[country], ...fixedLines(country)]
      .map((significant) => toNumber(significant, country))
      .filter((number) => number !== undefined)
      .filter(({ number }) => !taken.has(number))
      .slice(0, 3);
    return numbers.flatMap((number, at) => {
      if (taken.has(number.number)) return [];
      taken.add(number.number);
      return [{ id: `${country}${String(at + 1)}`, country, number }];
    });
  });
}

function toNumber(significant: string, country: CountryCode): PhoneNumber | undefined {
  const plan: readonly unknown[] = metadata.countries[country] ?? [];
  const number = parsePhoneNumberFromString(`+${String(plan[0])}${significant}`);
  return number?.isValid() === true && number.nationalNumber === significant ? number : undefined;
}

function fixedLines(country: CountryCode): readonly string[] {
  const plan: readonly unknown[] = metadata.countries[country] ?? [];
  const types: readonly unknown[] = Array.isArray(plan[11]) ? plan[11] : [];
  const fixed: readonly unknown[] = Array.isArray(types[0]) ? types[0] : [];
  const [pattern] = fixed;
  if (typeof pattern !== 'string' || pattern === '') return [];
  return fc.sample(fc.stringMatching(new RegExp(`^(?:${pattern})$`)), {
    numRuns: TRIES,
    seed: 11,
  });
}
