import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const NUMBER = '+442071838750';
const GRACE = { firstname: 'Grace', lastname: 'Hopper', phone: NUMBER };
const DELETE = { request_method: 'DELETE', request_path: '/contacts/$contact_id$' };
const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
};

describeDatabases('contacts changed through the API', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      ...{ crm, tuning: TUNING, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    crm.contacts.length = 0;
    crm.calls.length = 0;
    office = await setUpOffice(server, crm, {
      document: fakeCrmDocument({ methods: { DeleteContact: DELETE } }),
      options: { unknown_callers: 'create_contact' },
    });
    crm.requests.length = 0;
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const path = (id?: string): string =>
    `/v1/connections/${office.connectionId}/contacts${id === undefined ? '' : `/${id}`}`;
  const make = async (values: object, headers: Record<string, string> = {}): Promise<Sent> =>
    await server.send('POST', path(), { key: office.key, body: { values }, headers });
  const change = async (id: string, values: object): Promise<Sent> =>
    await server.send('PATCH', path(id), { key: office.key, body: { values } });
  const read = async (id: string): Promise<Sent> =>
    await server.send('GET', path(id), { key: office.key });
  const remove = async (id: string): Promise<Sent> =>
    await server.send('DELETE', path(id), { key: office.key });
  const identified = async (): Promise<unknown> => {
    const query = `number=${encodeURIComponent(NUMBER)}`;
    const { body } = await server.send('GET', `/v1/contacts/identify?${query}`, {
      key: office.key,
    });
    const callers = valueAt(body, 'callers');
    return Array.isArray(callers) ? callers.map((one) => valueAt(one, 'contact_id')) : callers;
  };

  test('one that is made is known at once, and is not made again by a call of its number', async () => {
    const made = await make(GRACE);

    const id = textAt(made.body, 'contact_id');
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{ connection_id: office.connectionId, contact_kind: 'person', name: 'Grace Hopper' },
      ...{ phones: [NUMBER], url: `${crm.origin}/contacts/${id}` },
    });
    expect(crm.contacts).toMatchObject([{ id, first_name: 'Grace', last_name: 'Hopper' }]);
    expect(await identified()).toEqual([id]);
    expect((await read(id)).body).toMatchObject({ contact_id: id, source: 'made' });

    // Its own search does not show it yet, and no copy does.
    const of = { organizationId: office.organizationId, connectionId: office.connectionId };
    await server.contacts?.dropBook(of);
    crm.contacts.length = 0;
    const from = { direction: 'inbound', calling_number: NUMBER, called_number: '200' };
    await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: [
        { call_id: 'c-1', kind: 'ringing', extension: '101', ...from },
        { call_id: 'c-1', kind: 'ended', duration: 9 },
      ],
    });
    await vi.waitFor(() => expect(crm.calls).toHaveLength(1), WAIT);
    expect(crm.contacts).toHaveLength(0);
    expect(crm.calls[0]?.fields['contact']).toBe(id);
  });

  test('only values that the document takes are sent, and the problem says which these are', async () => {
    const wrong = await make({ ...GRACE, hair_color: 'red' });
    const none = await make({});

    expect([wrong.status, none.status]).toEqual([400, 400]);
    expect(valueAt(wrong.body, 'detail')).toBe(
      "The document's CreateContact does not take 'hair_color'. It takes: firstname, lastname, company_name, phone, email.",
    );
    expect(crm.requests.filter((one) => one.path === '/contacts')).toEqual([]);
  });

  test('a repeat under one key makes one, and a refusal may be sent again', async () => {
    crm.behave('POST /contacts', 'refuse', { times: 1 });
    const headers = { 'idempotency-key': 'k-1' };

    const refused = await make(GRACE, headers);
    const made = await make(GRACE, headers);
    const again = await make(GRACE, headers);

    expect([refused.status, textAt(refused.body, 'code')]).toEqual([422, 'refused_by_crm']);
    expect([made.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(made.body);
    expect(crm.contacts).toHaveLength(1);
  });

  test('a CRM that asks for a pause is told of, with its length', async () => {
    crm.behave('POST /contacts', 'throttle', { times: 1 });

    const sent = await make(GRACE);

    expect([sent.status, textAt(sent.body, 'code')]).toEqual([502, 'upstream_failed']);
    expect(valueAt(sent.body, 'details')).toEqual({ outcome: 'throttled', retry_after_seconds: 7 });
    expect(sent.headers['retry-after']).toBe('7');
  });

  test('of an unknown outcome nothing is kept, and the same key sends nothing again', async () => {
    crm.behave('POST /contacts', 'execute_then_drop', { times: 1 });
    const headers = { 'idempotency-key': 'k-2' };

    const lost = await make(GRACE, headers);
    const again = await make(GRACE, headers);

    expect([lost.status, textAt(lost.body, 'code')]).toEqual([502, 'unknown_outcome']);
    expect(textAt(lost.body, 'detail')).toContain('look there before you send it again');
    expect([again.status, textAt(again.body, 'code')]).toEqual([409, 'idempotency_answer_lost']);
    expect(crm.contacts).toHaveLength(1);
    const search = await server.send('GET', '/v1/contacts/search?q=hopper', { key: office.key });
    expect(valueAt(search.body, 'contacts')).toEqual([]);
  });

  test('a change follows into the copy, and null empties a value', async () => {
    const id = textAt((await make({ ...GRACE, email: 'g@navy.example' })).body, 'contact_id');

    const changed = await change(id, { lastname: 'Murray', firstname: 'Grace', email: null });

    expect(changed.status).toBe(200);
    const sent = crm.requests.find(({ method }) => method === 'PATCH');
    expect(sent?.body.toString()).toContain('"email":null');
    for (const { body } of [changed, await read(id)]) {
      expect(body).toMatchObject({ name: 'Grace Murray', phones: [NUMBER], emails: [] });
    }
    await change(id, { phone: '+442071838799' });
    expect(await identified()).toEqual([]);
  });

  test('a deleted one is forgotten, also where it is gone already', async () => {
    const id = textAt((await make(GRACE)).body, 'contact_id');
    const other = textAt((await make({ lastname: 'Wood' })).body, 'contact_id');
    crm.contacts.splice(1, 1);

    expect([(await remove(id)).status, (await remove(other)).status]).toEqual([204, 204]);
    expect([(await read(id)).status, (await read(other)).status]).toEqual([404, 404]);
    expect(await identified()).toEqual([]);
    expect((await change(id, { lastname: 'X' })).status).toBe(404);
  });

  test('only the data that the connection lets be stored are kept', async () => {
    await server.send('PATCH', `/v1/connections/${office.connectionId}`, {
      ...{ key: office.key, headers: { 'if-match': '*' } },
      body: { options: { contact_fields: ['email'] } },
    });

    const id = textAt((await make({ ...GRACE, email: 'g@navy.example' })).body, 'contact_id');

    expect((await read(id)).body).toMatchObject({ phones: [], emails: ['g@navy.example'] });
  });

  test('a document without the method, and another organization, change nothing', async () => {
    const id = textAt((await make(GRACE)).body, 'contact_id');
    const mute = await setUpOffice(server, crm, { document: fakeCrmDocument() });
    const url = `/v1/connections/${mute.connectionId}/contacts/${id}`;

    const absent = await server.send('DELETE', url, { key: mute.key });
    const foreign = await server.send('DELETE', path(id), { key: mute.key });

    expect([absent.status, foreign.status]).toEqual([409, 404]);
    expect(crm.contacts).toHaveLength(1);
  });
});
