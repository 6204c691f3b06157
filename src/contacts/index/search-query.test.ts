import { describe, expect, it } from 'vitest';

import { createNumberKeys } from '../number-keys/number-key.ts';
import { person } from './testing/open-index.ts';
import { toEntry } from './contact-entry.ts';
import { hasParts, readQuery } from './search-query.ts';

const keys = createNumberKeys();
const GRACE = person('1', {
  name: 'Grâce Hopper-Müller',
  company: '3M Labs 2071 GmbH',
  emails: ['g.hopper@navy.example.com', 'grace@x.example', '12-34@x.example'],
  phones: ['+44 20 7183 8750', '101', '+33 1 42 68 53 00'],
});

function finds(query: string, contact = GRACE): boolean {
  const parts = readQuery(query);
  return parts.length > 0 && hasParts(toEntry(contact, 'GB', keys).words, parts);
}

describe('a query', () => {
  it.each([
    // Names in any order, by their beginnings, without accents and case.
    ['grace', true],
    ['GRÂCE hop', true],
    ['hopper, grace', true],
    ['mul', true],
    ['mueller', true],
    ['müller', true],
    ['race', false],
    ['grace kelly', false],
    // Companies and mail.
    ['labs', true],
    ['3m', true],
    ['grace 3m', true],
    ['navy', true],
    ['g.hopper@navy.ex', true],
    ['com', false],
    // Whole addresses, as they are pasted, and those that are being typed.
    ['g.hopper@navy.example.com', true],
    ['Grace <G.Hopper@navy.example.com>', true],
    ['hopper@navy', true],
    ['g.hopper@', true],
    ['g.hopper@n', true],
    ['g.hop@navy.example.com', false],
    ['g.hopper@nav.example.com', false],
    ['grace@x', true],
    ['grace@x.example', true],
    ['12-34@x.example', true],
    ['grace@y.example', false],
    // One character: names only.
    ['h', true],
    ['n', false],
    ['g h m', true],
    ['g n', false],
    // Numbers by their beginning in any form, or by their end.
    ['+44', false],
    ['+442', true],
    ['+44 20 7183', true],
    ['0044 20 71', true],
    ['020 7183 87', true],
    ['(020) 7183-8750', true],
    ['20718', true],
    ['8750', true],
    ['7183 8750', true],
    ['718', false],
    ['101', true],
    ['0142 68', true],
    ['+33142', true],
    ['grace 8750', true],
    ['grace 8751', false],
    ['2071', true],
    ['2071 gmbh', true],
    // Nothing to look for.
    ['', false],
    [' .,- ', false],
  ])('%j finds her: %s', (query, expected) => {
    expect(finds(query)).toBe(expected);
  });

  it('has few parts, however long it is', () => {
    expect(readQuery('a b c 123 '.repeat(100)).length).toBeLessThanOrEqual(8);
  });
});

it.each(['obrien', "O'Brien", 'o brien', 'brien', 'brien-smith', 'smith o’brien'])(
  'finds O’Brien-Smith by %j',
  (query) => {
    const conan = person('1', { name: "Conan O'Brien-Smith" });

    expect(finds(query, conan)).toBe(true);
  },
);

it('finds names inside of names without blanks', () => {
  const tanaka = person('1', { name: '田中太郎' });

  expect(['田中', '太郎', '中太', '郎', '田太'].map((query) => finds(query, tanaka))).toEqual([
    ...[true, true, true, true, false],
  ]);
});

it('finds a Russian number as it is dialled in Russia', () => {
  const contact = person('1', { phones: ['+7 495 123-45-67'] });

  expect(finds('8 (495) 123', contact)).toBe(true);
});
