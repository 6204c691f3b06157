import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { ContactRecord } from '../contacts/contact-record.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 20_000, interval: 20 };
const NUMBER = '+442071838750';
const GRACE: ContactRecord = {
  kind: 'person',
  contactType: '',
  crmId: 'grace',
  name: 'Grace Hopper',
  company: 'Navy',
  emails: ['grace@navy.example'],
  phones: ['(020) 7183-8750 ext. 12'],
};

describeDatabases('who calls, where contacts are copied', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let searches: number;
  /** The CRM does not know its own filter. */
  let everybody: boolean;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (method !== 'GET' || path !== '/contacts') return false;
        searches += 1;
        if (!everybody) return false;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ contacts: crm.contacts }));
        return true;
      },
    });
    const database = await databases.open();
    server = await startTestServer({ database, crm, tuning: TUNING, contacts: true });
  });
  beforeEach(async () => {
    searches = 0;
    everybody = false;
    crm.contacts.length = 0;
    crm.calls.length = 0;
    office = await setUpOffice(server, crm, { options: { unknown_callers: 'create_contact' } });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const put = async (contact: ContactRecord): Promise<void> => {
    const { organizationId, connectionId } = office;
    const options = { source: 'crm', country: 'GB' } as const;
    await server.contacts?.put({ organizationId, connectionId }, [contact], options);
  };
  const ask = async (query: string, key = office.key): Promise<Sent> =>
    await server.send('GET', `/v1/contacts/identify?${query}`, { key });
  const number = (text: string): string => `number=${encodeURIComponent(text)}`;
  const placeCall = async (id: string, from = NUMBER): Promise<Sent> => {
    const ringing = {
      ...{ call_id: id, kind: 'ringing', direction: 'inbound', extension: '101' },
      ...{ calling_number: from, called_number: '+442079460000' },
    };
    const body = [ringing, { call_id: id, kind: 'ended', duration: 0 }];
    await server.send('POST', '/v1/call-events', { key: office.eventsKey, body });
    let calls: Sent | undefined;
    await vi.waitFor(async () => {
      const path = `/v1/calls?phone_call_id=${id}`;
      calls = await server.send('GET', path, { key: office.key });
      expect(valueAt(calls.body, 'items', 0, 'state')).toBe('delivered');
    }, WAIT);
    const path = `/v1/calls/${textAt(calls?.body, 'items', 0, 'id')}`;
    return await server.send('GET', path, { key: office.key });
  };
  const stepOf = (ledger: Sent, method: string): unknown => {
    const steps: unknown = valueAt(ledger.body, 'steps');
    return Array.isArray(steps)
      ? steps.find((step: unknown) => valueAt(step, 'method') === method)
      : undefined;
  };

  test('is told by the index without a request, and explained', async () => {
    await put(GRACE);

    const answer = await ask(`${number('00442071838750')}&explain=true`);

    expect(answer.body).toMatchObject({
      number: NUMBER,
      kind: 'number',
      callers: [
        {
          connection_id: office.connectionId,
          ...{ source: 'index', chosen: true, matched: 'e164', contact_kind: 'person' },
          ...{ contact_id: 'grace', name: 'Grace Hopper', company: 'Navy' },
          phones: GRACE.phones,
          url: `${crm.origin}/contacts/grace`,
        },
      ],
      connections: [
        {
          status: 'found',
          steps: [{ source: 'index', asked: NUMBER, answered: 1, matched: 1 }],
        },
      ],
    });
    expect(searches).toBe(0);
  });

  test('is asked of the CRM where the index has nobody, which says why it found none', async () => {
    const answer = await ask(`${number(NUMBER)}&explain=true`);

    expect(answer.body).toMatchObject({
      callers: [],
      connections: [
        {
          status: 'not_found',
          copy: expect.stringMatching(/^The copy has 0 people and 0 companies .+\.$/),
          steps: [
            {
              ...{ source: 'index', matched: 0 },
              message: 'Nobody in the index has this number.',
            },
            { source: 'crm', answered: 0, message: expect.stringContaining('GET ') },
          ],
        },
      ],
    });
    await ask(number(NUMBER));
    expect(searches).toBe(1);
  });

  test('is told with the first hundred where a CRM names very many, and their number', async () => {
    for (let at = 0; at < 120; at += 1) {
      const names = { first_name: 'Grace', last_name: `No. ${at}`, email: '', company: '' };
      crm.contacts.push({ ...names, id: `g${at}`, phone: NUMBER });
    }

    const answer = await ask(`${number(NUMBER)}&explain=true`);

    expect(valueAt(answer.body, 'callers', 'length')).toBe(100);
    expect(JSON.stringify(valueAt(answer.body, 'connections', 0))).toContain('120');
  });

  test('is told whom the CRM named in vain, by the numbers that they have', async () => {
    const bob = { first_name: 'Bob', last_name: 'Berg', email: '', company: '' };
    crm.contacts.push({ ...bob, id: '9', phone: '+442079460123' });
    everybody = true;

    const answer = await ask(`${number(NUMBER)}&explain=true`);

    expect(valueAt(answer.body, 'connections', 0)).toMatchObject({
      status: 'not_found',
      steps: [
        { source: 'index' },
        {
          ...{ source: 'crm', answered: 1, matched: 0 },
          message: expect.stringContaining('Refused were those with +442079460123.'),
        },
      ],
    });
  });

  test.each([
    ['an extension', '101', { kind: 'extension', connections: [{ status: 'own_number' }] }],
    ['a withheld number', 'anonymous', { number: null, connections: [{ status: 'not_asked' }] }],
  ])('is nobody for %s', async (_name, text, expected) => {
    const body = { number: '101', name: 'Ada' };
    await server.send('POST', '/v1/extensions', { key: office.key, body });

    const answer = await ask(number(text));

    expect(answer.body).toMatchObject({ callers: [], ...expected });
    expect(searches).toBe(0);
  });

  test('is asked of one connection by its id, and of no foreign one', async () => {
    await put(GRACE);
    const neighbour = await setUpOffice(server, crm);
    const one = `${number(NUMBER)}&connection_id=${office.connectionId}`;

    expect(valueAt((await ask(one)).body, 'callers', 'length')).toBe(1);
    expect((await ask(one, neighbour.key)).status).toBe(404);
    expect(valueAt((await ask(number(NUMBER), neighbour.key)).body, 'callers')).toEqual([]);
    expect((await ask('number=%2D')).status).toBe(400);
  });

  test('is found for a call without a request, and the ledger says who told it', async () => {
    await put(GRACE);

    const ledger = await placeCall('c-1');

    expect(stepOf(ledger, 'FindContact')).toMatchObject({
      state: 'delivered',
      message: expect.stringContaining('The index of contacts told it'),
      attempts: [],
    });
    expect(searches).toBe(0);
    expect(crm.contacts).toHaveLength(0);
    expect(JSON.stringify(crm.calls)).toContain('grace');
  });

  test('is in the index as soon as a call has made the contact', async () => {
    await placeCall('c-2');
    const { id } = crm.contacts[0] ?? {};

    await vi.waitFor(async () => {
      const { organizationId, connectionId } = office;
      const options = { country: 'GB' };
      const of = { organizationId, connectionId };
      const hits = await server.contacts?.byNumber(of, '020 7183 8750', options);
      expect(hits).toMatchObject([{ crmId: id, source: 'made', matched: 'e164' }]);
    }, WAIT);
    await placeCall('c-3');
    expect(crm.contacts).toHaveLength(1);
    expect(searches).toBe(1);
  });

  test('is told with plus, and found nationally, also where no plan has the number', async () => {
    await put({ ...GRACE, phones: ['07700 900201'] });

    const answer = await ask(number('+44 7700 900201'));

    expect(answer.body).toMatchObject({
      number: '+447700900201',
      callers: [{ contact_id: 'grace', chosen: true, matched: 'e164' }],
    });
  });

  test('is made no second time who may be the caller: a person must say', async () => {
    await put({ ...GRACE, phones: ['087 123 4567'] });

    const ledger = await placeCall('c-4', '+353871234567');

    expect(crm.contacts).toHaveLength(0);
    expect(stepOf(ledger, 'FindContact')).toMatchObject({
      state: 'delivered',
      message: expect.stringContaining('a person must say who it is'),
    });
    expect(stepOf(ledger, 'CreateContact')).toMatchObject({ state: 'skipped' });
    expect(searches).toBe(1);
  });

  test.each(['*97', '112'])('is asked of no CRM for a call of the code %s', async (code) => {
    const ledger = await placeCall(`c-${code}`, code);

    expect(stepOf(ledger, 'FindContact')).toMatchObject({
      state: 'skipped',
      message: expect.stringContaining('of no person: the CRM is not asked'),
    });
    expect([searches, crm.contacts.length]).toEqual([0, 0]);
  });

  test.each(['020 7183 87*', '+44 20 7183 87xx', 'ours'])(
    'is no number of ours by a pattern: %j is refused',
    async (own) => {
      const options = { own_numbers: ['*97', own] };
      const path = `/v1/connections/${office.connectionId}`;

      const refused = await server.send('PATCH', path, {
        ...{ key: office.key, headers: { 'if-match': '*' } },
        body: { options },
      });

      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toContain(
        "The option 'own_numbers.1' must be one whole number such as +442071838750",
      );
    },
  );
});
