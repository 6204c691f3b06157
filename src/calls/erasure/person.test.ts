import { expect, test } from 'vitest';

import { createNumberKeys } from '../../contacts/number-keys/number-key.ts';
import { createPersonDigests, ERASED, withoutNumbers } from './person.ts';
import type { Person } from './person.ts';

const digests = createPersonDigests(new Uint8Array(32).fill(1), createNumberKeys());
const COUNTRIES = ['GB', 'US'];

function personOf(number: string, organizationId = 'org-1'): Person {
  const known = digests.of(organizationId, COUNTRIES, { numbers: [number], contacts: [] });
  return { organizationId, countries: COUNTRIES, digests: new Set(known) };
}

test.each([
  '+442071838750',
  '020 7183 8750',
  '(020) 7183-8750',
  '00442071838750',
  '+44 (0)20 7183 8750',
  'sip:+442071838750@10.0.0.7:5060;user=phone',
  '"Grace" <sip:+442071838750@pbx.example>',
])('a person is known by %s, whichever of these was named', (written) => {
  for (const named of ['+442071838750', '020 7183 8750', written]) {
    expect(digests.hasNumber(personOf(named), written)).toBe(true);
  }
});

test.each(['+442071838751', '+12071838750', '838750', 'anonymous', '', ERASED, '101'])(
  'nobody else is: %s',
  (written) => {
    expect(digests.hasNumber(personOf('+442071838750'), written)).toBe(false);
  },
);

test('another organization has other digests', () => {
  const { digests: own } = personOf('+442071838750');
  const { digests: other } = personOf('+442071838750', 'org-2');

  expect([...own].filter((digest) => other.has(digest))).toEqual([]);
});

test('a contact of no kind is one of any kind, and one of a kind is not another', () => {
  const of = (contactType?: string): Person => ({
    ...{ organizationId: 'org-1', countries: COUNTRIES },
    digests: new Set(
      digests.of('org-1', COUNTRIES, {
        numbers: [],
        contacts: [{ connectionId: 'con-1', contactId: '7', contactType }],
      }),
    ),
  });
  const lead = { contact_id: '7', contact_type: 'lead' };

  expect(digests.hasContact(of(), 'con-1', lead)).toBe(true);
  expect(digests.hasContact(of('lead'), 'con-1', lead)).toBe(true);
  expect(digests.hasContact(of('client'), 'con-1', lead)).toBe(false);
  expect(digests.hasContact(of(), 'con-2', lead)).toBe(false);
});

test('a text keeps all digits but those of the person', () => {
  const person = personOf('+442071838750');
  const has = (number: string): boolean => digests.hasNumber(person, number);

  expect(withoutNumbers('1763878400000-+442071838750-7', has)).toBe('1763878400000-erased-7');
});
