import { describe, expect, it } from 'vitest';

import { pickCaller } from '../document/bind/pick-caller.ts';
import { cleanNumber } from './clean-number.ts';
import { createPhoneNumbers } from './phone-number.ts';

const phones = createPhoneNumbers();

function isCaller(caller: string, listed: string, country: string): boolean {
  const number = cleanNumber(caller) ?? '';
  const records = [
    { contact_id: '1', phone: [listed] },
    { contact_id: '2', phone: ['+441632960000'] },
  ];
  return pickCaller(records, number, country, phones, true).some(
    ({ contact_id: id }) => id === '1',
  );
}

describe('a contact whose number a CRM holds in another form', () => {
  it.each([
    ['+442071838750', '+442071838750', 'GB', true],
    ['+442071838750', '020 7183 8750', 'GB', true],
    ['+442071838750', '(020) 7183-8750', 'GB', true],
    ['+442071838750', '00442071838750', 'GB', true],
    ['+442071838750', '442071838750', 'GB', true],
    ['+442071838750', '2071838750', 'GB', true],
    ['+442071838750', '+44 (0)20 7183 8750', 'GB', true],
    ['+442071838750', '+44 20 7183 8750 ext. 12', 'GB', true],
    ['+442071838750', 'tel:+44-20-7183-8750', 'GB', true],
    ['02071838750', '+442071838750', 'GB', true],
    ['2071838750', '+442071838750', 'GB', true],
    ['442071838750', '+442071838750', 'GB', true],
    ['sip:+442071838750@pbx.test', '+442071838750', 'GB', true],
    ['+12125550123', '(212) 555-0123', 'US', true],
    ['2125550123', '+1 212-555-0123', 'US', true],
    ['12125550123', '212.555.0123', 'US', true],
    ['+12125550123', '212-555-0123', 'GB', true],
    ['+390612345678', '06 1234 5678', 'IT', true],
    ['+33612345678', '06 12 34 56 78', 'FR', true],
    // In no plan, but of the right length.
    ['+447700900201', '07700 900201', 'GB', true],
    ['07700900201', '+44 7700 900201', 'GB', true],
    ['+447700900201', '07700 900202', 'GB', false],
    ['+447700900201', '+337700900201', 'GB', false],
    // Another line.
    ['+442071838750', '+442071838751', 'GB', false],
    ['+442071838750', '+442071838750123', 'GB', false],
    ['+442071838750', '8750', 'GB', false],
    ['+442071838750', '71838750', 'GB', false],
    ['+442071838750', '+332071838750', 'GB', false],
    ['+442071838750', '', 'GB', false],
    ['+442071838750', 'ask Bob', 'GB', false],
    // Extensions and codes are equal or not.
    ['101', '101', 'GB', true],
    ['101', '1010', 'GB', false],
    ['101', '+44101', 'GB', false],
    ['101', '+442071838101', 'GB', false],
    ['*97', '97', 'GB', false],
    ['0', '0', 'GB', true],
    ['0', '00', 'GB', false],
  ])('%s is %s in %s: %s', (caller, listed, country, expected) => {
    expect(isCaller(caller, listed, country)).toBe(expected);
  });

  it('is nobody where the CRM answers everybody', () => {
    const everybody = Array.from({ length: 200 }, (_, at) => ({
      contact_id: String(at),
      phone: [`+4416329${String(60_000 + at)}`],
    }));

    expect(pickCaller(everybody, '+442071838750', 'GB', phones, true)).toEqual([]);
  });
});
