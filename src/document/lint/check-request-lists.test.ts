import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { lintDocument } from './lint-document.ts';

const PARAMETERS = {
  activity_id: 'string',
  contact_id: 'string',
  contact_name: 'string',
  phone: 'string',
  subject: 'string',
  crm_ref: 'string',
} as const;

function findings(API: JsonObject, more: JsonObject = {}): readonly string[] {
  const text = JSON.stringify({
    id: 'x',
    name: 'X',
    class: 'crm',
    resource_url: 'https://crm.example',
    parameters: PARAMETERS,
    variables: { title: 'Call' },
    API,
    ...more,
  });
  return lintDocument(text)
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path }) => `${code} ${path}`);
}

const POST = { request_method: 'POST', request_path: '/c' } as const;
const create = (method: Json): readonly string[] => findings({ CreateActivity: method });

describe('several objects of a method', () => {
  it.each<[string, Json, readonly string[]]>([
    ['with conditions', [{ ...POST, when: 'contact_id' }, POST], []],
    [
      'of which one is never reached',
      [POST, { ...POST, when: 'contact_id' }],
      ['unreachable_request /API/CreateActivity/1'],
    ],
    [
      'of which two are never reached',
      [POST, POST, POST],
      ['unreachable_request /API/CreateActivity/1', 'unreachable_request /API/CreateActivity/2'],
    ],
    ['none', [], ['no_requests /API/CreateActivity']],
    ['that are no objects', ['x'], ['wrong_type /API/CreateActivity/0']],
  ])('%s', (_, method, expected) => {
    expect(create(method)).toEqual(expected);
  });

  it('all run in methods that list, and FindContact takes each in turn', () => {
    const list = {
      request_method: 'GET',
      request_path: '/c',
      response_map: [{ id: '$contact_id$' }],
    };
    const find = {
      ...list,
      request_parameters: { phone: '$phone$' },
      response_map: [{ id: '$contact_id$', phone: '$phone$' }],
    };

    expect(findings({ Contacts: [list, list], FindContact: [find, find] })).toEqual([]);
  });

  it('a condition must be one', () => {
    expect(create({ ...POST, when: 'contact_id ==' })).toEqual([
      'expression_syntax /API/CreateActivity/when',
    ]);
    expect(create({ ...POST, when: 'subject' })).toEqual([]);
  });
});

describe('steps', () => {
  it('stand in place of the request', () => {
    expect(create({ steps: [POST, { ...POST, when: 'activity_id' }] })).toEqual([]);
  });

  it('make what stands beside them useless', () => {
    const beside = { ...POST, response_map: { id: '$activity_id$' }, steps: [POST] };

    expect(create(beside)).toEqual([
      'key_without_effect /API/CreateActivity/request_method',
      'key_without_effect /API/CreateActivity/request_path',
      'key_without_effect /API/CreateActivity/response_map',
    ]);
  });

  it('may share headers, escape, errors, success and a time', () => {
    const shared = {
      request_headers: { 'X-A': '1' },
      escape: 'json',
      errors: [{ status: 409, then: 'skip' }],
      success: "response.body.ok == 'yes'",
      timeout_seconds: 60,
      idempotency_header: 'X-Key',
    };

    expect(create({ ...shared, steps: [POST] })).toEqual([]);
  });

  it('that are none are an error', () => {
    expect(create({ steps: [] })).toEqual(['no_requests /API/CreateActivity/steps']);
  });

  it('have no pages of their own', () => {
    expect(create({ steps: [{ ...POST, paging: { type: 'page' } }] })).toContain(
      'unknown_field /API/CreateActivity/steps/0/paging',
    );
  });

  it('are checked like a method', () => {
    expect(create({ steps: [{ ...POST, response_map: { id: '$activty_id$' } }] })).toEqual([
      'misspelt_name /API/CreateActivity/steps/0/response_map/id',
    ]);
    expect(create({ steps: [{ request_path: '/c' }] })).toEqual([
      'missing_field /API/CreateActivity/steps/0',
    ]);
  });
});

