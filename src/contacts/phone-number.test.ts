import { describe, expect, it } from 'vitest';
import { createPhoneNumbers } from './phone-number.ts';

const phones = createPhoneNumbers();

describe('parse', () => {
  it('gives every form of a number', () => {
    expect(phones.parse('020 7183 8750', 'GB')).toEqual({
      e164: '+442071838750',
      digits: '442071838750',
      national: '02071838750',
      significant: '2071838750',
      international: '+44 20 7183 8750',
      countryCode: '44',
      country: 'GB',
    });
  });

  it.each([
    ['an international number', '+1 213 373 4253', 'GB', '+12133734253'],
    ['a number with the dialling prefix of the country', '00442071838750', 'GB', '+442071838750'],
    ['a national number of the United States', '(213) 373-4253', 'US', '+12133734253'],
    ['an extension after the number', '+44 20 7183 8750 ext. 12', 'GB', '+442071838750'],
    [
      'an international number where the country is unknown',
      '+442071838750',
      'XX',
      '+442071838750',
    ],
  ])('reads %s', (_, number, country, e164) => {
    expect(phones.parse(number, country)?.e164).toBe(e164);
  });

  it.each([
    ['an extension', '101', 'GB'],
    ['a short code', '999', 'GB'],
    ['a number of the right length that nobody can have', '+441111111111', 'GB'],
    ['the digit 7', '7', 'GB'],
    ['a withheld number', 'anonymous', 'GB'],
    ['text around a number', 'call +442071838750 now', 'GB'],
    ['nothing', '', 'GB'],
    ['digits without end', '1'.repeat(100_000), 'GB'],
    ['a national number where the country is unknown', '02071838750', 'XX'],
  ])('does not take %s for a number', (_, number, country) => {
    expect(phones.parse(number, country)).toBeUndefined();
  });

  it('drops the extension from the written forms', () => {
    expect(phones.parse('+44 20 7183 8750 ext. 12', 'GB')?.international).toBe('+44 20 7183 8750');
  });
});

describe('same', () => {
  it.each([
    ['two ways of writing it', '+442071838750', '(020) 7183-8750', true],
    ['no plus', '+442071838750', '442071838750', true],
    ['a foreign number without plus', '+12133734253', '12133734253', true],
    ['a calling code kept elsewhere', '+12133734253', '213 373 4253', true],
    ['equal digits in two countries', '+442071838750', '+12071838750', false],
    [
      'a number of Britain that has the digits of an American one',
      '+12072238750',
      '020 7223 8750',
      false,
    ],
    ['what follows the calling code of an American one', '+12072238750', '2072238750', true],
    ['another line', '+442071838750', '+442071838751', false],
    ['the last digits only', '+442071838750', '71838750', false],
    ['two extensions', '101', '101', true],
    ['other extensions', '101', '102', false],
    ['nothing and nothing', '', '', false],
    ['words', 'anonymous', 'anonymous', false],
  ])('compares numbers with %s', (_, a, b, expected) => {
    expect(phones.same(a, b, 'GB')).toBe(expected);
    expect(phones.same(b, a, 'GB')).toBe(expected);
  });
});
