import type { NumberKeys } from '../../contacts/number-keys/number-key.ts';
import { contactKey } from '../made-contacts.ts';

/** So much of a text the index of contacts reads, too. */
const LONGEST_TEXT = 300;
/** One number and nothing else: it ends with its own digits, however it is read. */
const PLAIN = /^\s*\+?[0-9 ().-]*$/u;

/** By what numbers are known, the same names for each spelling by which the index finds their owners. */
export interface NumberNames {
  /**
   * Names of all numbers that a text holds, read in each of the countries (ISO 3166-1 alpha-2).
   * `mayBe`: looks at the digits of a number before all that it can mean is read, which takes long.
   */
  of(
    text: string,
    countries: readonly string[],
    mayBe?: (digits: string) => boolean,
  ): ReadonlySet<string>;
}

export function createNumberNames(keys: NumberKeys): NumberNames {
  return {
    of: (whole, countries, mayBe = () => true) => {
      const text = whole.slice(0, LONGEST_TEXT);
      const names = new Set<string>();
      if (!/\p{N}/u.test(text) || (PLAIN.test(text) && !mayBe(text))) return names;
      for (const country of countries) {
        for (const part of keys.numbersIn(text, country)) {
          if (mayBe(keys.keyOf(part, country).digits)) addNames(names, keys, { part, country });
        }
        const cleaned = contactKey(text, country);
        if (cleaned !== undefined && mayBe(cleaned)) names.add(cleaned);
      }
      return names;
    },
  };
}

/** What makes two numbers one for whoever asks the index: see `askNumber`. */
function addNames(
  names: Set<string>,
  keys: NumberKeys,
  { part, country }: { readonly part: string; readonly country: string },
): void {
  const { key, renumbered, byLength } = keys.readings(part, country);
  for (const { digits } of [key, ...renumbered]) if (digits !== '') names.add(`+${digits}`);
  if (byLength !== undefined) names.add(`+${byLength.callingCode}${byLength.significant}`);
}
