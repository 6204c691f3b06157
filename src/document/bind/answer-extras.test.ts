import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { firstRequest } from '../method-requests.ts';
import type { MethodName } from '../methods.ts';
import { contextOf, documentOf } from '../testing/render-request.ts';
import type { Values } from '../values/values.ts';
import type { BindResult } from './compile-binding.ts';

interface Answer {
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly url?: string;
  readonly values?: Values;
}

const PARAMETERS = {
  activity_id: 'string',
  contact_id: 'string',
  contact_name: 'string',
  contact_type: 'string',
  firstname: 'string',
  lastname: 'string',
  phone: 'string',
  email: 'string',
  call_key: 'string',
  prefix: 'string',
  upload_url: 'string',
  portal: 'string',
  score: 'number',
  is_customer: 'boolean',
} as const;

const PROPERTIES = {
  'Service URL': 'https://Org.crm.example/',
  Field: 'cf_7',
  'Key field': 'cf_9',
  Name: '__proto__',
};

function read(method: JsonObject, answer: Answer, name: MethodName = 'CreateActivity'): BindResult {
  const document = documentOf({
    properties: ['Service URL', 'Field', 'Key field', 'Name', 'Empty'],
    parameters: PARAMETERS,
    API: { [name]: { request_method: 'POST', request_path: '/calls', ...method } },
  });
  const request = firstRequest(document, name);
  if (request === undefined) throw new RangeError(name);
  const {
    body,
    headers = {},
    status = 200,
    url = 'https://crm.example/calls',
    values = {},
  } = answer;
  const context = contextOf({ values, properties: PROPERTIES });
  const exchange = { answer: { status, headers, body }, url, context };
  return request.bind.read(body, { values, properties: PROPERTIES, exchange });
}

function recordsOf(result: BindResult): unknown {
  return result.status === 'bound' ? result.records.map((each) => ({ ...each })) : result.status;
}

describe('response_headers', () => {
  const location = (template: string, value: string, url?: string): unknown =>
    recordsOf(
      read(
        { response_headers: { Location: template } },
        { status: 201, headers: { location: value }, ...(url === undefined ? {} : { url }) },
      ),
    );

  it.each([
    ['a text', '/calls/$activity_id$', '/calls/7', '7'],
    ['an address', 'https://crm.example/calls/$activity_id$', 'https://crm.example/calls/7', '7'],
    ['a relative address', 'https://crm.example/calls/$activity_id$', '/calls/7', '7'],
    ['one relative to the request', 'https://crm.example/calls/$activity_id$', 'calls/7', '7'],
    ['a template that is relative', '/calls/$activity_id$', 'https://crm.example/calls/7', '7'],
    [
      'a host in other letters',
      'https://CRM.example/c/$activity_id$',
      'https://crm.EXAMPLE/c/7',
      '7',
    ],
    ['a port that goes without saying', 'https://crm.example:443/$activity_id$', '/7', '7'],
    ['text behind it', '/calls($activity_id$)', '/calls(0a1b)', '0a1b'],
  ])('binds %s', (_, template, value, id) => {
    expect(location(template, value)).toEqual([{ activity_id: id }]);
  });

  it('joins the parts of an address with one slash, as in a request', () => {
    const template = '$Service URL$/api/phonecalls($activity_id$)';

    expect(location(template, 'https://org.crm.example/api/phonecalls(1)')).toEqual([
      { activity_id: '1' },
    ]);
  });

  it.each([
    ['of another form', '/tickets/7'],
    ['of another host', 'https://evil.example/calls/7'],
    ['that is empty', ''],
    ['with nothing where the id stands', '/calls/'],
    ['that is no address', 'javascript:/calls/7'],
  ])('a header %s binds nothing, so the id is unknown', (_, value) => {
    expect(location('/calls/$activity_id$', value)).toBe('executed_without_id');
  });

  it('a bare placeholder takes an address header in its absolute form', () => {
    const method = { response_headers: { Location: '$upload_url$', 'X-Id': '$activity_id$' } };
    const headers = { location: '../up?s=1#x', 'x-id': '/7' };

    expect(
      recordsOf(read(method, { headers, url: 'https://crm.example/a/b/c', body: {} })),
    ).toEqual([{ upload_url: 'https://crm.example/a/up?s=1#x', activity_id: '/7' }]);
  });

  it('names of headers are compared without case', () => {
    const method = { response_headers: { 'ODATA-entityID': '/c($activity_id$)' } };

    expect(recordsOf(read(method, { headers: { 'odata-entityid': '/c(5)' } }))).toEqual([
      { activity_id: '5' },
    ]);
  });

  it('what the body says comes first', () => {
    const method = {
      response_map: { id: '$activity_id$' },
      response_headers: { Location: '/calls/$activity_id$' },
    };

    const headers = { location: '/calls/2' };

    expect(recordsOf(read(method, { body: { id: 1 }, headers }))).toEqual([{ activity_id: '1' }]);
    expect(recordsOf(read(method, { body: {}, headers }))).toEqual([{ activity_id: '2' }]);
  });

  it('belongs to each record of the body', () => {
    const method = {
      response_map: [{ id: '$contact_id$' }],
      response_headers: { 'X-Portal': '$portal$' },
    };

    expect(
      recordsOf(
        read(method, { body: [{ id: 1 }, { id: 2 }], headers: { 'x-portal': 'eu' } }, 'Contacts'),
      ),
    ).toEqual([
      { contact_id: '1', portal: 'eu' },
      { contact_id: '2', portal: 'eu' },
    ]);
  });

  it('a literal must be equal', () => {
    const method = { response_headers: { 'X-State': 'done' } };

    expect(read(method, { headers: { 'x-state': 'failed' } })).toMatchObject({
      status: 'refused',
      message: '"X-State" is "failed" in the answer; the document expects "done".',
    });
    expect(read(method, { headers: { 'x-state': 'done' } }).status).toBe('bound');
  });

  it('an empty answer to a look-up stays an empty list', () => {
    const method = { request_method: 'GET', response_headers: { 'X-Id': '$contact_id$' } };

    expect(recordsOf(read(method, { headers: { 'x-id': '1' } }, 'Contacts'))).toEqual([]);
  });
});

