import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Values } from '../document/values/values.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { fakeCrmDocument } from './testing/fake-crm-document.ts';
import type { Habit } from './testing/fake-crm-habits.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

const CALL: Values = {
  call_key: 'key-1',
  activity_type: 'inbound',
  subject: 'Inbound call',
  calling_number: '+442071838750',
  party_number: '+442071838750',
  call_timestamp: 1_725_980_400_000,
  activity_id: '9007199254740993123',
  contact_id: '7',
};

const CONTACT = {
  first_name: 'Alice',
  last_name: 'Smith',
  phone: '+442071838750',
  email: 'alice@crm.test',
  company: '',
};

let crm: FakeCrm;
let runners: TestRunner[] = [];

beforeEach(async () => {
  crm = await startFakeCrm({ firstId: '9007199254740993123' });
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.close()));
  runners = [];
  await crm.close();
});

function runner(options: Parameters<typeof testRunner>[1] = {}): TestRunner {
  const made = testRunner(crm, { limits: { headersMs: 600, idleMs: 600 }, ...options });
  runners.push(made);
  return made;
}

describe('a method that succeeds', () => {
  test('a create binds an id of 19 digits to the last digit', async () => {
    const { outcome, records } = await runner().run('CreateActivity', { values: CALL });

    expect(outcome).toMatchObject({ kind: 'success', effect: 'executed', action: 'succeed' });
    expect(records.map((record) => record['activity_id'])).toEqual(['9007199254740993123']);
    expect(crm.calls[0]?.fields).toMatchObject({
      key: 'key-1',
      from: '+442071838750',
      started_at: '2024-09-10T15:00:00.000Z',
    });
  });

  test('all users come back, in order', async () => {
    const { records } = await runner().run('Users');

    expect(records.map(({ user_id: id, user_name: name }) => [id, name])).toEqual([
      ['11', 'Bob Agent'],
      ['12', 'Eve Agent'],
    ]);
  });

  test('a file is streamed and arrives byte for byte', async () => {
    crm.calls.push({ id: '5', fields: {}, stopped: 0, stop: {}, recordings: [] });
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
    const file = {
      size: bytes.length,
      type: 'audio/wav',
      name: 'call.wav',
      open: async function* () {
        for (let start = 0; start < bytes.length; start += 999) {
          yield bytes.subarray(start, start + 999);
        }
      },
    };

    const { outcome, exchanges } = await runner().run('UploadFile', {
      values: { ...CALL, activity_id: '5', filename: 'call.wav' },
      file,
    });

    expect(outcome.action).toBe('succeed');
    expect(crm.calls[0]?.recordings[0]).toEqual({ name: 'call.wav', type: 'audio/wav', bytes });
    expect(exchanges[0]?.request.body).toContain('<file 100000 bytes>');
  });
});

describe('the caller', () => {
  const find = (values: Values = { phone: '+442071838750' }) =>
    runner().run('FindContact', { values });

  test('is found by the number', async () => {
    crm.contacts.push({ id: '7', ...CONTACT });

    const { outcome, records } = await find();

    expect(outcome.kind).toBe('success');
    expect(records).toMatchObject([{ contact_id: '7', phone: ['+442071838750'] }]);
  });

  test('is not somebody else whom the CRM lists because it ignores the filter', async () => {
    crm.behave('/contacts', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const others = [1, 2, 3].map((id) => ({
        ...CONTACT,
        id,
        phone: `+44207183875${String(id)}`,
      }));
      response.end(JSON.stringify({ contacts: others }));
    });

    const { outcome, records, notes } = await find();

    expect(outcome).toMatchObject({ kind: 'not_found', action: 'succeed' });
    expect(records).toEqual([]);
    expect(notes.map(({ code }) => code)).toContain('other_numbers');
  });

  test('is recognised in another form of the number', async () => {
    crm.behave('/contacts', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ contacts: [{ ...CONTACT, id: 1, phone: '020 7183 8750' }] }));
    });

    expect((await find()).records).toHaveLength(1);
  });

  test.each<[string, Habit | undefined]>([
    ['an empty list', undefined],
    ['404', 'not_found'],
    ['204', (_request, response) => void response.writeHead(204).end()],
    ['an empty 200', 'empty'],
    [
      '404, whatever its body says',
      (_request, response) => {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ contacts: [{ ...CONTACT, id: '7' }] }));
      },
    ],
  ])('is unknown: %s', async (_name, habit) => {
    crm.behave('/contacts', habit);

    const { outcome, records } = await find();

    expect(outcome).toMatchObject({ kind: 'not_found', action: 'succeed', breaker: false });
    expect(records).toEqual([]);
  });
});

