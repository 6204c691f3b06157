import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fold } from './fold.ts';
import { cut, furtherWords, wordsOf } from './words.ts';

describe('the words of a name', () => {
  it.each([
    ['Grace Hopper', ['grace', 'hopper']],
    ["O'Brien-Smith, Conan", ['obrien', 'smith', 'conan']],
    ['D’Angelo', ['dangelo']],
    ['Müller', ['muller']],
    ['e\u0301cole É', ['ecole', 'e']],
    ['Straße', ['strasse']],
    ['Søren Kjærgård', ['soren', 'kjaergard']],
    ['Łódź', ['lodz']],
    ['İbrahim IŞIK', ['ibrahim', 'isik']],
    ['Þórður Ægisson', ['thordur', 'aegisson']],
    ['Đặng Thị Hồng', ['dang', 'thi', 'hong']],
    ['ВЯЧЕСЛАВ Ёлкин', ['вячеслав', 'елкин']],
    ['ΟΔΥΣΣΕΥΣ Οδυσσεύς', ['οδυσσευσ', 'οδυσσευσ']],
    ['مُحَمَّد عـلي', ['محمد', 'علي']],
    ['שָׁלוֹם', ['שלום']],
    ['कुमार राजेश', ['कुमार', 'राजेश']],
    ['สมชาย ใจดี', ['สมชาย', 'ใจดี']],
    ['ﾔﾏﾀﾞ タロウ', ['やまた', 'たろう']],
    ['Ｔｏｋｙｏ　２', ['tokyo', '2']],
    ['\u202eevil\u202c co\u00adop', ['evil', 'coop']],
    ['😀 Bob & "Al"', ['bob', 'al']],
    ['grace.hopper@navy.example', ['grace', 'hopper', 'navy', 'example']],
    [' … ', []],
    ['', []],
  ])('%j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it.each([
    ['田中太郎', ['中太郎', '太郎', '郎']],
    ['Tokyo株式会社', ['株式会社', '式会社', '会社', '社']],
    ['김철수', ['철수', '수'].map((text) => text.normalize('NFKD'))],
    ['Müller', ['mueller']],
    ['Mu\u0308ller', ['mueller']],
    ['Grace Hopper', []],
    ["O'Brien-Smith and D’Angelo's", ['brien', 'angelo']],
    ['Élodie', []],
  ])('%j is found by %j too', (text, words) => {
    expect(furtherWords(text)).toEqual(words);
  });

  it('are short, few, and folded once for all, whatever a CRM says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const words = [...wordsOf(text), ...furtherWords(text)];

        expect(words.length).toBeLessThanOrEqual(32 * 10);
        for (const word of words) {
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}]{1,40}$/u);
          expect(word.isWellFormed()).toBe(true);
          expect(fold(word)).toBe(word);
        }
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });

  it('are the same for each way to encode a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(wordsOf(text.normalize('NFD'))).toEqual(wordsOf(text.normalize('NFC')));
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });
});

it('cuts no character in half', () => {
  expect(cut('ab😀c', 3)).toBe('ab');
  expect(cut('ab😀c', 4)).toBe('ab😀');
  expect(cut('ab', 3)).toBe('ab');
});