describe('derive', () => {
  const MAP = { response_map: [{ id: '$contact_id$', f: '$firstname$', p: ['$phone$'] }] };
  const one = (derive: JsonObject, body: Json, values: Values = {}): unknown => {
    const found = recordsOf(read({ ...MAP, derive }, { body, values }, 'Contacts'));
    return Array.isArray(found) ? found[0] : found;
  };

  it.each<[string, JsonObject, Json, JsonObject]>([
    [
      'a text',
      { contact_name: "firstname + ' L.'" },
      [{ id: 1, f: 'Ada' }],
      { contact_name: 'Ada L.' },
    ],
    [
      'what was bound',
      { firstname: 'upper(firstname)' },
      [{ id: 1, f: 'Ada' }],
      { firstname: 'ADA' },
    ],
    ['each number', { phone: "'+' + phone" }, [{ id: 1, p: ['1', '2'] }], { phone: ['+1', '+2'] }],
    [
      'one that collects',
      { email: "firstname + '@x.example'" },
      [{ id: 1, f: 'a' }],
      { email: ['a@x.example'] },
    ],
    ['a number', { score: '2 * 3' }, [{ id: 1 }], { score: '6' }],
    [
      'a flag',
      { is_customer: "firstname == 'Ada'" },
      [{ id: 1, f: 'Ada' }],
      { is_customer: 'true' },
    ],
    ['`deleted`', { deleted: "firstname == 'gone'" }, [{ id: 1, f: 'gone' }], { deleted: 'true' }],
    [
      'from what came before it',
      { portal: "'eu'", contact_type: "portal + '-lead'" },
      [{ id: 1 }],
      { contact_type: 'eu-lead' },
    ],
  ])('computes %s', (_, derive, body, expected) => {
    expect(one(derive, body)).toMatchObject(expected);
  });

  it('reads the answer as a whole', () => {
    const derive = { activity_id: "response.headers['x-id'] + '-' + response.body.n" };

    expect(recordsOf(read({ derive }, { body: { n: 'b' }, headers: { 'x-id': 'a' } }))).toEqual([
      { activity_id: 'a-b' },
    ]);
  });

  it.each<[string, JsonObject]>([
    ['no value', { firstname: 'email' }],
    ['an empty text', { firstname: "''" }],
    ['a flag where a text is expected', { firstname: '1 == 1' }],
    ['an error', { firstname: 'string(1 / 0)' }],
  ])('%s leaves what was bound', (_, derive) => {
    expect(one(derive, [{ id: 1, f: 'Ada' }])).toMatchObject({ firstname: 'Ada' });
  });

  it('a text where a number is declared is unset', () => {
    expect(one({ score: 'firstname' }, [{ id: 1, f: 'x' }])).not.toHaveProperty('score');
  });

  it('sees the values of the call, except those that the answer itself may bind', () => {
    const values = { call_key: 'k', email: 'caller@x.example', portal: 'of the user' };
    const derive = {
      contact_name: "call_key + '/' + coalesce(email, 'none')",
      contact_type: 'portal',
    };

    expect(one(derive, [{ id: 1 }], values)).toMatchObject({
      contact_name: 'k/none',
      contact_type: 'of the user',
    });
  });

  it('makes no record out of an empty list', () => {
    expect(one({ contact_id: "'c-' + firstname" }, [])).toBeUndefined();
  });

  it('gives up on an answer of very many records, and says so', () => {
    const body = Array.from({ length: 200_000 }, (_, id) => ({ id }));
    const result = read({ ...MAP, derive: { contact_name: "'x'" } }, { body }, 'Contacts');

    expect(result.status === 'bound' && result.records.length).toBe(200_000);
    expect(result.status === 'bound' && result.notes.map(({ code }) => code)).toContain(
      'expression_failed',
    );
  });

  it('gives up on an answer whose texts are blown up', () => {
    const long = "replace(replace('aaaaaaaa', 'a', 'aaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaa')";
    const body = Array.from({ length: 50_000 }, (_, id) => ({ id }));
    const derive = { contact_name: `left(${long}, 1)` };

    const result = read({ ...MAP, derive }, { body }, 'Contacts');

    expect(result.status === 'bound' && result.records[0]).toMatchObject({ contact_name: 'a' });
    expect(result.status === 'bound' && result.records.at(-1)).not.toHaveProperty('contact_name');
  });
});

