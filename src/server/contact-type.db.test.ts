import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  planTimes: { mergeMs: 10, lateRingMs: 10 },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
const RINGING = {
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};
const find = (contact_type: string, path: string) => ({
  contact_type,
  request_method: 'GET',
  request_path: path,
  request_parameters: { phone: '$phone$' },
  response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
});
const DOCUMENT = fakeCrmDocument({
  methods: {
    FindContact: [find('contact', '/contacts'), find('lead', '/leads')],
    CreateActivity: {
      request_method: 'POST',
      request_path: '/records',
      request_parameters: { $contact_type$_id: '$contact_id$', title: '$subject$' },
      response_map: { id: '$activity_id$' },
    },
    AssignActivity: {
      request_method: 'POST',
      request_path: '/records/$activity_id$/assign',
      request_parameters: { $contact_type$: '$contact_id$' },
    },
    StopCallActivity: {
      request_method: 'POST',
      request_path: '/records/$activity_id$/stop',
      request_parameters: { $contact_type$: '$contact_id$' },
    },
  },
}).replace('"parameters": {', '"parameters": { "contact_type": "string",');

describeDatabases('the contact that a user chooses among contacts and leads', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (!path.startsWith('/records') && !path.startsWith('/leads')) return false;
        const phone = RINGING.calling_number;
        const leads = ['8', '9'].map((id) => ({ id, phone }));
        const created = { id: crm.requests.length };
        const answer = method === 'GET' ? { contacts: leads } : created;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        return true;
      },
    });
    server = await startTestServer({ database: await databases.open(), crm, tuning: TUNING });
    office = await setUpOffice(server, crm, { document: DOCUMENT });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  test.each([
    ['as the event says it', { contact_id: '5', contact_type: 'contact' }, { contact: '5' }],
    ['as it was found, where the event does not say', { contact_id: '9' }, { lead: '9' }],
  ])('has its kind in keys of the document, %s', async (name, chosen, expected) => {
    const report = async (body: object): Promise<void> => {
      const event = { call_id: name, ...body };
      await server.send('POST', '/v1/call-events', { key: office.eventsKey, body: [event] });
    };
    const newest = async (pattern: RegExp): Promise<unknown> =>
      await vi.waitFor(() => {
        const request = crm.requests.findLast(({ path }) => pattern.test(path));
        if (request === undefined) throw new Error('Not yet.');
        return JSON.parse(request.body.toString('utf8'));
      }, WAIT);
    crm.requests.length = 0;

    await report(RINGING);
    // Two leads have the number: until the user chooses, the call has nobody.
    expect(await newest(/records$/)).toEqual({ title: expect.any(String) });
    await report({ kind: 'noted', ...chosen });
    expect(await newest(/assign$/)).toEqual(expected);
    await report({ kind: 'ended', duration: 5 });
    expect(await newest(/stop$/)).toEqual(expected);
  });

  test('that nobody knows the kind of is not assigned to nobody: the step waits for the kind', async () => {
    const call_id = 'unknown kind';
    const report = async (body: object): Promise<void> => {
      await server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: [{ call_id, ...body }],
      });
    };
    const assigning = async (state: string) =>
      await vi.waitFor(async () => {
        const step = await server.database.read
          .selectFrom('step')
          .select(['state', 'reason', 'message'])
          .where('method', '=', 'AssignActivity')
          .orderBy('id', 'desc')
          .executeTakeFirstOrThrow();
        if (step.state !== state) throw new Error(`The step is ${step.state}.`);
        return step;
      }, WAIT);
    const assigned = (): unknown[] =>
      crm.requests
        .filter(({ path }) => path.endsWith('/assign'))
        .map(({ body }) => JSON.parse(body.toString('utf8')));
    crm.requests.length = 0;
    await report(RINGING);
    await vi.waitFor(() => {
      if (!crm.requests.some(({ path }) => path === '/records')) throw new Error('Not yet.');
    }, WAIT);

    await report({ kind: 'noted', contact_id: '77' });
    const parked = await assigning('parked');
    const sentWhileParked = assigned();
    await report({ kind: 'noted', contact_id: '77', contact_type: 'lead' });
    await assigning('done');

    expect(parked).toMatchObject({
      reason: 'missing_value',
      message:
        'AssignActivity needs a value for contact_type. Nobody has told of which kind the contact is: report a call event with contact_id and contact_type, and the step is tried again.',
    });
    expect(sentWhileParked).toEqual([]);
    expect(assigned()).toEqual([{ lead: '77' }]);
  });
});
