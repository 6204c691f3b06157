import metadata from 'libphonenumber-js/max/metadata';

import { createNumberKeys } from '../number-key.ts';
import type { NumberKeys } from '../number-key.ts';
import { askNumber } from '../number-question.ts';
import type { NumberQuestion } from '../number-question.ts';
import { createBook } from './book.ts';
import type { Book, Entry, Hit } from './book.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { peopleOfAllRegions } from './people.ts';
import type { Person } from './people.ts';
import { SPELLINGS } from './spellings.ts';
import type { Place, Spelling } from './spellings.ts';

/** One number written in one way and asked in another, and whom that finds. */
export interface Trial {
  /** The country of the connection. */
  readonly home: string;
  readonly person: Person;
  readonly stored: string;
  readonly asked: string;
  /** Who is found where everybody is. */
  readonly found: readonly Hit[];
  /** Who is found where everybody is but the owner. */
  readonly strangers: readonly Hit[];
}

export interface Tally {
  readonly pairs: number;
  /** Pairs that found their owner, and those that ask a person whether it is the owner. */
  readonly found: number;
  readonly possible: number;
  /** What did not find the owner alone, or found somebody where the owner is not. */
  readonly others: readonly Trial[];
}

/**
 * `complete`: both spellings name the country, or the connection is in it. `without country`: one of
 * them does not, and the connection is in a neighbour's.
 */
export type Group = 'complete' | 'without country';

interface World {
  readonly keys: NumberKeys;
  readonly everybody: Book;
}

interface Written {
  readonly spelling: Spelling;
  readonly text: string;
  readonly question: NumberQuestion;
  readonly entry: Entry;
  /** The index has exactly the person's number for it. */
  readonly right: boolean;
}

/** Each so manyth pair goes through the whole lookup though both keys are the number's own. */
const SAMPLE = 101;

/**
 * Writes each number in each spelling into a book with the people of all regions, and asks it in each
 * spelling, from the number's own country and from a neighbour's. Where both spellings have the very
 * key of the number, that is the lookup, and a sample goes through the rest. `step`: of the pairs only
 * each so manyth.
 */
export function tryCorpus(group: Group, step = 1): Tally {
  const keys = createNumberKeys();
  const people = peopleOfAllRegions();
  const entries = people.map((person) => entryOf(keys, person, person.number.number, 'GB'));
  const world = { keys, everybody: createBook(entries) };
  const others: Trial[] = [];
  let at = 0;
  let pairs = 0;
  let possible = 0;
  let missed = 0;
  for (const { person, home } of people.flatMap(homesOf)) {
    const written = writtenIn(world, person, home);
    for (const [stored, asked] of pairsOf(written)) {
      const away = home !== person.country;
      const named = !stored.spelling.national && !asked.spelling.national;
      if ((!away || named) !== (group === 'complete')) continue;
      at += 1;
      if (at % step > 0) continue;
      pairs += 1;
      if (stored.right && asked.right && pairs % SAMPLE > 0) continue;
      const trial = tryPair(world, { person, home }, { stored, asked });
      const own = trial.found.find(({ id }) => id === person.id)?.matched;
      if (own === 'possible') possible += 1;
      else if (own === undefined) missed += 1;
      const isAlone = own !== undefined && own !== 'possible' && trial.found.length === 1;
      if (!isAlone || trial.strangers.length > 0) others.push(trial);
    }
  }
  return { pairs, found: pairs - missed - possible, possible, others };
}

function homesOf(person: Person): readonly { readonly person: Person; readonly home: string }[] {
  const homes = new Set([person.country, NEIGHBOURS[person.country] ?? '']);
  return [...homes].map((home) => ({ person, home }));
}

function* pairsOf(written: readonly Written[]): Generator<readonly [Written, Written]> {
  for (const stored of written) for (const asked of written) yield [stored, asked];
}

function tryPair(
  { everybody }: World,
  { person, home }: { readonly person: Person; readonly home: string },
  { stored, asked }: { readonly stored: Written; readonly asked: Written },
): Trial {
  return {
    home,
    person,
    stored: stored.text,
    asked: asked.text,
    found: everybody.find(asked.question, { and: stored.entry }),
    strangers: everybody.find(asked.question, { without: person.id }),
  };
}

function writtenIn({ keys }: World, person: Person, home: string): readonly Written[] {
  const place = placeOf(person.country, home);
  return SPELLINGS.flatMap((spelling) => {
    const text = spelling.spell(person.number, place);
    if (text === undefined) return [];
    const question = askNumber(keys, text, { country: home });
    const entry = entryOf(keys, person, text, home);
    const right = question.key.e164 === person.number.number;
    return [{ spelling, text, question, entry, right }];
  });
}

function entryOf(keys: NumberKeys, person: Person, phone: string, country: string): Entry {
  return { id: person.id, phone, reversed: keys.keyOf(phone, country).reversed };
}

function placeOf(country: string, home: string): Place {
  const countries: Readonly<Record<string, readonly unknown[] | undefined>> = metadata.countries;
  const plan = countries[home] ?? [];
  const trunk = countries[country]?.[5];
  return {
    // The usual one of several ways, else the only one; of the several there is a pattern.
    abroad: [plan[12], plan[1]].filter((one) => typeof one === 'string').find(isDialled),
    trunk: typeof trunk === 'string' ? trunk : undefined,
  };
}

function isDialled(digits: string): boolean {
  return /^\d+$/.test(digits);
}
