import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MethodName } from '../document/methods.ts';
import type { Values } from '../document/values/values.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from './testing/fake-crm.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';
import type { FileSource } from '../http/request-body.ts';
import type { PreparedMethod } from './run-method.ts';

type Tree = Readonly<Record<string, unknown>>;

let crm: FakeCrm;
let opened: TestRunner[] = [];

beforeEach(async () => {
  crm = await startFakeCrm({
    handler: (_request, response) => {
      response.end('{}');
      return true;
    },
  });
});

afterEach(async () => {
  await Promise.all(opened.map((runner) => runner.close()));
  opened = [];
  await crm.close();
});

interface Sending {
  readonly name?: MethodName;
  readonly method: Tree;
  readonly document?: Tree;
  readonly values?: Values;
  readonly file?: FileSource;
}

function runnerOf({ name = 'CreateActivity', method, document = {} }: Sending): TestRunner {
  const runner = testRunner(crm, {
    properties: { Key: 'k1' },
    origins: [crm.origin],
    document: JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: crm.origin,
      properties: ['Key'],
      auth: { type: 'Bearer', token: '$Key$' },
      ...document,
      API: { [name]: { request_method: 'POST', request_path: '/p', ...method } },
    }),
  });
  opened.push(runner);
  return runner;
}

/** What arrives at the CRM. */
async function arrived(sending: Sending): Promise<FakeRequest> {
  const { name = 'CreateActivity', values = {}, file } = sending;
  await runnerOf(sending).run(name, { values, ...(file === undefined ? {} : { file }) });
  const [request] = crm.requests;
  if (request === undefined) throw new Error('nothing arrived');
  return request;
}

function prepared(sending: Sending): PreparedMethod {
  const { name = 'CreateActivity', values = {} } = sending;
  return runnerOf(sending).prepare(name, { values });
}

const VALUES = { subject: 'A & B', contact_id: '7', call_duration: 90 };
const PARAMETERS = { s: '$subject$', n: '$call_duration$' };
const TYPED = { parameters: { call_duration: 'number', subject: 'string', contact_id: 'string' } };

test('a content type for all requests reaches those without a body too', async () => {
  const document = { request_headers: { 'Content-Type': 'application/json' } };

  const request = await arrived({
    name: 'Users',
    document,
    method: { request_method: 'GET', response_map: [{ id: '$user_id$' }] },
  });

  expect(request.headers['content-type']).toBe('application/json');
});