describe('a CRM that is unwell', () => {
  const cases: readonly (readonly [Habit, string, string, string, boolean])[] = [
    ['throttle', 'throttled', 'not_executed', 'wait', false],
    ['unavailable', 'unavailable', 'unknown', 'look_up', false],
    ['server_error', 'unavailable', 'unknown', 'look_up', false],
    ['unauthorized', 'unauthorized', 'not_executed', 'refresh', false],
    ['forbidden', 'forbidden', 'not_executed', 'park', false],
    ['conflict', 'conflict', 'unknown', 'look_up', false],
    ['refuse', 'refused', 'not_executed', 'park', false],
    ['html', 'unreadable', 'executed', 'look_up', true],
    ['empty', 'unreadable', 'executed', 'look_up', true],
    ['no_id', 'unreadable', 'executed', 'look_up', true],
    ['hang', 'lost', 'unknown', 'look_up', false],
    ['reset', 'lost', 'unknown', 'look_up', false],
    ['execute_then_drop', 'lost', 'unknown', 'look_up', false],
    ['truncate', 'lost', 'unknown', 'look_up', false],
    ['bad_chunking', 'lost', 'unknown', 'look_up', false],
    ['wrong_length', 'lost', 'unknown', 'look_up', false],
    ['slow_body', 'lost', 'unknown', 'look_up', false],
    ['gzip', 'success', 'executed', 'succeed', false],
    ['gzip_bomb', 'too_large', 'executed', 'look_up', true],
    ['endless', 'too_large', 'executed', 'look_up', true],
    ['redirect', 'redirected', 'not_executed', 'park', false],
  ];
  test.each(cases)('%s: %s, %s, %s', async (habit, kind, effect, action, withoutId) => {
    crm.behave('POST /calls', habit);

    const run = await runner().run('CreateActivity', { values: CALL });

    expect(run.outcome).toMatchObject({ kind, effect, action });
    expect(run.executedWithoutId).toBe(withoutId);
    expect(run.exchanges).toHaveLength(1);
    expect(crm.requests).toHaveLength(1);
  });

  test('its own words and the time to wait are in the outcome', async () => {
    crm.behave('POST /calls', 'refuse', { times: 1 });
    const asked = runner();
    const refused = await asked.run('CreateActivity', { values: CALL });
    crm.behave('POST /calls', 'throttle');
    const throttled = await asked.run('CreateActivity', { values: CALL });

    expect(refused.outcome.message).toContain('subject is too long');
    expect(throttled.outcome.retryAfterMs).toBe(7_000);
  });

  test('a deeply nested answer is too large, and nobody walks it', async () => {
    crm.behave('/users', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('['.repeat(100_000) + ']'.repeat(100_000));
    });

    expect((await runner().run('Users')).outcome).toMatchObject({
      kind: 'too_large',
      action: 'park',
    });
  });

  test('a web page instead of a list is taken for a sign-in page', async () => {
    crm.behave('/users', 'html');

    const { outcome } = await runner().run('Users');

    expect(outcome).toMatchObject({ kind: 'unauthorized', action: 'refresh', breaker: true });
  });

  test('plain text instead of a list is no empty list', async () => {
    crm.behave('/users', (_request, response) => void response.writeHead(200).end('try later'));

    const { outcome } = await runner().run('Users');

    expect(outcome).toMatchObject({ kind: 'unreadable', action: 'retry', breaker: true });
  });

  test('a short deadline of the caller holds', async () => {
    crm.behave('/contacts', 'hang');

    const run = await runner({ limits: {} }).run('FindContact', {
      values: { phone: '+442071838750' },
      deadlineMs: 400,
    });

    expect(run.outcome).toMatchObject({ kind: 'lost', action: 'retry' });
    expect(run.exchanges[0]?.failure).toMatchObject({ phase: 'waiting', code: 'timeout' });
  });

  test('a CRM that is down is unreachable, and nothing was executed', async () => {
    const asked = runner();
    await crm.close();

    const { outcome } = await asked.run('CreateActivity', { values: CALL });

    expect(outcome).toMatchObject({ kind: 'unreachable', effect: 'not_executed', action: 'retry' });
  });
});

