import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
/** The question about a lost answer names the contact, too. */
const FIND_CALL = {
  request_method: 'GET',
  request_path: '/calls',
  request_parameters: { key: '$call_key$', contact: '$contact_id$' },
  response_map: { calls: [{ id: '$activity_id$' }] },
};
const DELETED = [404, 410, 422, 400] as const;

describeDatabases('a contact that we made and somebody deleted in the CRM', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  /** What the CRM says to a call of a contact that it does not have; to every call where `always`. */
  let refusal: { status: number; always?: boolean };
  const deleted = new Set<string>();

  const contactOf = ({ body }: FakeRequest): unknown =>
    valueAt(JSON.parse(body.toString('utf8')), 'contact');
  /** Its search is late for ever; it refuses contacts that were deleted. */
  const answer = (request: FakeRequest): { status: number; body: object } | undefined => {
    const route = `${request.method} ${request.path}`;
    if (route === 'GET /contacts') return { status: 200, body: { contacts: [] } };
    if (route !== 'POST /calls') return undefined;
    const isGone = refusal.always === true || deleted.has(String(contactOf(request)));
    return isGone ? { status: refusal.status, body: { message: 'not accepted' } } : undefined;
  };

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: (request, response) => {
        const told = answer(request);
        if (told === undefined) return false;
        response
          .writeHead(told.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(told.body));
        return true;
      },
    });
    server = await startTestServer({
      ...{ crm, tuning: TUNING, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    crm.requests.length = 0;
    crm.contacts.length = 0;
    deleted.clear();
    refusal = { status: 404 };
    office = await setUpOffice(server, crm, {
      document: fakeCrmDocument({ methods: { FindActivity: FIND_CALL } }),
      options: { unknown_callers: 'create_contact' },
    });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  /** A whole call from one number, when it has come to rest. */
  const call = async (callId: string): Promise<Sent> => {
    const from = { direction: 'inbound', calling_number: '+447911123456', called_number: '200' };
    const sent = await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: [
        { call_id: callId, kind: 'ringing', extension: '101', ...from },
        { call_id: callId, kind: 'ended', duration: 9 },
      ],
    });
    const path = `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
    return await vi.waitFor(async () => {
      const seen = await server.send('GET', path, { key: office.key });
      const state = valueAt(seen.body, 'state');
      if (state !== 'delivered' && state !== 'parked') throw new Error(`Not yet: ${String(state)}`);
      return seen;
    }, WAIT);
  };
  const stepOf = (seen: Sent, method: string): unknown => {
    const steps = valueAt(seen.body, 'steps');
    return Array.isArray(steps)
      ? steps.find((one) => valueAt(one, 'method') === method)
      : undefined;
  };
  const writes = (): readonly string[] =>
    crm.requests
      .filter(({ method }) => method === 'POST')
      .map((request) => {
        const contact = request.path === '/calls' ? ` of ${String(contactOf(request))}` : '';
        return `${request.path.replace(/^\/calls\/.*/, 'stop')}${contact}`;
      });
  const newest = (): string => crm.contacts.at(-1)?.id ?? '';

  test.each(DELETED)('is looked for and made again once after %i', async (status) => {
    await call('c-1');
    const first = newest();
    deleted.add(first);
    refusal = { status };
    crm.requests.length = 0;

    const second = await call('c-2');
    const again = newest();
    const third = await call('c-3');

    expect(again).not.toBe(first);
    expect(writes()).toEqual([
      `/calls of ${first}`,
      '/contacts',
      `/calls of ${again}`,
      'stop',
      `/calls of ${again}`,
      'stop',
    ]);
    expect([valueAt(second.body, 'state'), valueAt(third.body, 'state')]).toEqual([
      'delivered',
      'delivered',
    ]);
    const create = stepOf(second, 'CreateActivity');
    expect(create).toMatchObject({ state: 'delivered', possible_duplicate: false });
    expect(valueAt(create, 'attempts', 0)).toMatchObject({
      outcome: 'refused',
      notes: [expect.stringContaining('gone from the CRM')],
    });
  });

  test('is nobody to the index any more: the number has one owner again', async () => {
    await call('c-1');
    const first = newest();
    deleted.add(first);
    const of = { organizationId: office.organizationId, connectionId: office.connectionId };
    const owners = async (): Promise<unknown> => {
      const hits = await server.contacts?.byNumber(of, '+447911123456', { country: 'GB' });
      return hits?.map(({ crmId }) => crmId);
    };
    await vi.waitFor(async () => expect(await owners()).toEqual([first]), WAIT);

    await call('c-2');

    await vi.waitFor(async () => expect(await owners()).toEqual([newest()]), WAIT);
    expect(newest()).not.toBe(first);
  });

  test('is made again for one request once, and then a person must look', async () => {
    await call('c-1');
    refusal = { status: 422, always: true };
    crm.requests.length = 0;

    const second = await call('c-2');
    const third = await call('c-3');

    // The second one made was never taken: that it is refused too is no sign that it is gone.
    expect(crm.contacts).toHaveLength(2);
    expect(writes().map((line) => line.split(' ')[0])).toEqual([
      ...['/calls', '/contacts', '/calls'],
      '/calls',
    ]);
    for (const seen of [second, third]) {
      expect(stepOf(seen, 'CreateActivity')).toMatchObject({ state: 'parked', reason: 'refused' });
    }
  });

  test('is not made twice where the CRM takes no call at all', async () => {
    refusal = { status: 422, always: true };

    await call('c-1');
    await call('c-2');

    expect(crm.contacts).toHaveLength(1);
  });

  test('is not concluded from a right that the account lacks', async () => {
    await call('c-1');
    deleted.add(newest());
    refusal = { status: 403 };

    const second = await call('c-2');

    expect(crm.contacts).toHaveLength(1);
    expect(stepOf(second, 'CreateActivity')).toMatchObject({ reason: 'forbidden' });
  });

  test('is not concluded from a refused question about a lost answer', async () => {
    await call('c-1');
    crm.behave('POST /calls', 'execute_then_drop', { times: 1 });
    crm.behave('GET /calls', 'refuse', { times: 1 });
    crm.requests.length = 0;

    const second = await call('c-2');
    await call('c-3');

    expect(stepOf(second, 'CreateActivity')).toMatchObject({ reason: 'unknown_outcome' });
    expect(crm.contacts).toHaveLength(1);
    expect(writes().filter((line) => line.startsWith('/calls'))).toHaveLength(2);
  });
});
