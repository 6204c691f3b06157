import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Json } from '../document/json-value.ts';
import type { CommandContext } from './command-context.ts';
import { runProgram } from './program.ts';
import { registerTest } from './test-documents.ts';

const ROOT = join(import.meta.dirname, '../..');

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchcord-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function runIn(where: string, ...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    env: {},
    directory: where,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => '',
    exitWith: () => {},
  };
  const code = await runProgram(['test', ...args], context, {
    commands: [registerTest],
    version: '1.0.0',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

type Tree = { readonly [key: string]: Json };

const CREATE: Tree = {
  name: 'a call is written',
  method: 'CreateActivity',
  values: { subject: 'Call', contact_id: 'c/1', call_duration: 75 },
  exchanges: [
    {
      request: {
        method: 'POST',
        url: 'https://api.example.com/calls/c%2F1',
        headers: { 'x-team': 'a' },
        body: { title: 'Call', seconds: 75 },
      },
      answer: { status: 201, body: { id: 9 } },
    },
  ],
  records: [{ activity_id: 9 }],
};

/** Runs one test in a small document. */
async function runTest(changes: Tree, document: Tree = {}) {
  const whole = {
    id: 'example',
    name: 'Example',
    class: 'crm',
    properties: ['Team'],
    parameters: {
      subject: 'string',
      contact_id: 'string',
      call_duration: 'number',
      phone: 'string',
    },
    resource_url: 'https://api.example.com',
    request_headers: { 'X-Team': '$Team$' },
    API: {
      FindContact: {
        request_method: 'GET',
        request_path: '/contacts?phone=$phone$',
        response_map: { items: [{ id: '$contact_id$', phone: '$phone$' }] },
      },
      CreateActivity: {
        request_method: 'POST',
        request_path: '/calls/$contact_id$',
        request_parameters: { title: '$subject$', seconds: '$call_duration$' },
        response_map: { id: '$activity_id$' },
      },
    },
    ...document,
    tests: [{ properties: { Team: 'a' }, ...CREATE, ...changes }],
  };
  await writeFile(join(directory, 'doc.json'), JSON.stringify(whole));
  return await runIn(directory, 'doc.json');
}

function exchange(request: Tree, answer: Tree = { body: { id: 9 } }): Tree {
  return { exchanges: [{ request, answer }] };
}

describe('patchcord test', () => {
  test('passes where everything is as the test says', async () => {
    const { code, out } = await runTest({});

    expect(out).toBe('doc.json:\n  passed  a call is written\n1 test: all passed.');
    expect(code).toBe(0);
  });

  test.each<[string, Tree, string]>([
    ['the method of HTTP', exchange({ method: 'PUT' }), 'the method is POST, expected PUT'],
    [
      'the address',
      exchange({ url: 'https://api.example.com/calls/c/1' }),
      'the URL is https://api.example.com/calls/c%2F1, expected https://api.example.com/calls/c/1',
    ],
    [
      'a header',
      exchange({ headers: { 'X-Team': 'b' } }),
      'the header X-Team is "a", expected "b"',
    ],
    [
      'a missing header',
      exchange({ headers: { A: 'b' } }),
      'the header A is missing, expected "b"',
    ],
    [
      'a value of the body',
      exchange({ body: { title: 'X', seconds: 75 } }),
      'body.title is "Call", expected "X"',
    ],
    [
      'a type of the body',
      exchange({ body: { title: 'Call', seconds: '75' } }),
      'body.seconds is 75, expected "75"',
    ],
    [
      'a member that is missing',
      exchange({ body: { title: 'Call', seconds: 75, more: [1] } }),
      'body.more is missing, expected [1]',
    ],
    [
      'a member too many',
      exchange({ body: { title: 'Call' } }),
      'body.seconds is 75, expected nothing there',
    ],
    ['a text as body', exchange({ body: 'x' }), 'the body is "{\\"title\\":'],
    ['a request too many', { exchanges: [] }, '1 request was sent, expected 0: POST https://'],
    [
      'a request too few',
      { exchanges: [{ answer: { body: { id: 9 } } }, {}] },
      '1 request was sent, expected 2',
    ],
    ['a record', { records: [{ activity_id: 8 }] }, 'record 1.activity_id is "9", expected "8"'],
    ['the number of records', { records: [] }, '1 record was bound, expected 0'],
    ['the outcome', { outcome: 'refused' }, 'the outcome is success, expected refused.'],
    [
      'a refusal',
      exchange({}, { status: 422, body: { error: 'no title' } }),
      'the outcome is refused, expected success.',
    ],
    ['what could not be sent', { values: {} }, 'nothing was sent: '],
  ])('fails for %s', async (_name, changes, problem) => {
    const { code, out } = await runTest(changes);

    expect(out).toContain('  failed  a call is written\n');
    expect(out).toContain(problem);
    expect(out).toContain('1 test: 1 failed.');
    expect(code).toBe(1);
  });

  test.each<[string, Tree]>([
    [
      'a look-up that finds somebody',
      {
        method: 'FindContact',
        values: { party_number: '020 7946 0018' },
        country: 'GB',
        exchanges: [
          {
            request: { url: 'https://api.example.com/contacts?phone=%2B442079460018' },
            answer: { body: { items: [{ id: 'c-1', phone: '02079460018' }] } },
          },
        ],
        records: [{ contact_id: 'c-1', phone: '02079460018' }],
      },
    ],
    [
      'a look-up that finds nobody',
      {
        method: 'FindContact',
        values: { phone: '+442079460018' },
        exchanges: [{ answer: { body: { items: [] } } }],
        outcome: 'not_found',
        records: [],
      },
    ],
    ['what must not be sent', { values: {}, exchanges: [], outcome: 'not_sent', records: [] }],
    ['an answer that is no JSON', { ...exchange({}, { body: 'Oops' }), outcome: 'unreadable' }],
    ['an empty answer of a status', { ...exchange({}, { status: 503 }), outcome: 'unavailable' }],
  ])('passes for %s', async (_name, changes) => {
    const { records: _, ...rest } = CREATE;
    const { out, code } = await runTest({ ...rest, records: [], ...changes });

    expect(out).toContain('1 test: all passed.');
    expect(code).toBe(0);
  });

  test('says why no test ran, and goes on with the other files', async () => {
    await writeFile(join(directory, 'wrong.json'), '{"id": 7}');
    await writeFile(join(directory, 'none.json'), JSON.stringify({ id: 'x' }));
    await runTest({});

    const { code, out, err } = await runIn(directory, 'absent.json', 'wrong.json', 'doc.json');

    expect(err).toBe('The file absent.json cannot be read: it does not exist.');
    expect(out).toContain('wrong.json: The document has ');
    expect(out).toContain('All of them: patchcord lint wrong.json');
    expect(out).toContain('  passed  a call is written');
    expect(code).toBe(2);
  });

  test('fails for a document without tests', async () => {
    const { code, out } = await runIn(ROOT, 'demo/integration-basic.json');

    expect(out).toContain('it has no tests');
    expect(code).toBe(1);
  });

  test('prints results as JSON', async () => {
    await runTest({ outcome: 'refused' });

    const { files } = JSON.parse((await runIn(directory, '--json', 'doc.json')).out);

    expect(files).toEqual([
      {
        file: 'doc.json',
        tests: [{ name: 'a call is written', problems: [expect.stringContaining('outcome')] }],
      },
    ]);
  });

  test.each(['demo/integration.json', 'integrations/tryton/integration.json'])(
    'passes for %s, which comes along',
    async (file) => {
      const { code, out } = await runIn(ROOT, file);

      expect(out).toMatch(/ tests: all passed\.$/);
      expect(code).toBe(0);
    },
  );
});