describe('request_parameters', () => {
  test('are the query of a GET, which has no body', async () => {
    const method = { request_method: 'GET', request_parameters: PARAMETERS };

    const { method: verb, url, body, headers } = await arrived({ method, values: VALUES });

    expect([verb, url, body.length]).toEqual(['GET', '/p?s=A%20%26%20B&n=90', 0]);
    expect(headers).not.toHaveProperty('content-type');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('are the JSON body of a %s', async (verb) => {
    const method = { request_method: verb, request_parameters: PARAMETERS };

    const request = await arrived({ method, values: VALUES, document: TYPED });

    expect([request.method, request.url]).toEqual([verb, '/p']);
    expect(request.body.toString()).toBe('{"s":"A & B","n":90}');
    expect(request.headers['content-type']).toBe('application/json');
  });

  test('a DELETE without any has no body', async () => {
    const request = await arrived({ method: { request_method: 'DELETE' } });

    expect(request.body).toHaveLength(0);
    expect(request.headers).not.toHaveProperty('content-type');
  });

  test('may be a list', async () => {
    const request = await arrived({
      method: { request_parameters: [{ s: '$subject$' }, 1] },
      values: VALUES,
    });

    expect(request.body.toString()).toBe('[{"s":"A & B"},1]');
  });

  test.each(['application/json; charset=utf-8', 'application/vnd.crm+json', 'text/json'])(
    'are JSON as %s',
    async (type) => {
      const method = { request_content_type: type, request_parameters: { a: 1 } };

      const { headers, body } = await arrived({ method });

      expect([headers['content-type'], body.toString()]).toEqual([type, '{"a":1}']);
    },
  );

  test('are a form with nested names', async () => {
    const request = await arrived({
      method: {
        request_content_type: 'application/x-www-form-urlencoded',
        request_parameters: { a: { b: '$subject$' }, l: ['1', '2'], o: [{ x: 'y+z' }] },
      },
      values: VALUES,
    });

    const form = [...new URLSearchParams(request.body.toString())];
    expect(form).toEqual([
      ['a[b]', 'A & B'],
      ['l', '1'],
      ['l', '2'],
      ['o[0][x]', 'y+z'],
    ]);
  });

  test('are parts: the file, an object as JSON, names with brackets as written', async () => {
    const bytes = Buffer.from([0, 1, 2, 255]);
    const request = await arrived({
      name: 'UploadFile',
      method: {
        request_content_type: 'multipart/form-data',
        request_parameters: {
          file: '$file$',
          meta: { activity: '$activity_id$' },
          'custom_fields[category]': 'call',
        },
      },
      values: { activity_id: '9', filename: 'call.wav', file_type: 'audio/wav' },
      file: {
        size: 4,
        open: async function* () {
          yield bytes;
        },
      },
    });

    const form = await new Response(request.body, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file');
    expect(file instanceof File && [file.name, file.type]).toEqual(['call.wav', 'audio/wav']);
    expect(file instanceof File && Buffer.from(await file.arrayBuffer())).toEqual(bytes);
    expect(form.get('custom_fields[category]')).toBe('call');
    const text = request.body.toString('latin1');
    expect(text).toMatch(/name="meta"[^{]*application\/json\r\n\r\n\{"activity":"9"\}/i);
  });

  test('have the file as Base64 in JSON', async () => {
    const request = await arrived({
      name: 'UploadFile',
      method: { request_parameters: { data: '$file$', name: '$filename$' } },
      values: { activity_id: '9', filename: 'a.wav' },
      file: {
        size: 4,
        open: async function* () {
          yield Buffer.from([0, 1]);
          yield Buffer.from([2, 255]);
        },
      },
    });

    expect(JSON.parse(request.body.toString())).toEqual({ data: 'AAEC/w==', name: 'a.wav' });
  });
});

describe('the address', () => {
  test('of request_url stands for itself', async () => {
    const method = { request_path: undefined, request_url: `${crm.origin}/other/$contact_id$` };

    const { url } = await arrived({
      method,
      values: VALUES,
      document: { resource_url: 'https://crm.example/api' },
    });

    expect(url).toBe('/other/7');
  });

  test('has one slash where the parts meet, and both queries', async () => {
    const { url } = await arrived({
      method: {
        request_method: 'GET',
        request_path: '/p?a=1&fields=x',
        request_parameters: { a: '2' },
      },
      document: { resource_url: `${crm.origin}/api/` },
    });

    expect(url).toBe('/api/p?a=1&fields=x&a=2');
  });
});

describe('what the method says counts before what the document says', () => {
  test('headers, by name without case; Authorization comes from auth', async () => {
    const { headers } = await arrived({
      method: { request_headers: { 'x-a': 'method $subject$' } },
      document: { request_headers: { 'X-A': 'document', 'X-B': 'kept' } },
      values: { subject: 'one' },
    });

    expect([headers['x-a'], headers['x-b'], headers['authorization']]).toEqual([
      'method one',
      'kept',
      'Bearer k1',
    ]);
  });

  test('escape', async () => {
    const { url } = await arrived({
      name: 'FindContact',
      method: {
        request_method: 'GET',
        request_parameters: { q: "name = '$contact_name$'", plain: '$contact_name$' },
        escape: 'odata',
      },
      document: { escape: 'soql' },
      values: { contact_name: "O'Neil" },
    });

    const query = new URLSearchParams(url.split('?')[1]);
    expect([query.get('q'), query.get('plain')]).toEqual(["name = 'O''Neil'", "O'Neil"]);
  });

  test("the document's escape counts where the method has none", async () => {
    const { url } = await arrived({
      name: 'FindContact',
      method: { request_method: 'GET', request_parameters: { q: "name = '$contact_name$'" } },
      document: { escape: ['like', 'soql'] },
      values: { contact_name: "O'Neil%" },
    });

    expect(new URLSearchParams(url.split('?')[1]).get('q')).toBe("name = 'O\\'Neil\\\\%'");
  });
});

describe('a quote between quotes without escape', () => {
  const values = { contact_name: "x' OR 1=1", prefix: "x' OR 1=1", activity_id: '1' };
  const body = { request_parameters: { q: "name = '$contact_name$'" } };

  test.each<[MethodName, Tree]>([
    ['FindContact', body],
    ['SearchContacts', body],
    ['FindActivity', body],
    ['Contacts', body],
    ['Organizations', body],
    ['Users', body],
    ['CreateActivity', { ...body, request_method: 'GET' }],
    ['CreateActivity', { request_path: "/p?q='$contact_name$'" }],
  ])('is refused in %s with %j', (name, method) => {
    expect(prepared({ name, method, values })).toMatchObject({
      status: 'not_sent',
      reason: 'unsafe_value',
      name: 'contact_name',
    });
  });

  test('goes out in the body of a write, where nobody searches', async () => {
    const { body: sent } = await arrived({ method: body, values });

    expect(JSON.parse(sent.toString())).toEqual({ q: "name = 'x' OR 1=1'" });
  });
});

test('an object exists only when its condition holds', async () => {
  const { body } = await arrived({
    method: {
      request_parameters: {
        who: { '@when': 'contact_id', id: '$contact_id$' },
        long: { '@when': 'call_duration > 100', yes: true },
      },
    },
    values: VALUES,
  });

  expect(JSON.parse(body.toString())).toEqual({ who: { id: '7' } });
});

test.each([
  [
    'a property without a value',
    { document: { auth: { type: 'Bearer', token: '$Other$' }, properties: ['Key', 'Other'] } },
    'Other',
  ],
  ['a path without a text', { method: { request_path: '/p/$description$' } }, 'description'],
])('%s is told by its name and nothing is sent', (_name, more, missing) => {
  expect(prepared({ method: {}, ...more })).toMatchObject({
    status: 'not_sent',
    reason: 'missing_value',
    name: missing,
    message: `CreateActivity needs a value for ${missing}.`,
  });
  expect(crm.requests).toEqual([]);
});