describe('nothing is sent', () => {
  test.each([
    ['without the id that the path needs', {}, 'missing_value'],
    ['with a path segment that climbs', { activity_id: '..' }, 'unsafe_value'],
  ])('%s', (_name, values, reason) => {
    expect(runner().prepare('StopCallActivity', { values })).toMatchObject({
      status: 'not_sent',
      reason,
      name: 'activity_id',
    });
    expect(crm.requests).toEqual([]);
  });

  test('by a method that the document lacks', () => {
    const asked = runner({ document: fakeCrmDocument({ without: ['Users'] }) });

    expect(asked.prepare('Users')).toMatchObject({ status: 'not_sent', reason: 'absent' });
  });

  test('to an origin that the connection has not pinned', () => {
    const asked = runner({ origins: ['https://crm.example'] });

    expect(asked.prepare('Users')).toMatchObject({ status: 'not_sent', reason: 'unsafe_value' });
    expect(crm.connections()).toBe(0);
  });
});

test('what may be sent twice is told before it is sent', () => {
  const asked = runner();
  const repeatable = (method: 'Users' | 'CreateActivity'): unknown => {
    const prepared = asked.prepare(method, { values: CALL });
    return prepared.status === 'ready' && prepared.idempotent;
  };

  expect([repeatable('Users'), repeatable('CreateActivity')]).toEqual([true, false]);
});

describe('pages', () => {
  const document = fakeCrmDocument({
    methods: {
      Contacts: {
        request_method: 'GET',
        request_path: '/contacts',
        request_parameters: { page: '$page$' },
        paging: { type: 'page', start: 1 },
        response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
      },
    },
  });

  test('are asked for until one is empty, and their records are joined', async () => {
    crm.behave('/contacts', (request, response) => {
      const page = Number(new URLSearchParams(request.url.split('?')[1]).get('page'));
      const contacts = page > 2 ? [] : [{ ...CONTACT, id: page }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ contacts }));
    });

    const run = await runner({ document }).run('Contacts');

    expect(run.records.map((record) => record['contact_id'])).toEqual(['1', '2']);
    expect(run.endedBy).toBe('empty_page');
    expect(run.exchanges).toHaveLength(3);
  });

  test('of a long list leave the first and the last exchanges in the ledger', async () => {
    crm.behave('/contacts', (request, response) => {
      const page = Number(new URLSearchParams(request.url.split('?')[1]).get('page'));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ contacts: page > 60 ? [] : [{ ...CONTACT, id: page }] }));
    });

    const { records, exchanges } = await runner({ document }).run('Contacts');

    const pages = exchanges.map(({ request }) => Number(request.url.split('=').at(-1)));
    expect(records).toHaveLength(60);
    expect([pages.length, pages[0], pages[19], pages[20], pages[39]]).toEqual([40, 1, 20, 42, 61]);
  });

  test('that fail midway end with that failure', async () => {
    let asked = 0;
    crm.behave('/contacts', (_request, response) => {
      asked += 1;
      response.writeHead(asked === 2 ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ contacts: [{ ...CONTACT, id: asked }] }));
    });

    const run = await runner({ document }).run('Contacts');

    expect(run.outcome).toMatchObject({ kind: 'unavailable', action: 'retry' });
    expect(run.exchanges).toHaveLength(2);
  });
});
