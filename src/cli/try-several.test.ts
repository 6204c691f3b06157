import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../runtime/testing/fake-crm-document.ts';
import type { CommandContext } from './command-context.ts';
import { tryMethod } from './try.ts';

let crm: FakeCrm;
let directory: string;

beforeEach(async () => {
  crm = await startFakeCrm();
  directory = await mkdtemp(join(tmpdir(), 'patchcord-try-'));
  await writeFile(join(directory, 'properties.json'), JSON.stringify(fakeCrmProperties(crm)));
});

afterEach(async () => {
  await crm.close();
  await rm(directory, { recursive: true });
});

async function attempt(
  method: string,
  object: unknown,
  options: {
    readonly set?: readonly string[];
    readonly json?: boolean;
    readonly allow?: readonly string[];
  } = {},
  more: object = {},
): Promise<{ code: number; out: string; err: string }> {
  const document = JSON.parse(fakeCrmDocument({ methods: { [method]: object } })) as object;
  await writeFile(join(directory, 'crm.json'), JSON.stringify({ ...document, ...more }));
  const lines: string[] = [];
  const errors: string[] = [];
  const context: CommandContext = {
    env: {},
    directory,
    out: (line) => void lines.push(line),
    err: (line) => void errors.push(line),
    readInput: async () => '',
    exitWith: () => undefined,
  };
  const usual = { properties: 'properties.json', allow: [crm.host] };
  const code = await tryMethod('crm.json', method, { ...usual, ...options }, context);
  return { code, out: lines.join('\n'), err: errors.join('\n') };
}

const STEPS = {
  steps: [
    {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: { subject: '$subject$' },
      response_map: { id: '$activity_id$' },
    },
    { request_method: 'POST', request_path: '/contacts/$contact_id$/calls' },
    {
      request_method: 'POST',
      request_path: '/calls/$activity_id$/stop',
      request_parameters: { result: '$call_result$' },
    },
  ],
};

describe('try of a method of several requests', () => {
  test('shows each request in order, with what it bound', async () => {
    const { code, out } = await attempt('CreateActivity', STEPS, { set: ['subject=Hello'] });

    expect(code).toBe(0);
    const places = [
      '1. request 1 of 3',
      `> POST ${crm.origin}/calls`,
      'Bound 1 record:',
      '2. request 3 of 3',
      '/stop',
      'It bound nothing.',
      'Sent without a value, since --set gave none: call_result.',
      'note step_skipped: Request 2 of 3 was left out: contact_id has no value.',
    ].map((text) => out.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('tells the same as JSON', async () => {
    const { out } = await attempt('CreateActivity', STEPS, { set: ['subject=Hello'], json: true });
    const report: unknown = JSON.parse(out);

    expect(report).toMatchObject({
      outcome: { kind: 'success' },
      requests: [
        { object: 1, request: 1, bound: [{ activity_id: expect.any(String) }] },
        { object: 1, request: 3, bound: [] },
      ],
    });
  });

  test('shows each object and form of the number that was asked for', async () => {
    const find = (path: string) => ({
      request_method: 'GET',
      request_path: path,
      request_parameters: { phone: '$phone$' },
      response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
    });

    const lead = { ...find('/contacts?b=1'), contact_type: 'lead' };
    const { code, out } = await attempt('FindContact', [find('/contacts'), lead], {
      set: ['phone=+442071838750'],
    });

    expect(code).toBe(0);
    expect(out).toContain('1. object 1 of 2');
    expect(out).toContain('2. object 2 of 2 (lead)');
  });

  test('says why nothing is sent', async () => {
    const method = { request_method: 'POST', request_path: '/calls', when: 'contact_id' };

    expect(await attempt('CreateActivity', method)).toMatchObject({
      code: 1,
      out: 'Nothing was sent (skipped). CreateActivity: contact_id has no value.',
    });
  });

  test('follows an address on this machine that an answer gives, where --allow names it', async () => {
    const files = await startFakeCrm();
    crm.behave('POST /calls', (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: '1', url: `${files.origin}/calls` }));
    });
    const upload = {
      steps: [
        {
          request_method: 'POST',
          request_path: '/calls',
          response_map: { id: '$activity_id$', url: '$upload_url$' },
        },
        { request_method: 'POST', request_url: '$upload_url$', auth: 'none' },
      ],
    };

    const more = {
      hosts: ['127.0.0.1', 'files.example.com'],
      parameters: { activity_id: 'string', upload_url: 'string' },
    };

    const refused = await attempt('CreateActivity', upload, {}, more);
    const before = files.requests.length;
    const allow = [crm.host, files.host];
    const sent = await attempt('CreateActivity', upload, { allow }, more);
    await files.close();

    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`--allow ${files.host} lets this run send there`);
    expect(before).toBe(0);
    expect(sent.err).toBe('');
    expect(files.requests).toHaveLength(1);
    expect(files.requests[0]?.headers['authorization']).toBeUndefined();
  });
});

describe('what try says of values', () => {
  const object = (more: object) => ({
    request_method: 'POST',
    request_path: '/calls',
    response_map: { id: '$activity_id$' },
    ...more,
  });

  test('names no value that the document has, and of a variable what it is made of', async () => {
    const method = object({
      contact_type: 'Lead',
      request_parameters: { kind: '$contact_type$', who: '$title$', from: '$subject$' },
    });
    const variables = { title: { expression: 'contact_name' } };

    const { out } = await attempt('CreateActivity', method, { set: ['subject=Hi'] }, { variables });

    expect(out).toContain('since --set gave none: contact_name.');
  });

  test('empties a value that is given with nothing behind the sign, and does not miss it', async () => {
    const method = {
      request_method: 'PATCH',
      request_path: '/contacts/$contact_id$',
      request_parameters: { first: '$firstname$', last: '$lastname$' },
    };
    const set = ['contact_id=4', 'firstname='];

    const { out } = await attempt('UpdateContact', method, { set, json: true });

    const report: unknown = JSON.parse(out);
    expect(report).toMatchObject({
      without_value: ['lastname'],
      request: { body: '{"first":null}' },
    });
  });

  test('sends an idempotency key where the document has a header for it, and says so', async () => {
    const method = object({ idempotency_header: 'X-Key' });
    const first = await attempt('CreateActivity', method, { json: true });
    const second = await attempt('CreateActivity', method);
    const without = await attempt('CreateActivity', object({}));

    const report = JSON.parse(first.out) as { idempotency_key: string; request: object };
    expect(report.request).toMatchObject({ headers: { 'x-key': `${report.idempotency_key}-0-0` } });
    expect(second.out).toContain('Sent with an idempotency key of this run');
    expect(second.out).not.toContain(report.idempotency_key);
    expect(without.out).not.toContain('idempotency');
  });
});
