import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CRM, scriptedCrm } from './testing/scripted-crm.ts';

/** What an answer may claim to be an address or an id. */
const claim = fc.oneof(
  fc.webUrl(),
  fc.constantFrom(
    'https://files.example/ok',
    'https://files.example@evil.example/',
    'https://evil.example#.files.example',
    'https://evil.example\\.files.example/',
    'https://files.example.evil.example/',
    'https://u:p@files.example/',
    'http://files.example/',
    '//evil.example/x',
    '/\\evil.example/x',
    'https:/evil.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '../..',
    '..',
    '%2e%2e',
    '\r\nX: y',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('whatever an answer says, the next request goes to no other host and to no other path', async () => {
  const document = {
    properties: [{ label: 'Key', type: 'secret' }],
    auth: { type: 'Bearer', token: '$Key$' },
    hosts: ['crm.example', 'files.example'],
    parameters: { activity_id: 'string', upload_url: 'string' },
    API: {
      CreateActivity: {
        // What this CRM does not know counts as done, so that every request is reached.
        errors: [{ status: 404, then: 'accept' }],
        steps: [
          {
            request_method: 'POST',
            request_path: '/calls',
            response_map: { id: '$activity_id$', url: '$upload_url$' },
            response_headers: { Location: '$upload_url$' },
          },
          { request_method: 'POST', request_path: '/calls/$activity_id$/parts' },
          { request_method: 'PUT', request_url: '$upload_url$', auth: 'none' },
        ],
      },
    },
  };

  const reached = new Set<string>();

  await fc.assert(
    fc.asyncProperty(claim, claim, claim, async (id, url, location) => {
      const crm = scriptedCrm(document, {
        'POST /calls': { body: { id, url }, headers: { location } },
      });
      const whole = await crm.run('CreateActivity');

      expect(whole.status).toBe('ran');
      for (const { whole: sent, headers } of crm.sent) {
        const { origin, hostname, pathname, username } = new URL(sent.url);
        expect(['crm.example', 'files.example']).toContain(hostname);
        expect(username).toBe('');
        reached.add(origin);
        expect(sent.origins).toContain(origin);
        if (origin !== CRM) expect(headers['authorization']).toBeUndefined();
        if (headers['authorization'] !== undefined) {
          expect(pathname).toMatch(/^\/calls(?:\/[^/]+\/parts)?$/);
        }
      }
    }),
    { seed: 13, numRuns: 500 },
  );

  expect(reached).toContain('https://files.example');
});

test('what a sign-in bound goes to no address that an answer gave', async () => {
  const token = 'token-of-another-server';
  const crm = scriptedCrm(
    {
      hosts: ['crm.example', 'files.example'],
      parameters: { upload_url: 'string', other_token: 'string' },
      API: {
        CreateActivity: {
          steps: [
            {
              request_method: 'POST',
              request_path: '/calls',
              request_headers: { 'X-Other': '$other_token$' },
              response_map: { url: '$upload_url$' },
            },
            {
              request_method: 'PUT',
              request_url: '$upload_url$',
              auth: 'none',
              request_headers: { 'X-Other': '$other_token$' },
            },
          ],
        },
      },
    },
    { 'POST /calls': { body: { url: 'https://files.example/u/1' } } },
  );
  const credential = { locals: { other_token: token }, properties: {}, generation: 1 };

  const whole = await crm.run('CreateActivity', { credential });

  expect(crm.sent.map(({ path, headers }) => [path, headers['x-other']])).toEqual([
    ['/calls', token],
  ]);
  expect(whole).toMatchObject({ run: { outcome: { action: 'park' } } });
});
