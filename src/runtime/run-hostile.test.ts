import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MethodName } from '../document/methods.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

let crm: FakeCrm;
let runner: TestRunner;

beforeEach(async () => {
  crm = await startFakeCrm();
  runner = testRunner(crm);
});

afterEach(async () => {
  await runner.close();
  await crm.close();
});

interface Answer {
  readonly bytes: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const DEEP = '['.repeat(65) + ']'.repeat(65);
const BIG = 8 * 1024 * 1024 + 1;

/** Expected of a list, a look-up, a write that wants an id and one that wants nothing. */
const OUTCOMES: readonly (readonly [name: string, answer: Answer, expected: readonly string[]])[] =
  [
    [
      'an empty body',
      { bytes: '' },
      [
        'success executed succeed',
        'not_found executed succeed',
        'unreadable executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'a web page',
      { bytes: '<!DOCTYPE html><title>Sign in</title>' },
      [
        'unauthorized not_executed refresh',
        'unauthorized not_executed refresh',
        'unreadable executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'a web page that calls itself JSON',
      { bytes: '<html><body>no</body></html>', headers: { 'content-type': 'application/json' } },
      [
        'unauthorized not_executed refresh',
        'unauthorized not_executed refresh',
        'unreadable executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'a bomb of gzip',
      { bytes: gzipSync(Buffer.alloc(BIG)), headers: { 'content-encoding': 'gzip' } },
      [
        'too_large executed park',
        'too_large executed park',
        'too_large executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'a page without an end',
      { bytes: Buffer.alloc(BIG, 0x20) },
      [
        'too_large executed park',
        'too_large executed park',
        'too_large executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'JSON deeper than 64',
      { bytes: DEEP },
      [
        'too_large executed park',
        'too_large executed park',
        'too_large executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'more than 200,000 values',
      { bytes: `[${'0,'.repeat(200_000)}0]` },
      [
        'too_large executed park',
        'too_large executed park',
        'too_large executed look_up',
        'success executed succeed',
      ],
    ],
    [
      'an encoding that nobody asked for',
      { bytes: 'x', headers: { 'content-encoding': 'br' } },
      [
        'unreadable executed retry',
        'unreadable executed retry',
        'unreadable executed look_up',
        'success executed succeed',
      ],
    ],
  ];

const METHODS = ['Users', 'FindContact', 'CreateActivity', 'StopCallActivity'] as const;
const VALUES = { party_number: '+442071838750', activity_id: '1', call_key: 'k', subject: 'Call' };

function answerWith({ bytes, headers = {} }: Answer): void {
  for (const route of ['/users', '/contacts', '/calls', '/calls/*/stop']) {
    crm.behave(route, (_request, response) => {
      // Where the reader has had enough the rest cannot be written.
      response.on('error', () => undefined);
      response.writeHead(200, headers);
      response.end(bytes);
    });
  }
}

describe('an answer of 200 with', () => {
  const cases = OUTCOMES.flatMap(([name, answer, expected]) =>
    METHODS.map((method, index) => ({ name, method, answer, expected: expected[index] ?? '' })),
  );

  test.each(cases)('$name to $method: $expected', async ({ method, answer, expected }) => {
    answerWith(answer);

    const run = await runner.run(method, { values: VALUES });

    const { kind, effect, action } = run.outcome;
    expect(`${kind} ${effect} ${action}`).toBe(expected);
    expect(run.records).toEqual([]);
    expect(run.executedWithoutId).toBe(action === 'look_up');
  });
});

describe('an id of 19 digits', () => {
  const ID = '9007199254740993123';

  test.each<[MethodName, string, string]>([
    ['Users', `{"users":[{"id":${ID},"name":"A"}]}`, 'user_id'],
    ['FindContact', `{"contacts":[{"id":${ID},"phone":"+442071838750"}]}`, 'contact_id'],
    ['CreateActivity', `{"id":${ID}}`, 'activity_id'],
    ['FindActivity', `{"calls":[{"id":${ID}}]}`, 'activity_id'],
  ])('of %s comes whole', async (method, bytes, name) => {
    answerWith({ bytes });

    const { records } = await runner.run(method, { values: VALUES });

    expect(records.map((record) => record[name])).toEqual([ID]);
  });

  test('goes out whole', async () => {
    crm.behave('/calls/*/stop', (_request, response) => void response.end());

    await runner.run('StopCallActivity', { values: { ...VALUES, activity_id: ID } });

    expect(crm.requests[0]?.path).toBe(`/calls/${ID}/stop`);
  });
});

test('bytes that lie about their charset, a byte order mark and NUL leave a readable name', async () => {
  const name = Buffer.from('Zo\u00eb', 'latin1');
  const bytes = Buffer.concat([
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from('{"users":[{"id":"1","name":"A\\u0000nn"},{"id":"2","name":"'),
    name,
    Buffer.from('"}]}'),
  ]);
  answerWith({ bytes, headers: { 'content-type': 'application/json; charset=utf-8' } });

  const { records } = await runner.run('Users');

  expect(records.map((record) => record['user_name'])).toEqual(['Ann', 'Zo\ufffd']);
});

test('every outcome is told in a whole sentence', async () => {
  answerWith({ bytes: '{"id":"1","users":[{"id":"1"},{"id":"2"}],"calls":[{"id":"1"}]}' });
  const told = async (method: MethodName): Promise<string> =>
    (await runner.run(method, { values: VALUES })).outcome.message;

  expect(await told('Users')).toBe('Found 2 users.');
  expect(await told('FindActivity')).toBe('Found 1 record of the call.');
  expect(await told('CreateActivity')).toBe('The CRM accepted it.');
  expect(await told('FindContact')).toBe('The CRM found nothing.');
});
