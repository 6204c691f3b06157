import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import type { Habit } from '../runtime/testing/fake-crm-habits.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { endlessPages, everybody, PAGED, WITH_TEAM } from './testing/sick-crm.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

/** Hours of patience in milliseconds: what is judged is the state, not the waiting. */
const LIMITS = { headersMs: 200, idleMs: 300, totalMs: 1_000, bodyBytes: 100_000 };
const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
/** First of the CRM's ids: a double would change it and those that follow. */
const LONG_ID = '9007199254740993123';
const ROUTES = ['POST /calls', 'GET /calls', 'GET /contacts', 'GET /users'];

describeDatabases('a CRM that is sick', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm({ firstId: LONG_ID });
    const database = await databases.open();
    server = await startTestServer({ database, crm, limits: LIMITS, tuning: TUNING });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });
  afterEach(() => {
    for (const route of ROUTES) crm.behave(route, undefined);
  });

  /** An office of its own, and a CRM without calls. */
  const start = async (document?: string): Promise<void> => {
    crm.calls.length = 0;
    crm.requests.length = 0;
    office = await setUpOffice(server, crm, document === undefined ? {} : { document });
  };
  /** A whole call, reported at once; gives its ledger as soon as `done` says so. */
  const placeCall = async (done: (call: Sent) => boolean): Promise<Sent> => {
    const sent = await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: CALL,
    });
    const path = `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
    expect(sent.status).toBe(202);
    return await vi.waitFor(async () => {
      const call = await server.send('GET', path, { key: office.key });
      if (!done(call)) throw new Error(`Not yet: ${call.text}`);
      return call;
    }, WAIT);
  };
  const readState = async (): Promise<unknown> => {
    const path = `/v1/connections/${office.connectionId}`;
    return valueAt((await server.send('GET', path, { key: office.key })).body, 'state');
  };

  describe('when the record of a call is created', () => {
    interface Case {
      readonly habit: Habit;
      readonly call: string;
      /** State and reason of the create, and its attempts as `purpose method outcome effect`. */
      readonly create: readonly [string, string | null];
      readonly attempts: readonly string[];
      readonly records: number;
    }
    const asked = 'ask FindActivity not_found executed';
    const cases: readonly (readonly [string, Case])[] = [
      [
        'answers HTML: it says 2xx and tells no id, so a person decides',
        {
          habit: 'html',
          call: 'parked',
          create: ['parked', 'executed_without_id'],
          attempts: ['run CreateActivity unreadable executed', asked, asked],
          records: 0,
        },
      ],
      [
        'answers nothing: the same',
        {
          habit: 'empty',
          call: 'parked',
          create: ['parked', 'executed_without_id'],
          attempts: ['run CreateActivity unreadable executed', asked, asked],
          records: 0,
        },
      ],
      [
        'answers without an end: the same',
        {
          habit: 'endless',
          call: 'parked',
          create: ['parked', 'executed_without_id'],
          attempts: ['run CreateActivity too_large executed', asked, asked],
          records: 0,
        },
      ],
      [
        'breaks the connection: it is asked, and the record is sent again',
        {
          habit: 'reset',
          call: 'delivered',
          create: ['delivered', null],
          attempts: [
            'run CreateActivity lost unknown',
            asked,
            asked,
            'run CreateActivity success executed',
          ],
          records: 1,
        },
      ],
      [
        'does it and loses the answer: it is asked, and nothing is sent again',
        {
          habit: 'execute_then_drop',
          call: 'delivered',
          create: ['delivered', null],
          attempts: ['run CreateActivity lost unknown', 'ask FindActivity success executed'],
          records: 1,
        },
      ],
      [
        'refuses the values: a person mends them',
        {
          habit: 'refuse',
          call: 'parked',
          create: ['parked', 'refused'],
          attempts: ['run CreateActivity refused not_executed'],
          records: 0,
        },
      ],
    ];
    test.each(cases)('%s', async (_name, { habit, call, create, attempts, records }) => {
      await start();
      crm.behave('POST /calls', habit, { times: 1 });

      const ledger = await placeCall((seen) => valueAt(seen.body, 'state') === call);

      const step = stepOf(ledger, 'CreateActivity');
      expect([valueAt(step, 'state'), valueAt(step, 'reason')]).toEqual(create);
      expect(attemptsOf(step)).toEqual(attempts);
      expect(crm.calls).toHaveLength(records);
      expect(valueAt(ledger.body, 'possible_duplicate')).toBe(false);
      if (call === 'parked') expect(valueAt(step, 'remedy')).toEqual(expect.any(String));
    });

    test('a person says where the parked record is, and the call goes on with a 19-digit id', async () => {
      await start();
      crm.behave('POST /calls', 'no_id', { times: 1 });
      crm.behave('GET /calls', 'empty');
      const parked = await placeCall((seen) => valueAt(seen.body, 'state') === 'parked');
      const stepId = textAt(stepOf(parked, 'CreateActivity'), 'id');

      const id = crm.calls[0]?.id ?? '';
      const settled = await server.send('POST', `/v1/steps/${stepId}/settle`, {
        key: office.key,
        body: { outcome: 'found', activity_id: id },
      });
      await vi.waitFor(() => {
        expect(crm.calls[0]?.stopped).toBe(1);
      }, WAIT);

      expect(settled.status).toBe(200);
      expect(id).toHaveLength(LONG_ID.length);
      expect(crm.calls).toHaveLength(1);
    });

    test('a parked record is sent again on a replay, and given up with a reason', async () => {
      await start();
      crm.behave('POST /calls', 'refuse');
      const parked = await placeCall((seen) => valueAt(seen.body, 'state') === 'parked');
      const callPath = `/v1/calls/${textAt(parked.body, 'id')}`;
      const stepPath = `/v1/steps/${textAt(stepOf(parked, 'CreateActivity'), 'id')}`;
      const attempts = (call: Sent): number => attemptsOf(stepOf(call, 'CreateActivity')).length;

      await server.send('POST', `${callPath}/replay`, { key: office.key });
      const again = await vi.waitFor(async () => {
        const call = await server.send('GET', callPath, { key: office.key });
        expect([attempts(call), valueAt(call.body, 'state')]).toEqual([2, 'parked']);
        return call;
      }, WAIT);
      const discarded = await server.send('POST', `${stepPath}/discard`, {
        key: office.key,
        body: { reason: 'A test call' },
      });
      const late = await server.send('POST', `${stepPath}/replay`, { key: office.key });

      expect(again.status).toBe(200);
      expect(stepOf(discarded, 'CreateActivity')).toMatchObject({ state: 'discarded' });
      expect(discarded.text).toContain('A test call');
      expect(late.body).toMatchObject({ status: 409, code: 'conflict' });
    });
  });

  test('writes 19-digit ids, and no digit of them is lost', async () => {
    await start();

    const ledger = await placeCall((seen) => valueAt(seen.body, 'state') === 'delivered');

    const id = crm.calls[0]?.id ?? '';
    expect(id).toHaveLength(LONG_ID.length);
    expect(stepOf(ledger, 'CreateActivity')).toMatchObject({ activity_id: id });
    expect(crm.requests.map(({ path }) => path)).toContain(`/calls/${id}/stop`);
    expect(ledger.text).not.toContain(crm.token);
  });

  describe('when it is asked who calls', () => {
    const cases: readonly (readonly [string, Habit, string, string | null, string])[] = [
      ['answers nothing: nobody is known', 'empty', 'delivered', null, 'not_found'],
      [
        'answers without an end: the call is written without a contact',
        'endless',
        'skipped',
        'not_identified',
        'failed',
      ],
    ];
    test.each(cases)('and %s', async (_name, habit, state, reason, verdict) => {
      await start();
      crm.behave('GET /contacts', habit);

      const ledger = await placeCall((seen) => valueAt(seen.body, 'state') === 'delivered');
      const callers = await server.send('GET', `/v1/contacts/identify?number=${NUMBER}`, {
        key: office.key,
      });

      expect(stepOf(ledger, 'FindContact')).toMatchObject({ state, reason });
      expect(callers.status).toBe(200);
      expect(callers.body).toMatchObject({ callers: [], connections: [{ status: verdict }] });
    });

    test('and answers with its sign-in page: calls wait for somebody to sign in', async () => {
      await start();
      crm.behave('GET /contacts', 'html');

      const ledger = await placeCall(
        (seen) => valueAt(stepOf(seen, 'FindContact'), 'attempts', 0, 'state') === 'settled',
      );
      await vi.waitFor(async () => expect(await readState()).toBe('needs_auth'), WAIT);
      const callers = await server.send('GET', `/v1/contacts/identify?number=${NUMBER}`, {
        key: office.key,
      });

      const path = `/v1/calls/${textAt(ledger.body, 'id')}`;
      const waiting = await server.send('GET', path, { key: office.key });

      expect(waiting.body).toMatchObject({
        state: 'open',
        connections: [{ state: 'needs_auth', state_reason: expect.stringContaining('sign in') }],
      });
      expect(attemptsOf(stepOf(ledger, 'FindContact'))).toEqual([
        'run FindContact unauthorized not_executed',
      ]);
      expect(callers.body).toMatchObject({ connections: [{ status: 'not_asked' }] });
      expect(crm.calls).toHaveLength(0);
    });

    test('and answers everybody to a filter it does not know: nobody is shown', async () => {
      await start();
      crm.behave('GET /contacts', everybody);
      const callers = await server.send('GET', `/v1/contacts/identify?number=${NUMBER}`, {
        key: office.key,
      });

      expect(callers.body).toMatchObject({ callers: [], connections: [{ status: 'not_found' }] });
    });
  });

  describe('when its users are asked for', () => {
    const users = (path = 'crm-users'): Promise<Sent> =>
      server.send('GET', `/v1/connections/${office.connectionId}/${path}`, { key: office.key });

    test('and is well: they are listed, and equal numbers are suggested', async () => {
      await start();
      await server.send('POST', '/v1/extensions', { key: office.key, body: { number: '202' } });

      expect(valueAt((await users()).body, 'items')).toMatchObject([
        { id: '11', name: 'Bob Agent', emails: ['bob@crm.test'], phones: ['201'] },
        { id: '12', name: 'Eve Agent' },
      ]);
      expect((await users('user-link-suggestions')).body).toMatchObject({
        items: [{ extension_number: '202', crm_user_id: '12', reason: 'number' }],
      });
    });

    test('and binds local values: they are kept with the link and sent with the calls', async () => {
      await start(WITH_TEAM);

      await placeCall((seen) => valueAt(seen.body, 'state') === 'delivered');

      expect(crm.calls[0]?.fields).toMatchObject({ team: 'Bob Agent' });
    });

    test.each([
      ['HTML', 'html', 'unauthorized'],
      ['a broken connection', 'reset', 'lost'],
      ['no end', 'endless', 'too_large'],
      ['503', 'unavailable', 'unavailable'],
    ] as const)(
      'and answers %s: 502 upstream_failed with the reason',
      async (_name, habit, outcome) => {
        await start();
        crm.behave('GET /users', habit);
        const sent = await users();

        expect(sent.body).toMatchObject({
          status: 502,
          code: 'upstream_failed',
          details: { outcome },
        });
        expect(sent.text).not.toContain(crm.token);
      },
    );

    test('and gives pages without an end: the page cap ends it', async () => {
      await start(PAGED);
      crm.behave('GET /users', endlessPages);
      const sent = await users();

      expect(sent.status).toBe(200);
      expect(valueAt(sent.body, 'items', 'length')).toBe(3);
    });
  });

  describe('in the connection test', () => {
    test.each([
      ['that is well', undefined, true, 'success'],
      ['that refuses the credentials', 'unauthorized', false, 'unauthorized'],
      ['that forbids', 'forbidden', false, 'forbidden'],
      ['that is down', 'unavailable', false, 'unavailable'],
      ['that never answers', 'hang', false, 'lost'],
    ] as const)('%s: 200 with the result in words', async (_name, habit, ok, outcome) => {
      await start();
      crm.behave('GET /users', habit);
      const path = `/v1/connections/${office.connectionId}/test`;
      const sent = await server.send('POST', path, { key: office.key });

      expect(sent.status).toBe(200);
      expect(sent.body).toMatchObject({
        ok,
        outcome,
        method: 'Users',
        message: expect.stringMatching(/\w+ \w+/u),
      });
      expect(sent.text).not.toContain(crm.token);
      expect(await readState()).toBe('active');
    });
  });
});

const NUMBER = '%2B442071838750';
const CALL = [
  {
    call_id: 'c-1',
    kind: 'ringing',
    direction: 'inbound',
    extension: '101',
    calling_number: '+442071838750',
    called_number: '+442079460000',
  },
  { call_id: 'c-1', kind: 'ended', duration: 63, result: 'answered' },
];

function stepOf(call: Sent, method: string): unknown {
  const steps = valueAt(call.body, 'steps');
  return Array.isArray(steps)
    ? steps.find((step) => valueAt(step, 'method') === method)
    : undefined;
}

function attemptsOf(step: unknown): readonly string[] {
  const attempts = valueAt(step, 'attempts');
  if (!Array.isArray(attempts)) return [];
  return attempts.map((attempt) =>
    ['purpose', 'method', 'outcome', 'effect']
      .map((name) => String(valueAt(attempt, name)))
      .join(' '),
  );
}
