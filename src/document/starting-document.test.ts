import { describe, expect, test } from 'vitest';

import { compileDocument } from './compile.ts';
import { lintDocument } from './lint/lint-document.ts';
import { METHOD_NAMES } from './methods.ts';
import { integrationId, startingDocument } from './starting-document.ts';
import { bodyText } from './testing/render-request.ts';
import type { PhoneNumbers } from './values/values.ts';
import { firstRequest } from './method-requests.ts';

const METHODS = METHOD_NAMES;

const VALUES = {
  user_id: '7',
  user_name: 'Bob Agent',
  contact_id: '41',
  firstname: 'Alice',
  lastname: 'Smith',
  email: 'alice@example.com',
  phone: '+442071838750',
  party_number: '+442071838750',
  contact_owner: '9',
  activity_id: '500',
  activity_type: 'inbound',
  subject: 'Call from Alice',
  description: 'wants an offer',
  call_key: 'k-1',
  call_duration: 27,
  call_timestamp: Date.UTC(2024, 8, 10, 15),
  call_timestop: Date.UTC(2024, 8, 10, 15, 1),
  call_result: 'answered',
  prefix: 'ali',
  filename: 'call.wav',
} as const;

const PHONES: PhoneNumbers = {
  parse: (number) => ({
    e164: number,
    digits: number.slice(1),
    national: '02071838750',
    significant: '2071838750',
    international: '+44 20 7183 8750',
    countryCode: '44',
    country: 'GB',
  }),
  same: (a, b) => a === b,
};

function render(name: (typeof METHODS)[number]) {
  const document = compileDocument(startingDocument('Example CRM'));
  return firstRequest(document, name)?.render({
    values: VALUES,
    properties: { 'Instance URL': 'https://acme.example.com', 'API key': 'secret-key' },
    country: 'GB',
    timezone: 'Europe/London',
    phones: PHONES,
    boundary: 'boundary',
    moving: { page: 1, page_size: 100 },
    file: { size: 4, type: 'audio/wav', name: 'call.wav' },
  });
}

describe('the starting document', () => {
  test('lints without error and without warning', () => {
    const severities = lintDocument(startingDocument('Example CRM')).map(
      ({ severity }) => severity,
    );
    expect(severities.filter((severity) => severity !== 'info')).toEqual([]);
  });

  test('has every method that runs', () => {
    const { methods } = compileDocument(startingDocument('Example CRM'));
    expect([...methods.keys()].toSorted()).toEqual(METHODS.toSorted());
  });

  test.each(METHODS)('renders a request for %s', (name) => {
    const result = render(name);
    expect(result).toMatchObject({ status: 'request', notes: [] });
    expect(result?.status === 'request' && result.request.url).toMatch(
      /^https:\/\/acme\.example\.com\/api\/v1\/(?:users|account|contacts|companies|calls)/,
    );
  });

  test('renders a call with its variables', () => {
    const result = render('StopCallActivity');
    const body = result?.status === 'request' ? bodyText(result.request) : '';

    expect(JSON.parse(body)).toEqual({
      status: 'completed',
      ended_at: '2024-09-10T15:01:00.000Z',
      duration_ms: 27_000,
      user_id: '7',
    });
  });

  test.each([
    ['Example CRM', 'example-crm'],
    ['Prévoyance & Söhne', 'prevoyance-sohne'],
    ['顧客', 'my-crm'],
    ['  --  ', 'my-crm'],
  ])('of %s has the id %s', (name, id) => {
    expect(integrationId(name)).toBe(id);
    expect(JSON.parse(startingDocument(name))).toMatchObject({ id, name });
  });

  test('takes any name without breaking', () => {
    const name = '"quoted" \\ $contact_id$ {x} $& \n';
    expect(JSON.parse(startingDocument(name))).toMatchObject({ name });
  });
});
