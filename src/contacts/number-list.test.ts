import { expect, it } from 'vitest';

import { isListed } from './number-list.ts';
import { createPhoneNumbers } from './phone-number.ts';

const phones = createPhoneNumbers();

it.each([
  ['as it is', '+442071838750', '+442071838750', true],
  ['with separators', '+44 20 7183 8750', '+442071838750', true],
  ['with 00', '00442071838750', '+442071838750', true],
  ['without any sign', '442071838750', '+442071838750', true],
  ['in its national form', '020 7183 8750', '+442071838750', true],
  [
    'in its international form where the call has the national',
    '+442071838750',
    '02071838750',
    true,
  ],
  ['as a SIP address', 'sip:+442071838750@pbx.test', '+442071838750', true],
  ['of another line', '020 7183 8751', '+442071838750', false],
  ['of another country', '+33 2071838750', '+442071838750', false],
  ['as an extension', '101', '101', true],
  ['as an extension that ends a number', '750', '+442071838750', false],
  ['as a number that ends like an extension', '+442071838750', '750', false],
  ['as a feature code', '*97', '*97', true],
  ['as the digits of a feature code', '97', '*97', false],
  ['as a word', 'anonymous', 'anonymous', true],
  ['as another word', 'anonymous', 'restricted', false],
  ['as nothing', '', '+442071838750', false],
])('a number that is listed %s', (_name, listed, number, expected) => {
  expect(isListed(['+441632960000', listed], number, { country: 'GB', phones })).toBe(expected);
});