describe('derive', () => {
  it.each([
    ['where the list goes on', { cursor: 'contact_id', has_more: "contact_id != '9'" }, []],
    ['the page, which is counted', { cursor: 'contact_id', page: '2' }, ['not_to_be_filled']],
  ])('computes %s', (_, derive, codes) => {
    const found = findings({
      Contacts: {
        request_method: 'GET',
        request_path: '/c',
        request_parameters: { after: '$cursor$' },
        response_map: [{ id: '$contact_id$' }],
        paging: { type: 'cursor' },
        derive,
      },
    });

    expect(found.map((each) => each.split(' ')[0])).toEqual(codes);
  });

  it('tells of no page where the method has none', () => {
    const list = {
      request_method: 'GET',
      request_path: '/c',
      response_map: [{ id: '$contact_id$' }],
    };

    expect(findings({ Contacts: { ...list, derive: { cursor: 'contact_id' } } })).toEqual([
      'unknown_name_in_answer /API/Contacts/derive/cursor',
    ]);
  });

  it.each([
    ['a target', { activity_id: 'response.body.id' }, []],
    ['a local value', { crm_ref: "'r-' + activity_id" }, []],
    ['a property', { Key: "'x'" }, ['not_to_be_filled']],
    ['a variable', { title: "'x'" }, ['not_to_be_filled']],
    ['a value of the call', { subject: "'x'" }, ['not_to_be_filled']],
    ['a form of a number', { phone_e164: "'x'" }, ['not_to_be_filled']],
    ['an unknown name', { wholly_new: "'x'" }, ['unknown_name_in_answer']],
    ['an expression with a fault', { activity_id: 'response.body.' }, ['expression_syntax']],
    ['the answer, misspelt', { activity_id: 'respnse.body.id' }, ['expression_not_allowed']],
  ])('computes %s', (_, derive, codes) => {
    const found = findings(
      { CreateActivity: { ...POST, derive } },
      { properties: ['Key'], request_headers: { 'X-Key': '$Key$' } },
    );

    expect(found.map((each) => each.split(' ')[0])).toEqual(codes);
  });

  it('may give the id that a method looks for', () => {
    const method = {
      request_method: 'GET',
      request_path: '/c',
      request_parameters: { n: '$phone$' },
      response_map: [{ p: '$phone$' }],
      derive: { contact_id: "'c-' + phone" },
    };

    expect(findings({ FindContact: method })).toEqual([]);
  });
});

describe('response_headers', () => {
  it.each([
    ['a placeholder', { Location: '/c/$activity_id$' }, []],
    ['an unknown one', { Location: '/c/$wholly_new$' }, ['unknown_name_in_answer']],
    ['a variable', { Location: '/c/$title$' }, ['response_binds_variable']],
    ['two values', { Location: '$activity_id$$crm_ref$' }, ['ambiguous_answer_text']],
  ])('bind %s', (_, response_headers, codes) => {
    const found = create({ ...POST, response_headers });

    expect(found.map((each) => each.split(' ')[0])).toEqual(codes);
  });
});

describe('keys of the map of an answer', () => {
  it('may hold what is known, and no variable', () => {
    const of = (key: string) =>
      findings(
        { CreateActivity: { ...POST, response_map: { [key]: '$activity_id$' } } },
        { properties: ['Field'] },
      );

    expect(of('$Field$')).toEqual([]);
    expect(of('x-$crm_ref$')).toEqual([]);
    expect(of('$title$')).toEqual([
      'response_binds_variable /API/CreateActivity/response_map/$title$',
    ]);
  });
});

describe('keys of one request', () => {
  it.each([
    ['Idempotency-Key', []],
    ['Authorization', ['refused_header']],
    ['Host', ['refused_header']],
    ['X Key', ['refused_header']],
  ])('idempotency_header: %s', (idempotency_header, codes) => {
    const found = create({ ...POST, idempotency_header });

    expect(found.map((each) => each.split(' ')[0])).toEqual(codes);
  });

  it('paging has no effect where a method writes', () => {
    expect(create({ ...POST, paging: { type: 'page' } })).toContain(
      'key_without_effect /API/CreateActivity/paging',
    );
  });

  it('idempotency_header says nothing where a method only reads', () => {
    const method = { request_method: 'GET', request_path: '/c', idempotency_header: 'X-Key' };

    expect(findings({ Account: method })).toEqual([
      'key_without_effect /API/Account/idempotency_header',
    ]);
  });

  it('contact_url says nothing where a method is about no contact', () => {
    const page = { contact_url: 'https://app.example/c/$contact_id$' };

    expect(create({ ...POST, ...page })).toEqual([
      'key_without_effect /API/CreateActivity/contact_url',
    ]);
    expect(findings({ CreateContact: { ...POST, ...page } })).toEqual([]);
  });

  it.each([0, 901, 1.5])('timeout_seconds cannot be %d', (timeout_seconds) => {
    expect(create({ ...POST, timeout_seconds })).toEqual([
      'invalid_option /API/CreateActivity/timeout_seconds',
    ]);
  });
});
