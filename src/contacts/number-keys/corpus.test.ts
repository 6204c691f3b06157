import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';

import { createNumberKeys } from './number-key.ts';
import { askNumber } from './number-question.ts';
import { NEIGHBOURS } from './testing/neighbours.ts';
import { tryCorpus } from './testing/corpus.ts';
import type { Trial } from './testing/corpus.ts';
import { peopleOfAllRegions } from './testing/people.ts';

const keys = createNumberKeys();

describe('the numbers of all countries in every spelling', () => {
  it('are those of at least two people of each region, and each region has a neighbour', () => {
    const people = peopleOfAllRegions();
    const regions = new Set<string>(people.map(({ country }) => country));

    expect(regions.size).toBe(245);
    expect(people.length).toBeGreaterThan(2.9 * regions.size);
    expect([...regions].filter((region) => !regions.has(NEIGHBOURS[region] ?? ''))).toEqual([]);
  });

  it('find their owner, and nobody else, in the own country and from a neighbour', () => {
    const { pairs, found, possible, others } = tryCorpus('complete');

    expect(pairs).toBeGreaterThan(1_300_000);
    expect(found / pairs).toBeGreaterThan(0.995);
    expect((found + possible) / pairs).toBeGreaterThan(0.9999);
    expect(others.filter(isMistaken)).toEqual([]);
    expect([...new Set(others.map(whyNotFound))].sort()).toEqual([
      // In Israel 015 is dialled before foreign numbers: with the trunk prefix before this number of
      // its plan a foreign number comes about, which is what a phone there would call.
      'IL2 in IL: nobody',
      'without its plus it is a number of the connection, too: a person is asked',
    ]);
  });

  it('find no stranger where a national number is abroad, though few their owner for sure', () => {
    const { pairs, found, possible, others } = tryCorpus('without country', 61);

    expect(pairs).toBeGreaterThan(7_000);
    expect(found / pairs).toBeGreaterThan(0.24);
    expect((found + possible) / pairs).toBeGreaterThan(0.79);
    expect(others.filter(isMistaken)).toEqual([]);
    const missed = others.filter(
      ({ found: hits, person }) => !hits.some(({ id }) => id === person.id),
    );
    expect(new Set(missed.map(whyMissed))).toEqual(
      new Set([
        'a number of the country where it was written or asked',
        'neither names its country',
        'too short',
      ]),
    );
  });
});

/**
 * Somebody was found for sure who has not the very number that was asked for, as libphonenumber
 * reads both where they were asked and written.
 */
function isMistaken({ found, strangers, home, asked }: Trial): boolean {
  return [...found, ...strangers].some(
    ({ matched, phone }) => matched !== 'possible' && lineOf(phone, home) !== lineOf(asked, home),
  );
}

/** What libphonenumber makes of a text; the digits of what is no number of any plan. */
function lineOf(text: string, home: string): string {
  const line = parsed(text, home);
  return line?.isValid() === true ? line.number : keys.keyOf(text, home).digits;
}

function parsed(text: string, home: string): PhoneNumber | undefined {
  const plain = text.normalize('NFKC');
  return isSupportedCountry(home) ? parsePhoneNumberFromString(plain, home) : undefined;
}

function whyNotFound({ found, asked, stored, home, person }: Trial): string {
  if (!found.some(({ id }) => id === person.id)) return `${person.id} in ${home}: nobody`;
  const own = person.number.number;
  const other = [asked, stored].filter((text) => keys.keyOf(text, home).e164 !== own);
  const isOnlyPlus = other.every((text) => digitsOf(text).replace(/^00/, '') === own.slice(1));
  const isHome = other.every((text) => keys.keyOf(text, home).e164 !== undefined);
  return isOnlyPlus && isHome && found.every(({ matched }) => matched === 'possible')
    ? 'without its plus it is a number of the connection, too: a person is asked'
    : `${asked} ${stored}`;
}

function digitsOf(text: string): string {
  return text.replaceAll(/[^0-9]/g, '');
}

function whyMissed({ home, asked, stored, person }: Trial): string {
  const own = person.number.number;
  const read = [asked, stored].map((text) => keys.keyOf(text, home));
  const isOther = ({ e164 }: { readonly e164?: string }): boolean =>
    e164 !== undefined && e164 !== own;
  if (read.some(isOther)) return 'a number of the country where it was written or asked';
  const short = [asked, stored].some((text) => {
    const { beginnings } = askNumber(keys, text, { country: home });
    return beginnings.length === 0;
  });
  if (short) return 'too short';
  if (read.every(({ e164 }) => e164 === undefined)) return 'neither names its country';
  return `${asked} ${stored}`;
}
