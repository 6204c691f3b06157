import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MethodName } from '../document/methods.ts';
import type { MethodRun } from './method-call.ts';
import type { Outcome } from './outcome.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

type Tree = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or a text as it is. */
  readonly body?: unknown;
}

let crm: FakeCrm;
let answer: Answer;
let opened: TestRunner[] = [];

beforeEach(async () => {
  answer = {};
  crm = await startFakeCrm({
    handler: (_request, response) => {
      const { status = 200, headers = {}, body = {} } = answer;
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(isText ? body : JSON.stringify(body));
      return true;
    },
  });
});

afterEach(async () => {
  await Promise.all(opened.map((runner) => runner.close()));
  opened = [];
  await crm.close();
});

async function run(
  given: Answer,
  method: Tree,
  more: { readonly name?: MethodName; readonly document?: Tree } = {},
): Promise<MethodRun> {
  const { name = 'CreateActivity', document = {} } = more;
  answer = given;
  const runner = testRunner(crm, {
    properties: { Key: 'k1-secret' },
    origins: [crm.origin],
    document: JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: crm.origin,
      properties: [{ label: 'Key', type: 'secret' }],
      parameters: { contact_id: 'string', activity_id: 'string', call_key: 'string' },
      auth: { type: 'Bearer', token: '$Key$' },
      ...document,
      API: { [name]: { request_method: 'POST', request_path: '/p', ...method } },
    }),
  });
  opened.push(runner);
  return runner.run(name, { values: { party_number: '+442071838750', call_key: 'k-7' } });
}

const RPC = {
  response_map: { result: ['$activity_id$'] },
  success: '!present(response.body.error)',
};
const RPC_ERRORS = { error_map: { error: ['$error_code$', '$error_message$'] } };
const REFUSED = { kind: 'refused', effect: 'not_executed', action: 'park' } as const;

describe('success', () => {
  test('holds: the answer is read', async () => {
    const { outcome, records } = await run({ body: { result: [7] } }, RPC);

    expect(outcome).toMatchObject({ kind: 'success', action: 'succeed' });
    expect(records).toMatchObject([{ activity_id: '7' }]);
  });

  test('does not hold: a refusal with the CRM’s words, though the status is 200', async () => {
    const body = { error: ['UserError', ['Code must be unique.', '']] };

    const { outcome, records, executedWithoutId } = await run({ body }, RPC, {
      document: RPC_ERRORS,
    });

    expect(outcome).toMatchObject(REFUSED);
    expect(outcome.message).toBe(
      'The CRM refused the request. Its answer does not meet "success" of the document. It says: "Code must be unique. (UserError)"',
    );
    expect([records, executedWithoutId]).toEqual([[], false]);
  });

  test('gives neither true nor false: the refusal says what it gave', async () => {
    const { outcome } = await run({ body: { total: 12 } }, { success: 'response.body.total' });

    expect(outcome.message).toContain(
      'response.body.total gave a number, and must be true or false: compare it',
    );
  });

  test('and a literal must both hold', async () => {
    const method = {
      success: "response.body.state == 'ok'",
      response_map: { ok: true, id: '$activity_id$' },
    };

    const { outcome } = await run({ body: { ok: false, state: 'ok', id: 7 } }, method);

    expect(outcome).toMatchObject(REFUSED);
  });

  test.each<[string, Answer, Partial<Outcome>]>([
    ['an empty body', { body: '' }, REFUSED],
    ['a body that is no JSON', { body: 'OK' }, REFUSED],
    [
      'a page for people',
      { body: '<!doctype html><p>Sign in', headers: { 'content-type': 'text/html' } },
      { action: 'look_up', effect: 'executed' },
    ],
    ['a status of its own meaning', { status: 429, body: { state: 'ok' } }, { kind: 'throttled' }],
  ])('is asked where there is an answer to ask: %s', async (_, given, expected) => {
    const method = {
      success: "response.body.state == 'ok'",
      response_map: { id: '$activity_id$' },
    };

    expect((await run(given, method)).outcome).toMatchObject(expected);
  });

  test('that cannot be computed refuses and says why', async () => {
    const method = { success: 'response.body.n * 2 == 4' };

    const { outcome } = await run({ body: { n: 'a' } }, method);

    expect(outcome).toMatchObject(REFUSED);
    expect(outcome.message).toContain('An expression has no value');
  });

  test('reads status, headers, properties and values of the call', async () => {
    const success =
      "response.status == 201 && response.headers['X-Ref'] == call_key && present(properties['Key'])";

    const right = await run({ status: 201, headers: { 'x-ref': 'k-7' } }, { success });
    const wrong = await run({ status: 200, headers: { 'x-ref': 'k-7' } }, { success });

    expect(right.outcome.kind).toBe('success');
    expect(wrong.outcome.kind).toBe('refused');
  });

  test('that does not hold on a search is a refusal, not "nobody"', async () => {
    const method = {
      success: 'response.body.success == true',
      response_map: { data: [{ id: '$contact_id$', phone: '$phone$' }] },
    };
    const body = { success: false, data: [] };

    const { outcome } = await run({ body }, method, { name: 'FindContact' });

    expect(outcome).toMatchObject(REFUSED);
  });
});

