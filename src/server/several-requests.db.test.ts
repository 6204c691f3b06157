import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { aWave } from '../recordings/testing/spool-cases.ts';
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
const CALL = [
  {
    call_id: 'c-1',
    kind: 'ringing',
    direction: 'inbound',
    extension: '101',
    calling_number: '+442071838750',
    called_number: '+442079460000',
  },
  { call_id: 'c-1', kind: 'answered', extension: '101' },
  { call_id: 'c-1', kind: 'ended', duration: 63 },
];
const CREATE = {
  request_method: 'POST',
  request_path: '/calls',
  request_parameters: { key: '$call_key$', subject: '$subject$' },
  response_map: { id: '$activity_id$' },
};
const LINK = {
  request_method: 'PATCH',
  request_path: '/calls/$activity_id$',
  request_parameters: { linked: 'yes' },
};
const NOTE = {
  request_method: 'POST',
  request_path: '/calls/$activity_id$/note',
  request_parameters: { text: '$subject$' },
  response_map: { note: '$note_id$' },
};

describeDatabases('a document whose methods are several requests', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let notes: number;
  /** How many of the next notes are written without an answer. */
  let lose: number;
  const byKey = new Map<string, string>();

  /** Routes that the small CRM lacks: notes by key, and files in three requests. */
  const answer = (request: FakeRequest): object | 'lost' | undefined => {
    if (/^\/calls\/\d+\/note$/.test(request.path)) {
      const key = request.headers['idempotency-key'] ?? `none-${notes}`;
      if (!byKey.has(key)) {
        notes += 1;
        byKey.set(key, `n-${notes}`);
      }
      lose -= 1;
      return lose >= 0 ? 'lost' : { note: byKey.get(key) };
    }
    if (request.path === '/uploads') return { upload: { id: 'up-7' } };
    if (request.path === '/uploads/up-7') return {};
    if (/^\/calls\/\d+\/file$/.test(request.path)) return { ok: true };
    return undefined;
  };

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: (request, response) => {
        const told = answer(request);
        if (told === undefined) return false;
        if (told === 'lost') response.socket?.destroy();
        else
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
        return true;
      },
    });
    server = await startTestServer({ database: await databases.open(), crm, tuning: TUNING });
  });
  beforeEach(() => {
    crm.calls.length = 0;
    crm.requests.length = 0;
    byKey.clear();
    notes = 0;
    lose = 0;
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const begin = async (
    methods: Readonly<Record<string, unknown>>,
    options: { readonly without?: readonly string[]; readonly options?: object } = {},
  ): Promise<string> => {
    const { without = [], options: ofConnection = {} } = options;
    const document = fakeCrmDocument({ methods, without }).replace(
      '"parameters": {',
      '"parameters": { "note_id": "string", "upload_id": "string",',
    );
    office = await setUpOffice(server, crm, { document, options: ofConnection });
    const sent = await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: CALL,
    });
    return `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
  };
  const wait = async (path: string, state: string): Promise<Sent> =>
    await vi.waitFor(async () => {
      const call = await server.send('GET', path, { key: office.key });
      if (valueAt(call.body, 'state') !== state) throw new Error(`Not yet: ${call.text}`);
      return call;
    }, WAIT);
  const stepOf = (call: Sent, method: string): unknown => {
    const steps = valueAt(call.body, 'steps');
    return Array.isArray(steps)
      ? steps.find((one) => valueAt(one, 'method') === method)
      : undefined;
  };
  const attempts = (call: Sent, method: string): readonly string[] => {
    const list = valueAt(stepOf(call, method), 'attempts');
    return (Array.isArray(list) ? list : []).map((one: unknown) =>
      ['purpose', 'outcome', 'part']
        .map((name) => JSON.stringify(valueAt(one, name)) ?? '')
        .join(' '),
    );
  };
  const writes = (): readonly string[] =>
    crm.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path.replace(/\d+/, '1')}`);

  test('sends each under an attempt of its own, with what earlier ones bound', async () => {
    const call = await wait(
      await begin({ CreateActivity: { steps: [CREATE, LINK, NOTE] } }),
      'delivered',
    );

    expect(writes()).toEqual([
      'POST /calls',
      'PATCH /calls/1',
      'POST /calls/1/note',
      'POST /calls/1/stop',
    ]);
    expect(attempts(call, 'CreateActivity')).toEqual([
      '"run" "success" {"number":1,"of":3}',
      '"run" "success" {"number":2,"of":3}',
      '"run" "success" {"number":3,"of":3}',
    ]);
    expect(crm.calls[0]?.fields).toMatchObject({ linked: 'yes' });
  });

  test('asks for the record whose answer was lost, and goes on with the request after it', async () => {
    crm.behave('POST /calls', 'execute_then_drop', { times: 1 });

    const call = await wait(
      await begin({ CreateActivity: { steps: [CREATE, LINK] } }),
      'delivered',
    );

    expect(attempts(call, 'CreateActivity')).toEqual([
      '"run" "lost" {"number":1,"of":2}',
      '"ask" "success" null',
      '"run" "success" {"number":2,"of":2}',
    ]);
    expect(crm.calls).toHaveLength(1);
    expect(crm.calls[0]?.stopped).toBe(1);
  });

  test('repeats a lost request under the key by which the CRM knows it', async () => {
    // The way out repeats it once by itself, where the socket was not new.
    lose = 2;
    const keyed = { ...NOTE, idempotency_header: 'Idempotency-Key' };

    const call = await wait(
      await begin({ CreateActivity: { steps: [CREATE, keyed] } }),
      'delivered',
    );

    expect(attempts(call, 'CreateActivity')).toEqual([
      '"run" "success" {"number":1,"of":2}',
      '"run" "lost" {"number":2,"of":2}',
      '"run" "success" {"number":2,"of":2}',
    ]);
    const keys = crm.requests.flatMap(({ headers }) => headers['idempotency-key'] ?? []);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect([notes, valueAt(call.body, 'possible_duplicate')]).toEqual([1, false]);
  });

  test('flags what it repeats without a key', async () => {
    lose = 1;

    const call = await wait(
      await begin({ CreateActivity: { steps: [CREATE, NOTE] } }),
      'delivered',
    );

    expect([notes, valueAt(call.body, 'possible_duplicate')]).toEqual([2, true]);
  });

  test('passes a request over whose own rule does not hold', async () => {
    const never = { ...LINK, when: 'activity_type == "outbound"' };

    const call = await wait(
      await begin({ CreateActivity: { steps: [CREATE, never, NOTE] } }),
      'delivered',
    );

    expect(writes()).toEqual(['POST /calls', 'POST /calls/1/note', 'POST /calls/1/stop']);
    expect(attempts(call, 'CreateActivity')).toHaveLength(2);
  });

  test('leaves a call out by the rule of the document, with all that would follow', async () => {
    const call = await wait(
      await begin({ CreateActivity: { ...CREATE, when: 'activity_type == "outbound"' } }),
      'skipped',
    );

    expect(stepOf(call, 'CreateActivity')).toMatchObject({
      state: 'skipped',
      reason: 'rule_of_document',
      remedy: expect.stringContaining('when'),
    });
    expect(stepOf(call, 'StopCallActivity')).toMatchObject({
      state: 'skipped',
      reason: 'rule_of_document',
    });
    expect(writes()).toEqual([]);
  });

  test('goes on with a call whose search the document leaves out', async () => {
    const call = await wait(
      await begin({
        FindContact: {
          request_method: 'GET',
          request_path: '/contacts',
          request_parameters: { phone: '$phone$' },
          when: 'activity_type == "outbound"',
          response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
        },
      }),
      'delivered',
    );

    expect(stepOf(call, 'FindContact')).toMatchObject({ reason: 'rule_of_document' });
    expect(writes()).toEqual(['POST /calls', 'POST /calls/1/stop']);
  });

  test('streams a file in the one of its requests that holds it', async () => {
    const upload = {
      steps: [
        {
          request_method: 'POST',
          request_path: '/uploads',
          request_parameters: { name: '$filename$' },
          response_map: { upload: { id: '$upload_id$' } },
        },
        {
          request_method: 'PUT',
          request_path: '/uploads/$upload_id$',
          request_content_type: 'audio/wav',
          request_parameters: '$file$',
        },
        {
          request_method: 'POST',
          request_path: '/calls/$activity_id$/file',
          request_parameters: { upload: '$upload_id$' },
        },
      ],
    };
    const path = await begin({ UploadFile: upload }, { options: { recordings: 'upload' } });
    await wait(path, 'delivered');
    const wave = aWave(3);

    const put = await server.send('PUT', `${path}/recording`, {
      key: office.eventsKey,
      headers: { 'content-type': 'audio/wav' },
      body: wave,
    });
    expect(put.status).toBeLessThan(300);
    const call = await vi.waitFor(async () => {
      const seen = await server.send('GET', path, { key: office.key });
      expect(stepOf(seen, 'UploadFile')).toMatchObject({ state: 'delivered' });
      return seen;
    }, WAIT);

    expect(writes().slice(-3)).toEqual([
      'POST /uploads',
      'PUT /uploads/up-1',
      'POST /calls/1/file',
    ]);
    const sent = crm.requests.find(({ method }) => method === 'PUT');
    expect(sent?.body.equals(wave)).toBe(true);
    expect(attempts(call, 'UploadFile')).toHaveLength(3);
  });
});
