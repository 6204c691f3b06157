import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../document/json-value.ts';
import type { MethodName } from '../document/methods.ts';
import type { Values } from '../document/values/values.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';
import type { MethodRun } from './method-call.ts';

let crm: FakeCrm;
let opened: TestRunner | undefined;

beforeEach(async () => {
  crm = await startFakeCrm();
});

afterEach(async () => {
  await opened?.close();
  await crm.close();
});

interface Asked {
  readonly method: MethodName;
  readonly map?: Json;
  readonly answer: Json;
  readonly values?: Values;
  readonly parameters?: Json;
  readonly properties?: readonly Json[];
}

async function run({ method, map, answer, values = {}, ...more }: Asked): Promise<MethodRun> {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  crm.behave('/x', (_request, response) => void response.writeHead(200).end(text));
  const response_map = map === undefined ? {} : { response_map: map };
  opened = testRunner(crm, {
    properties: {},
    origins: [crm.origin],
    document: JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: crm.origin,
      properties: more.properties ?? [],
      parameters: more.parameters ?? {},
      API: { [method]: { request_method: 'GET', request_path: '/x', ...response_map } },
    }),
  });
  return opened.run(method, { values });
}

const CASES: readonly (readonly [name: string, asked: Asked])[] = [
  [
    'the default of a property stands in',
    {
      method: 'FindActivity',
      properties: [{ label: 'Board', default: 'b1' }],
      map: [{ board: '$Board$', id: '$activity_id$' }],
      answer: [
        { board: 'b2', id: '2' },
        { board: 'b1', id: '1' },
      ],
    },
  ],
  [
    'a form of a number',
    {
      method: 'FindActivity',
      map: [{ tel: '$party_number_digits$', id: '$activity_id$' }],
      answer: [
        { tel: '02071838750', id: '2' },
        { tel: '442071838750', id: '1' },
      ],
      values: { party_number: '020 7183 8750' },
    },
  ],
  [
    'a number as it is sent, not as it was delivered',
    {
      method: 'FindActivity',
      map: [{ tel: '$calling_number$', id: '$activity_id$' }],
      answer: [{ tel: '+442071838750', id: '1' }],
      values: { calling_number: '020 7183 8750' },
    },
  ],
  [
    'a date in the declared form',
    {
      method: 'FindActivity',
      parameters: { call_timestamp: 'ISO8601Date', activity_id: 'string' },
      map: [{ at: '$call_timestamp$', id: '$activity_id$' }],
      answer: [{ at: '2024-09-10T15:00:00.000Z', id: '1' }],
      values: { call_timestamp: 1_725_980_400_000 },
    },
  ],
  [
    'an id of 19 digits that is declared as a number',
    {
      method: 'FindActivity',
      parameters: { contact_id: 'number', activity_id: 'string' },
      map: [{ who: '$contact_id$', id: '$activity_id$' }],
      answer: [{ who: JSON.rawJSON('9007199254740993123'), id: '1' }],
      values: { contact_id: '9007199254740993123' },
    },
  ],
  [
    'the default of a parameter stands in',
    {
      method: 'FindActivity',
      parameters: { queue: { type: 'string', default: 'none' }, activity_id: 'string' },
      map: [{ queue: '$queue$', id: '$activity_id$' }],
      answer: [{ queue: 'none', id: '1' }],
    },
  ],
  [
    'an old name of a parameter',
    {
      method: 'FindActivity',
      map: [{ key: 'ref $call_id$', id: '$activity_id$' }],
      answer: [{ key: 'ref k1', id: '1' }],
      values: { call_key: 'k1' },
    },
  ],
];

describe('what is known is compared as it would be sent', () => {
  test.each(CASES)('%s', async (_name, asked) => {
    const { records } = await run(asked);

    expect(records.map((record) => record['activity_id'])).toEqual(['1']);
  });

  test('a file equals nothing, and stops nothing', async () => {
    const { outcome } = await run({
      method: 'FindActivity',
      map: [{ content: '$file$', id: '$activity_id$' }],
      answer: [{ content: 'x', id: '1' }],
    });

    expect(outcome.kind).toBe('not_found');
  });
});

describe('a method that looks for nothing in its answer', () => {
  test.each<[MethodName, Json, string]>([
    ['Users', { users: [] }, 'success'],
    ['Users', 'OK', 'success'],
    ['FindContact', [{ id: 1 }], 'success'],
    ['StopCallActivity', 'OK', 'success'],
    ['Users', '<html><title>Sign in</title></html>', 'unauthorized'],
  ])('%s answered with %j is a %s', async (method, answer, kind) => {
    const { outcome, records } = await run({ method, answer });

    expect(outcome.kind).toBe(kind);
    expect(records).toEqual([]);
  });
});

describe('the number that called', () => {
  const map = [{ id: '$contact_id$', phone: '$phone$' }];
  const answer = [
    { id: '1', phone: '+442071838750' },
    { id: '2', phone: '+442071838751' },
  ];

  test('is the one of the other side, as in the request', async () => {
    const values = { party_number: '+442071838751', phone: '+442071838750' };

    const { records, outcome } = await run({ method: 'FindContact', map, answer, values });

    expect(records).toMatchObject([{ contact_id: '2' }]);
    expect(outcome.message).toBe('Found 1 contact.');
  });

  test('is `phone` where there is no other', async () => {
    const values = { phone: '+442071838750' };

    const { records } = await run({ method: 'FindContact', map, answer, values });

    expect(records).toMatchObject([{ contact_id: '1' }]);
  });

  test('is not asked where the map has no place for numbers', async () => {
    const values = { party_number: '+442071838751' };
    const bare = [{ id: '$contact_id$' }];

    const { records } = await run({ method: 'FindContact', map: bare, answer, values });

    expect(records).toHaveLength(2);
  });

  test('is nobody with a record that has no number, if there is another record', async () => {
    const values = { party_number: '+442071838759' };
    const one = await run({ method: 'FindContact', map, answer: [{ id: '1' }], values });
    await opened?.close();
    const two = [{ id: '1' }, { id: '2', phone: '+442071838751' }];
    const none = await run({ method: 'FindContact', map, answer: two, values });

    expect([one.outcome.kind, one.records.length]).toEqual(['success', 1]);
    expect([none.outcome.kind, none.records.length]).toEqual(['not_found', 0]);
  });
});

describe('a literal outside any list that differs is a refusal, not "not found"', () => {
  const map = { success: true, data: [{ id: '$contact_id$' }] };

  test.each<MethodName>(['FindContact', 'SearchContacts', 'Contacts', 'CreateContact'])(
    'of %s',
    async (method) => {
      const answer = { success: false, error: 'The key is not valid', data: [] };

      const { outcome, executedWithoutId } = await run({ method, map, answer });

      expect(outcome).toMatchObject({ kind: 'refused', effect: 'not_executed', action: 'park' });
      expect(outcome.message).toBe(
        'The CRM refused the request. "success" is "false" in the answer; the document expects "true". It says: "The key is not valid"',
      );
      expect(executedWithoutId).toBe(false);
    },
  );

  test('one that is equal leaves a create without id executed', async () => {
    const asked = { method: 'CreateContact', answer: { success: true, data: [] } } as const;

    const { outcome, executedWithoutId } = await run({ ...asked, map });

    expect(outcome).toMatchObject({ effect: 'executed', action: 'look_up' });
    expect(executedWithoutId).toBe(true);
  });
});