describe('a row of errors', () => {
  test.each<[string, Tree, Answer, Partial<Outcome>]>([
    [
      'retry',
      { status: 422, then: 'retry' },
      { status: 422 },
      { kind: 'unavailable', effect: 'not_executed', action: 'retry', breaker: false },
    ],
    [
      'retry in so many seconds',
      { status: 422, then: 'retry', seconds: 45 },
      { status: 422 },
      { action: 'retry', retryAfterMs: 45_000 },
    ],
    [
      'retry when the CRM says',
      { status: 422, then: 'retry', seconds: 45 },
      { status: 422, headers: { 'retry-after': '7' } },
      { retryAfterMs: 7_000 },
    ],
    [
      'retry of a create after a failure',
      { status: 500, then: 'retry' },
      { status: 500 },
      { effect: 'not_executed', action: 'retry', breaker: true },
    ],
    [
      'wait',
      { status: 403, then: 'wait', seconds: 60 },
      { status: 403 },
      { kind: 'throttled', action: 'wait', retryAfterMs: 60_000 },
    ],
    [
      'wait after a 2xx uses up a try',
      { status: 200, then: 'wait', seconds: 1 },
      { status: 200 },
      { kind: 'throttled', action: 'wait', retryAfterMs: 1_000, usesTry: true },
    ],
    [
      'refresh',
      { status: 403, then: 'refresh' },
      { status: 403 },
      { kind: 'unauthorized', action: 'refresh' },
    ],
    [
      'skip',
      { status: 404, then: 'skip' },
      { status: 404 },
      { kind: 'refused', effect: 'not_executed', action: 'skip' },
    ],
    [
      'fail',
      { status: 503, then: 'fail' },
      { status: 503 },
      { kind: 'refused', action: 'park', effect: 'not_executed' },
    ],
    [
      'fail of an answer of 200',
      { when: 'present(response.body.error)', then: 'fail' },
      { body: { error: 'no' } },
      REFUSED,
    ],
    [
      'accept',
      { status: 409, then: 'accept' },
      { status: 409, body: { id: 5 } },
      { kind: 'success', effect: 'executed', action: 'succeed', breaker: false },
    ],
    ['of a class', { status: '4xx', then: 'retry' }, { status: 418 }, { action: 'retry' }],
    ['of a list', { status: [400, '5xx'], then: 'skip' }, { status: 502 }, { action: 'skip' }],
    [
      'of another status is passed over',
      { status: [400, '5xx'], then: 'skip' },
      { status: 418 },
      { action: 'park' },
    ],
    [
      'whose condition does not hold is passed over',
      { status: 400, when: "response.body.code == 'X'", then: 'skip' },
      { status: 400, body: { code: 'Y' } },
      { action: 'park' },
    ],
  ])('%s', async (_, row, given, expected) => {
    const method = { response_map: { id: '$activity_id$' }, errors: [row] };

    expect((await run(given, method)).outcome).toMatchObject(expected);
  });

  test('of the method comes before those of the document, the first that fits is used', async () => {
    const document = { errors: [{ status: 409, then: 'wait' }] };
    const errors = [
      { status: 404, then: 'skip' },
      { status: 409, then: 'retry' },
      { status: '4xx', then: 'fail' },
    ];

    const own = await run({ status: 409 }, { errors }, { document });
    const shared = await run({ status: 409 }, {}, { document });

    expect([own.outcome.action, shared.outcome.action]).toEqual(['retry', 'wait']);
  });

  test('that accepts reads the answer with its own map', async () => {
    const method = {
      response_map: { id: '$contact_id$' },
      errors: [{ status: 409, then: 'accept', response_map: { existing: { id: '$contact_id$' } } }],
    };
    const given = { status: 409, body: { message: 'exists', existing: { id: '42' } } };

    const { outcome, records } = await run(given, method, { name: 'CreateContact' });

    expect(outcome).toMatchObject({ kind: 'success', effect: 'executed' });
    expect(records).toMatchObject([{ contact_id: '42' }]);
  });

  test('that accepts but finds no id has executed it all the same', async () => {
    const method = {
      response_map: { id: '$contact_id$' },
      errors: [{ status: 409, then: 'accept', response_map: { existing: { id: '$contact_id$' } } }],
    };

    const { executedWithoutId } = await run({ status: 409, body: {} }, method, {
      name: 'CreateContact',
    });

    expect(executedWithoutId).toBe(true);
  });

  test('that accepts compares known values like any map', async () => {
    const method = {
      response_map: { id: '$activity_id$' },
      errors: [
        { status: 409, then: 'accept', response_map: { key: '$call_key$', id: '$activity_id$' } },
      ],
    };

    const ours = await run({ status: 409, body: { key: 'k-7', id: 5 } }, method);
    const theirs = await run({ status: 409, body: { key: 'k-8', id: 5 } }, method);

    expect(ours.records).toMatchObject([{ activity_id: '5' }]);
    expect(theirs.outcome).toMatchObject(REFUSED);
  });

  test('tells the words of the CRM', async () => {
    const method = { errors: [{ status: 400, then: 'retry' }] };

    const { outcome } = await run({ status: 400, body: { message: 'busy' } }, method);

    expect(outcome.message).toBe('The CRM cannot do it now. Status 400. It says: "busy"');
  });
});

