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
    const { pairs, found, others } = tryCorpus('complete');

    expect(pairs).toBeGreaterThan(1_300_000);
    expect(found / pairs).toBeGreaterThan(0.9999);
    expect(others.filter(isMistaken)).toEqual([]);
    // In Israel 015 is dialled before foreign numbers: with the trunk prefix before this number of
    // its plan a foreign number comes about, which is what a phone there would call.
    const misses = new Set(
      others.map(({ home, asked, stored, person }) =>
        [person.id, home, unlike(person.number.number, home, [asked, stored])].join(' '),
      ),
    );
    expect([...misses]).toEqual(['IL2 IL 015352480438 is +352480438']);
  });

  it('find no stranger where a national number is abroad, though often not their owner', () => {
    const { pairs, found, others } = tryCorpus('without country', 61);

    expect(pairs).toBeGreaterThan(7_000);
    expect(found / pairs).toBeGreaterThan(0.75);
    const missed = others.filter(({ found: ids }) => ids.length === 0);
    expect(new Set(missed.map(whyMissed))).toEqual(
      new Set([
        'a number of the country where it was written or asked',
        'digits that people of several countries have',
        'neither names its country',
        'too short',
      ]),
    );
    expect(new Set(others.filter(isMistaken).map(whyMistaken))).toEqual(
      new Set(['a number of the country where it was asked', 'the very digits of another country']),
    );
  });
});

function isMistaken({ found, strangers, person }: Trial): boolean {
  return [...found, ...strangers].some((id) => id !== person.id);
}

/** Which of the spellings is another number there, and which. */
function unlike(own: string, home: string, texts: readonly string[]): string {
  const odd = texts.find((text) => keys.keyOf(text, home).e164 !== own) ?? '';
  return `${odd} is ${keys.keyOf(odd, home).e164 ?? 'no number'}`;
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
  const digits = read.find(({ e164 }) => e164 === undefined)?.digits ?? '';
  const same = people().filter(({ number, country }) => isDialled(digits, number, country));
  return same.length > 1 ? 'digits that people of several countries have' : `${asked} ${stored}`;
}

/** The digits are what people of the number's country dial for it. */
function isDialled(digits: string, number: Trial['person']['number'], country: string): boolean {
  return (
    endsWith(digits, number.nationalNumber) || keys.keyOf(digits, country).e164 === number.number
  );
}

function whyMistaken({ home, asked, found, strangers, person }: Trial): string {
  const { e164 } = keys.keyOf(asked, home);
  const wrong = [...found, ...strangers].filter((id) => id !== person.id);
  const others = people().filter(({ id }) => wrong.includes(id));
  if (others.every(({ number }) => number.number === e164)) {
    return 'a number of the country where it was asked';
  }
  const alike = others.every(({ number }) =>
    endsWith(number.nationalNumber, person.number.nationalNumber),
  );
  // The owner is not there, or written without a country too, and otherwise.
  if (alike && !found.includes(person.id)) return 'the very digits of another country';
  if (alike && others.every(({ id }) => !found.includes(id))) {
    return 'the very digits of another country';
  }
  return `${asked} ${others.map(({ id }) => id).join(' ')}`;
}

const EVERYBODY = peopleOfAllRegions();

function people(): typeof EVERYBODY {
  return EVERYBODY;
}

/** But for the zero that some plans have before each number and others have not. */
function endsWith(a: string, b: string): boolean {
  return a.replace(/^0+/, '') === b.replace(/^0+/, '');
}
