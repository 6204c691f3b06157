import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const NUMBER = '+442071838750';
const GRACE = { firstname: 'Grace', lastname: 'Hopper', phone: NUMBER, email: 'g@navy.example' };
const WRONG = { firstname: 'Wrong', lastname: 'Person', phone: '+442071838751' };
const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  planTimes: { mergeMs: 10, lateRingMs: 10 },
  times: { pollEveryMs: 20 },
};
const DOCUMENT = fakeCrmDocument({
  methods: {
    CreateContact: {
      request_method: 'POST',
      request_path: '/contacts',
      request_parameters: {
        first_name: '$firstname$',
        last_name: '$lastname$',
        phone: '$phone$',
        email: '$email$',
      },
      response_map: { id: '$contact_id$' },
      errors: [{ status: 409, then: 'accept', response_map: { existing: { id: '$contact_id$' } } }],
    },
  },
});

describeDatabases('a contact that is there when it should be made', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  /** How the CRM answers to the next creates, in place of making a contact. */
  let answer: { readonly status: number; readonly body: object } | undefined;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (answer === undefined || method !== 'POST' || path !== '/contacts') return false;
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
        return true;
      },
    });
    server = await startTestServer({
      ...{ crm, tuning: TUNING, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    answer = undefined;
    crm.contacts.length = 0;
    crm.calls.length = 0;
    await setUp({});
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const setUp = async (options: object): Promise<void> => {
    office = await setUpOffice(server, crm, {
      document: DOCUMENT,
      options: { unknown_callers: 'create_contact', ...options },
    });
  };
  const path = (id = ''): string => `/v1/connections/${office.connectionId}/contacts${id}`;
  const make = async (values: object): Promise<Sent> =>
    await server.send('POST', path(), { key: office.key, body: { values } });
  const read = async (id: string): Promise<Sent> =>
    await server.send('GET', path(`/${id}`), { key: office.key });
  const found = async (query: string): Promise<unknown> => {
    const { body } = await server.send('GET', `/v1/contacts/search?q=${query}`, {
      key: office.key,
    });
    return valueAt(body, 'contacts');
  };

  test.each([
    ['the CRM refuses a duplicate', 409, (id: string) => ({ existing: { id } })],
    ['the CRM answers as if it had made it', 201, (id: string) => ({ id })],
  ])('is answered as it is known, and stays so, where %s', async (_name, status, body) => {
    const id = textAt((await make(GRACE)).body, 'contact_id');
    const before = await read(id);
    answer = { status, body: body(id) };

    const again = await make(WRONG);

    expect([again.status, again.body]).toEqual([200, before.body]);
    expect(await read(id)).toMatchObject({ status: 200, body: before.body });
    expect(await found('wrong')).toEqual([]);
    expect(crm.contacts).toHaveLength(1);
  });

  test('is no new contact where nothing is known of it, and what was typed is not kept', async () => {
    answer = { status: 409, body: { existing: { id: 'c-10' } } };

    const made = await make(WRONG);

    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ contact_id: 'c-10', name: null, phones: [], emails: [] });
    expect((await read('c-10')).status).toBe(404);
    expect(await found('wrong')).toEqual([]);
    const saved = await server.database.read.selectFrom('saved_contact').selectAll().execute();
    expect(saved.filter(({ contact }) => contact.includes('c-10'))).toEqual([]);
  });

  test('is answered as it was saved where no copies are kept', async () => {
    await setUp({ contact_sync: false });
    const id = textAt((await make(GRACE)).body, 'contact_id');
    answer = { status: 201, body: { id } };

    const again = await make({ ...WRONG, phone: NUMBER });

    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ contact_id: id, name: 'Grace Hopper', phones: [NUMBER] });
  });

  test.each([
    ['refuses a duplicate', 409, (id: string) => ({ existing: { id } })],
    ['answers as if it had made it', 201, (id: string) => ({ id })],
  ])('stays as it is known after a call for which the CRM %s', async (_name, status, body) => {
    const id = textAt((await make(GRACE)).body, 'contact_id');
    const before = await read(id);
    answer = { status, body: body(id) };
    const from = { direction: 'inbound', calling_number: WRONG.phone, called_number: '200' };

    await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: [
        { call_id: 'c-1', kind: 'ringing', extension: '101', ...from },
        { call_id: 'c-1', kind: 'ended', duration: 9 },
      ],
    });

    await vi.waitFor(async () => {
      const calls = await server.send('GET', '/v1/calls', { key: office.key });
      if (valueAt(calls.body, 'items', 0, 'state') !== 'delivered') throw new Error('Not yet.');
    }, WAIT);
    expect(crm.calls[0]?.fields['contact']).toBe(id);
    expect((await read(id)).body).toEqual(before.body);
    expect(await found('38751')).toEqual([]);
  });

  test('a connection that waits for people says what to do', async () => {
    await server.send('POST', `/v1/connections/${office.connectionId}/pause`, { key: office.key });

    const refused = await make(GRACE);
    const search = await server.send('GET', '/v1/contacts/search?q=grace&live=true', {
      key: office.key,
    });

    const next = 'POST …/resume goes on with the waiting calls.';
    expect([refused.status, valueAt(refused.body, 'detail')]).toEqual([
      409,
      `The connection is paused: nothing is sent until it works again. ${next}`,
    ]);
    expect(valueAt(search.body, 'connections', 0, 'message')).toBe(
      `The connection is paused. ${next}`,
    );
  });
});
