import { describe, expect, it, test } from 'vitest';

import { createNumberKeys } from '../../contacts/number-keys/number-key.ts';
import { askNumber } from '../../contacts/number-keys/number-question.ts';
import { createPersonDigests } from './person.ts';

const keys = createNumberKeys();
const digests = createPersonDigests(new Uint8Array(32).fill(1), keys);

/** As a CRM may write the number, alone or among others; in the country of the connection. */
const SPELLINGS: readonly (readonly [country: string, erased: string, ...written: string[]])[] = [
  [
    ...(['DE', '+493011000123'] as const),
    ...['+493011000123', '030 11000123', '(030) 11000-123', '030/11000123', '0049 30 11000123'],
    ...['+49 (0)30 11000123', '030 11000123 / 0171 5551235', '0171 5551235; 030 11000123'],
    ...['0171 5551235 oder 030 11000123', 'Zentrale 030 11000123', 'Tel.: 030 11000123'],
    ...['030 11000123 (privat)', '030 11000123 ext 12', '030 11000123 x12', 'tel:+49-30-11000123'],
    ...[
      '０３０　１１０００１２３',
      '+４９３０１１０００１２３',
      '030\u00a011000123',
      '030–11000–123',
    ],
    ...['\u202a+49 30 11000123\u202c', '٠٣٠ ١١٠٠٠١٢٣', '030 11000-122/-123', '493011000123'],
    ...['"Grace" <sip:+493011000123@pbx.example>', '030 11000123\n0171 5551235'],
    ...['Büro 030 11000123 Mobil 0171 5551235'],
  ],
  [
    ...(['GB', '+442071838750'] as const),
    ...['020 7183 8750 ext. 4', 'Home 020 7183 8750, work 020 7946 0018', '0207-183-8750'],
    ...['+44 20 7183 8750;ext=12', 'sip:+442071838750@10.0.0.7:5060;user=phone', '(020) 71838750'],
  ],
  // A number that no plan has is told by its length.
  ['GB', '+447700900201', '07700 900201', '0044 7700 900201', '+44 (0)7700 900201'],
  ['GB', '07700 900201', '+44 7700 900201', '07700900201 (private)'],
  ['US', '+18003569377', '1-800-FLOWERS', '(800) 356-9377', '800.356.9377 x 5', '1 800 356 9377'],
  // As it was dialled before the country changed its plan.
  ['MX', '+525512345678', '+52 1 55 1234 5678', '55 1234 5678'],
  ['AR', '+5491123456789', '+54 9 11 2345-6789', '011 15-2345-6789'],
];

describe.each(SPELLINGS)('in %s, of whoever was erased by %s', (country, erased, ...written) => {
  const organizationId = 'org-1';
  const countries = [country, 'FR'];
  const known = digests.of(organizationId, countries, { numbers: [erased], contacts: [] });
  const person = { organizationId, countries, digests: new Set(known) };
  const question = askNumber(keys, erased, { country });

  it.each(written)('knows "%s", as does the index', (phone) => {
    expect(question.judge(phone)).toMatch(/^(?:e164|national)$/u);
    expect(digests.hasNumber(person, phone)).toBe(true);
  });

  it.each(written)('is of the same number when "%s" is what was erased', (phone) => {
    const [first = ''] = keys.numbersIn(phone, country);
    const other = digests.of(organizationId, countries, { numbers: [phone], contacts: [] });
    const same = { organizationId, countries, digests: new Set(other) };

    expect(digests.hasNumber(same, first)).toBe(true);
    expect(digests.hasNumber(same, erased)).toBe(true);
  });
});

test.each([
  '030 11000124 / 0171 5551235',
  'Zentrale 030 11000124',
  '030 11000124 ext 11000123',
  '+33 1 42 68 53 00',
  '000123',
  'room 000123',
  'call me',
])('nobody else is kept out: %s', (phone) => {
  const of = { organizationId: 'org-1', countries: ['DE'] };
  const known = digests.of('org-1', ['DE'], { numbers: ['+493011000123'], contacts: [] });

  expect(digests.hasNumber({ ...of, digests: new Set(known) }, phone)).toBe(false);
});
