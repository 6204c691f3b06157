import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  planTimes: { mergeMs: 10, lateRingMs: 10 },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
const RINGING = {
  call_id: 'c-1',
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};
/** What every method of the call sends. */
const ALL = {
  team: '$team$',
  segment: '$segment$',
  type: '$contact_type$',
  contact: '$contact_id$',
  meta: '$meta$',
  tariff: '$tariff$',
  why: '$update_reason$',
};
const change = (path: string, response_map?: object) => ({
  request_method: 'POST',
  request_path: `/records/$activity_id$/${path}`,
  request_parameters: ALL,
  ...(response_map === undefined ? {} : { response_map }),
});
const DOCUMENT = fakeCrmDocument({
  methods: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      response_map: { users: [{ id: '$user_id$', name: '$team$' }] },
    },
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      contact_type: 'person',
      response_map: {
        contacts: [{ id: '$contact_id$', phone: '$phone$', company: '$segment$' }],
      },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/records',
      request_parameters: { team: '$team$', segment: '$segment$', type: '$contact_type$' },
      response_map: { id: '$activity_id$', meta: '$meta$', tariff: '$tariff$' },
    },
    AnswerCallActivity: change('answer', { tariff: '$tariff$' }),
    UpdateActivity: change('update'),
    AssignActivity: change('assign'),
    StopCallActivity: change('stop'),
  },
}).replace(
  '"parameters": {',
  '"parameters": { "team": "string", "segment": "string", "meta": "object", "tariff": "string", "contact_type": "string", "update_reason": "string",',
);

describeDatabases('values that a document makes up for itself', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  const start = async (database: TestServer['database']): Promise<void> => {
    server = await startTestServer({ database, crm, tuning: TUNING });
  };

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (!path.startsWith('/records')) return false;
        const created = { id: 'r-7', meta: { a: [1] }, tariff: 'day' };
        const answer = path === '/records' && method === 'POST' ? created : { tariff: 'night' };
        const head = { 'content-type': 'application/json' };
        response.writeHead(200, head).end(JSON.stringify(answer));
        return true;
      },
    });
    const phone = RINGING.calling_number;
    const more = { first_name: '', last_name: 'X', email: '', phone };
    crm.contacts.push({ id: '8', company: 'gold', ...more }, { id: '9', company: 'lead', ...more });
    await start(await databases.open());
    office = await setUpOffice(server, crm, { document: DOCUMENT });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const report = async (body: object): Promise<string> => {
    const sent = await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: [body],
    });
    return textAt(sent.body, 'results', 0, 'call_id');
  };
  const sentTo = async (path: string): Promise<unknown> =>
    await vi.waitFor(() => {
      const request = crm.requests.findLast((one) => one.path === path);
      if (request === undefined) throw new Error('Not yet.');
      return JSON.parse(request.body.toString('utf8'));
    }, WAIT);

  test('reach every later method of user, contact and call, a restart between, the newest last', async () => {
    const callId = await report(RINGING);
    const create = await sentTo('/records');
    // Two have the number: until the user chooses, the call has no contact.
    expect(create).toEqual({ team: 'Bob Agent' });

    await report({ call_id: 'c-1', kind: 'noted', contact_id: '9' });
    const assign = await sentTo('/records/r-7/assign');
    expect(assign).toEqual({
      team: 'Bob Agent',
      segment: 'lead',
      type: 'person',
      contact: '9',
      meta: { a: [1] },
      tariff: 'day',
      why: 'contact',
    });

    const { database } = server;
    await server.close();
    await start(database);
    await report({ call_id: 'c-1', kind: 'answered', extension: '101' });
    expect(await sentTo('/records/r-7/answer')).toMatchObject({ tariff: 'day', segment: 'lead' });
    await vi.waitFor(async () => {
      const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });
      const steps = valueAt(call.body, 'steps');
      const states = Array.isArray(steps) ? steps.map((step) => valueAt(step, 'state')) : [];
      expect(new Set(states)).toEqual(new Set(['delivered']));
    }, WAIT);
    await report({ call_id: 'c-1', kind: 'noted', description: 'Called back.' });
    const update = await sentTo('/records/r-7/update');
    await report({ call_id: 'c-1', kind: 'ended', duration: 63 });
    const stop = await sentTo('/records/r-7/stop');

    const everything = {
      team: 'Bob Agent',
      segment: 'lead',
      type: 'person',
      contact: '9',
      meta: { a: [1] },
      tariff: 'night',
    };
    expect(update).toEqual({ ...everything, why: 'note' });
    expect(stop).toEqual(everything);
  });
});
