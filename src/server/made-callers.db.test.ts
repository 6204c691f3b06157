import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { MADE_CONTACT_MS } from '../calls/made-contacts.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  planTimes: { mergeMs: 10, lateRingMs: 10 },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
const NUMBER = '+442071838750';
const CALL = [
  {
    call_id: 'c-1',
    kind: 'ringing',
    direction: 'inbound',
    extension: '101',
    calling_number: NUMBER,
    called_number: '+442079460000',
  },
  { call_id: 'c-1', kind: 'ended', duration: 0 },
];

describeDatabases('who is calling, of a contact that we made', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  /** The search of the CRM finds nobody, whom it may know already. */
  let lags: boolean;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (!lags || method !== 'GET' || path !== '/contacts') return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"contacts":[]}');
        return true;
      },
    });
    server = await startTestServer({ database: await databases.open(), crm, tuning: TUNING });
  });
  beforeEach(async () => {
    lags = true;
    crm.contacts.length = 0;
    office = await setUpOffice(server, crm, { options: { unknown_callers: 'create_contact' } });
    await server.send('POST', '/v1/call-events', { key: office.eventsKey, body: CALL });
    await vi.waitFor(async () => {
      const calls = await server.send('GET', '/v1/calls', { key: office.key });
      if (valueAt(calls.body, 'items', 0, 'state') !== 'delivered') throw new Error('Not yet.');
    }, WAIT);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const ask = async (number = NUMBER, key = office.key): Promise<Sent> =>
    await server.send('GET', `/v1/contacts/identify?number=${encodeURIComponent(number)}`, { key });

  test.each([NUMBER, '020 7183 8750', '00442071838750'])(
    'is answered from memory while the search does not show it, also for %s',
    async (number) => {
      const answer = await ask(number);

      const id = crm.contacts[0]?.id ?? '';
      expect(valueAt(answer.body, 'callers')).toMatchObject([
        {
          connection_id: office.connectionId,
          source: 'made',
          contact_id: id,
          url: `${crm.origin}/contacts/${id}`,
        },
      ]);
      expect(valueAt(answer.body, 'connections')).toMatchObject([
        { status: 'found', message: 'One contact has this number.' },
      ]);
    },
  );

  test('is answered from memory also when its search shows it: the CRM is not asked', async () => {
    lags = false;
    crm.calls.length = 0;

    const answer = await ask();

    const { id } = crm.contacts[0] ?? {};
    expect(valueAt(answer.body, 'callers')).toMatchObject([{ source: 'made', contact_id: id }]);
    expect(valueAt(answer.body, 'callers', 1)).toBeUndefined();
  });

  test('is nobody to another number, and nobody to another organization', async () => {
    const neighbour = await setUpOffice(server, crm);

    for (const answer of [await ask('+442071838751'), await ask(NUMBER, neighbour.key)]) {
      expect(valueAt(answer.body, 'callers')).toEqual([]);
      expect(textAt(answer.body, 'connections', 0, 'status')).toBe('not_found');
    }
  });

  test('is known also where the CRM cannot be asked', async () => {
    crm.behave('GET /contacts', 'refuse', { times: 1 });

    const answer = await ask();

    expect(valueAt(answer.body, 'callers')).toMatchObject([{ source: 'made' }]);
    expect(textAt(answer.body, 'connections', 0, 'status')).toBe('found');
  });

  test('is nobody after some days, when every search would show it', async () => {
    const { database } = server;
    await database.write(async (transaction) => {
      await transaction
        .updateTable('made_contact')
        .set({ claimed_at: database.now() - MADE_CONTACT_MS - 1 })
        .where('organization_id', '=', office.organizationId)
        .execute();
    });

    expect(valueAt((await ask()).body, 'callers')).toEqual([]);
  });
});