describe('error_map', () => {
  const MAP = {
    problem: { text: '$error_message$', id: '$error_code$', again_in: '$retry_after$' },
  };

  test.each<[string, Tree, string]>([
    ['message and code', { text: 'Bad phone', id: 'E7' }, 'It says: "Bad phone (E7)"'],
    ['a message', { text: 'Bad phone' }, 'It says: "Bad phone"'],
    ['a code alone', { id: 'E7' }, 'It says: "E7"'],
    ['no words: those that Patchcord finds', { message: 'x' }, 'Status 422.'],
  ])('finds %s', async (_, problem, words) => {
    const { outcome } = await run({ status: 422, body: { problem } }, { error_map: MAP });

    expect(outcome.message).toContain(words);
  });

  test('of the method beats the one of the document', async () => {
    const body = { a: 'by document', b: 'by method' };
    const document = { error_map: { a: '$error_message$' } };

    const own = await run(
      { status: 422, body },
      { error_map: { b: '$error_message$' } },
      { document },
    );
    const shared = await run({ status: 422, body }, {}, { document });

    expect(own.outcome.message).toContain('"by method"');
    expect(shared.outcome.message).toContain('"by document"');
  });

  test('may be the whole text of the answer', async () => {
    const { outcome } = await run(
      { status: 500, body: 'ERR 17: locked', headers: { 'content-type': 'text/plain' } },
      { error_map: 'ERR $error_message$' },
    );

    expect(outcome.message).toContain('It says: "17: locked"');
  });

  test('finds how long to wait', async () => {
    const body = { problem: { again_in: 90 } };

    const { outcome } = await run({ status: 429, body }, { error_map: MAP });

    expect(outcome).toMatchObject({ action: 'wait', retryAfterMs: 90_000 });
  });

  test('speaks where a write was answered with an error in place of its id', async () => {
    const method = { response_map: { id: '$activity_id$' }, error_map: MAP };

    const told = await run({ body: { problem: { text: 'No such queue' } } }, method);
    const silent = await run({ body: {} }, method);

    expect(told.outcome).toMatchObject(REFUSED);
    expect(told.outcome.message).toContain('"No such queue"');
    expect(silent.executedWithoutId).toBe(true);
  });

  test('never tells a secret', async () => {
    const body = { problem: { text: 'the key k1-secret is wrong' } };

    const { outcome } = await run({ status: 422, body }, { error_map: MAP });

    expect(outcome.message).not.toContain('k1-secret');
  });
});

describe('a request that the document calls idempotent', () => {
  test.each([
    ['may be repeated after a failure', { idempotent: true }, 'retry'],
    ['else the CRM is asked first', {}, 'look_up'],
  ])('%s', async (_, method, action) => {
    expect((await run({ status: 500 }, method)).outcome).toMatchObject({
      effect: 'unknown',
      action,
    });
  });
});