describe('a placeholder in a key of the map', () => {
  it('is filled with a property', () => {
    const method = { response_map: [{ id: '$contact_id$', $Field$: '$phone$' }] };

    expect(recordsOf(read(method, { body: [{ id: 1, cf_7: '12' }] }, 'Contacts'))).toEqual([
      { contact_id: '1', phone: ['12'] },
    ]);
  });

  it('may stand in text, and twice', () => {
    const method = { response_map: { 'x-$Field$-$Key field$': '$activity_id$' } };

    expect(recordsOf(read(method, { body: { 'x-cf_7-cf_9': 3 } }))).toEqual([{ activity_id: '3' }]);
  });

  it('demands what stands under it: our key in a field of its own', () => {
    const method = {
      request_method: 'GET',
      response_map: [{ id: '$activity_id$', '$Key field$': '$call_key$' }],
    };
    const body = [
      { id: 1, cf_9: 'other' },
      { id: 2, cf_9: 'k-1' },
    ];

    expect(recordsOf(read(method, { body, values: { call_key: 'k-1' } }, 'FindActivity'))).toEqual([
      { activity_id: '2' },
    ]);
  });

  it.each([
    ['has no value', '$Empty$'],
    ['is no key to be read', '$Name$'],
  ])('that %s goes with its member', (_, key) => {
    const method = { response_map: { id: '$activity_id$', [key]: 'must be this' } };

    expect(recordsOf(read(method, { body: { id: 1 } }))).toEqual([{ activity_id: '1' }]);
  });

  it('is filled with a value of the call', () => {
    const method = { response_map: { $prefix$: '$activity_id$' } };

    expect(recordsOf(read(method, { body: { a: 1 }, values: { prefix: 'a' } }))).toEqual([
      { activity_id: '1' },
    ]);
  });
});

describe('a text as the whole map', () => {
  it.each<[string, Json | undefined, unknown]>([
    ['a number', 7, [{ activity_id: '7' }]],
    ['a text', 'a-1', [{ activity_id: 'a-1' }]],
    ['the first of a list', [9, 8], [{ activity_id: '9' }]],
    ['no object', { id: 7 }, 'executed_without_id'],
    ['nothing', undefined, 'executed_without_id'],
  ])('binds %s', (_, body, expected) => {
    const answer = body === undefined ? {} : { body };

    expect(recordsOf(read({ response_map: '$activity_id$' }, answer))).toEqual(expected);
  });

  it('may have text around the value', () => {
    const method = { response_map: 'OK $activity_id$' };

    expect(recordsOf(read(method, { body: 'OK 12' }))).toEqual([{ activity_id: '12' }]);
  });

  it('a literal demands the whole answer', () => {
    expect(read({ response_map: 'ok' }, { body: 'no' })).toMatchObject({
      status: 'refused',
      message: 'The answer is "no"; the document expects "ok".',
    });
  });
});

describe('contact_type', () => {
  it('is kept with each record, unless the answer says it', () => {
    const method = {
      contact_type: 'lead',
      response_map: [{ id: '$contact_id$', kind: '$contact_type$' }],
    };

    expect(
      recordsOf(read(method, { body: [{ id: 1 }, { id: 2, kind: 'deal' }] }, 'Contacts')),
    ).toEqual([
      { contact_id: '1', contact_type: 'lead' },
      { contact_id: '2', contact_type: 'deal' },
    ]);
  });

  it('makes no record where there is none', () => {
    const method = { contact_type: 'lead', response_map: { name: '$contact_name$' } };

    expect(recordsOf(read(method, { body: {} }, 'FindContact'))).toEqual([]);
  });

  it('does not stick to a call', () => {
    const method = { contact_type: 'lead', response_map: { id: '$activity_id$' } };

    expect(recordsOf(read(method, { body: { id: 1 } }))).toEqual([{ activity_id: '1' }]);
  });
});
