import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cleanNumber, isNumberOfPerson } from './clean-number.ts';

describe('a number as a phone system tells it', () => {
  it.each([
    ['+44 (20) 7183-8750', '+442071838750'],
    ['+44 (0)20 7183 8750', '+442071838750'],
    ['(0)20 7183 8750', '02071838750'],
    ['sip:+442071838750@pbx.test;user=phone', '+442071838750'],
    ['SIPS:+442071838750@pbx.test', '+442071838750'],
    ['tel:+44-20-7183-8750', '+442071838750'],
    ['tel:7183-8750;phone-context=+4420', '71838750'],
    ['"Grace Hopper" <sip:+442071838750@pbx.test>;tag=1', undefined],
    ['"Grace Hopper" <sip:+442071838750@pbx.test>', '+442071838750'],
    ['Grace <101>', '101'],
    ['"+442071838750"', '+442071838750'],
    ["'+442071838750'", '+442071838750'],
    ['+44\u00a020\u20097183\u20118750', '+442071838750'],
    [
      '\uff0b\uff14\uff14\uff12\uff10\uff17\uff11\uff18\uff13\uff18\uff17\uff15\uff10',
      '+442071838750',
    ],
    ['\u202e101\u202c', '101'],
    ['\u200f+442071838750\u200e', '+442071838750'],
    ['44+20+71838750', '442071838750'],
    ['*21#', '*21#'],
    ['**97', '**97'],
    ['0', '0'],
    ['anonymous', undefined],
    ['Anonymous <sip:anonymous@anonymous.invalid>', undefined],
    ['sip:anonymous@anonymous.invalid', undefined],
    ['Restricted', undefined],
    ['1-800-FLOWERS', undefined],
    ['неизвестно', undefined],
    ['+266696687', undefined],
    ['+7378742833', undefined],
    ['266696687', '266696687'],
    ['+', undefined],
    ['', undefined],
    ['   ', undefined],
    ['"><script>', undefined],
    ["'; --", undefined],
    ['-----', undefined],
    ['+'.repeat(80), undefined],
    ['1'.repeat(80), '1'.repeat(32)],
    ['+442071838750'.padEnd(60, ' '), '+442071838750'],
    [undefined, undefined],
  ])('%j is %j', (number, expected) => {
    expect(cleanNumber(number)).toBe(expected);
  });

  it('holds nothing but signs of a phone, at most 32, whatever is told', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('+0123456789*#()<>@;:"\' \u202esip')),
        maxLength: 80,
      }),
    );

    fc.assert(
      fc.property(texts, (text) => {
        const number = cleanNumber(text);
        if (number === undefined) return;
        expect(number).toMatch(/^\+?[0-9*#]{1,32}$/);
        expect(number.length).toBeLessThanOrEqual(32);
        expect(cleanNumber(number)).toBe(number);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });

  it.each([
    ['+442071838750', true],
    ['02071838750', true],
    ['12345', true],
    ['101', false],
    ['112', false],
    ['*97', false],
    ['#31#02071838750', false],
    ['0000000000', false],
    ['+0000', false],
  ])('%s can be that of a person: %s', (number, expected) => {
    expect(isNumberOfPerson(number)).toBe(expected);
  });
});
