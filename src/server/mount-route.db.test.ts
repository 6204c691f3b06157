import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { WITH_TEAM } from './testing/sick-crm.ts';
import { setUpOffice, startTestServer } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describeDatabases('a route that asks the CRM, over a real connection', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let origin: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    office = await setUpOffice(server, crm, { document: WITH_TEAM });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    // The client keeps connections open for more requests; nobody waits for these here.
    server.app.server.closeAllConnections();
    await server.close();
    await crm.close();
  });

  const cases: readonly (readonly [string, string, RequestInit])[] = [
    ['a test with an empty JSON body', 'test', { method: 'POST', headers: JSON_TYPE }],
    ['a test with a body', 'test', { method: 'POST', headers: JSON_TYPE, body: '{}' }],
    ['a link', 'user-links/EXTENSION', { method: 'PUT', body: '{"crm_user_id":"11"}' }],
    ['the list of users', 'crm-users', { method: 'GET', headers: JSON_TYPE }],
    ['suggestions of links', 'user-link-suggestions', { method: 'GET', headers: JSON_TYPE }],
    [
      'who is calling',
      '../../contacts/identify?number=%2B442079460018',
      { method: 'GET', headers: JSON_TYPE },
    ],
  ];
  test.each(cases)('answers %s', async (_name, path, init) => {
    const connection = `${origin}/v1/connections/${office.connectionId}`;
    const url = new URL(`${connection}/${path.replace('EXTENSION', office.extensionId)}`);
    const headers = { ...JSON_TYPE, authorization: `Bearer ${office.key}` };
    crm.requests.length = 0;

    const answer = await fetch(url, { ...init, headers });
    const text = await answer.text();

    expect([answer.status, crm.requests.length]).toEqual([200, 1]);
    expect(text).not.toContain('abandoned');
    expect(text).not.toContain('"ok":false');
  });

  test('gives its request to the CRM up when the client goes away', async () => {
    const given = Promise.withResolvers<boolean>();
    crm.behave('/users', (_request, response) => {
      response.once('close', () => given.resolve(true));
    });
    const client = new AbortController();
    const asked = fetch(`${origin}/v1/connections/${office.connectionId}/test`, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: `Bearer ${office.key}` },
      body: '{}',
      signal: client.signal,
    });
    crm.requests.length = 0;
    await vi.waitFor(() => expect(crm.requests).toHaveLength(1));

    client.abort();

    await expect(asked).rejects.toThrow();
    expect(await given.promise).toBe(true);
    crm.behave('/users', undefined);
  });
});
