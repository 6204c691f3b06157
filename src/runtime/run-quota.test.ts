import { expect, test } from 'vitest';
import type { Json } from '../document/json-value.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';
import type { Reply } from './testing/scripted-crm.ts';

test('a document that pages what it writes makes one record', async () => {
  const crm = scriptedCrm(
    {
      parameters: { activity_id: 'string' },
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          request_parameters: { page: '$page$' },
          response_map: { id: '$activity_id$' },
          paging: { type: 'page' },
        },
      },
    },
    { 'POST /calls': { body: { id: '1' } } },
  );

  await crm.run('CreateActivity');

  expect(crm.sent.map(({ body }) => body)).toEqual(['{}']);
});

test('one call asks for its number fifty times at most, by forms, objects and pages together', async () => {
  const find = (path: string): Json => ({
    request_method: 'GET',
    request_path: path,
    request_parameters: { q: '$phone$', cursor: '$cursor$' },
    response_map: { next: '$cursor$', found: [{ id: '$contact_id$', phone: '$phone$' }] },
    paging: { type: 'cursor', max_pages: 10 },
  });
  const paths = Array.from({ length: 20 }, (_, index) => `/c${String(index)}`);
  const crm = scriptedCrm(
    {
      parameters: { phone: 'string', contact_id: 'string' },
      phone_formats: ['e164', 'national', 'digits'],
      API: { FindContact: paths.map(find) },
    },
    everyRequest((count) => ({
      body: { next: String(count), found: [{ id: String(count), phone: '+493012345' }] },
    })),
  );

  const whole = await crm.run('FindContact', {
    values: { phone: '+442071838750', party_number: '+442071838750' },
  });

  expect(whole.status).toBe('ran');
  expect(crm.sent).toHaveLength(50);
});

/** Answers any request, each one differently. */
function everyRequest(reply: (count: number) => Reply): Readonly<Record<string, Reply>> {
  let count = 0;
  return new Proxy<Record<string, Reply>>({}, { get: () => reply((count += 1)) });
}
