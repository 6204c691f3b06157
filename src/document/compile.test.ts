import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { compileDocument } from './compile.ts';
import type { Json, JsonObject } from './json-value.ts';
import { contextOf, documentOf } from './testing/render-request.ts';
import { firstRequest } from './method-requests.ts';

const GET = { request_method: 'GET', request_path: '/c' } as const;

/** What keeps a method (`CreateActivity`) of a document from running. */
function unsupported(document: JsonObject, method: Json = GET): readonly string[] {
  return (
    documentOf({ API: { CreateActivity: method }, ...document }).methods.get('CreateActivity')
      ?.unsupported ?? []
  );
}

describe('compileDocument', () => {
  it('refuses a document with errors and hands over every finding', () => {
    const compile = () => compileDocument('{"id": "x", "name": 7,}');

    expect(compile).toThrow(AppError);
    try {
      compile();
    } catch (err) {
      expect(err).toMatchObject({ code: 'document_invalid' });
      expect(err instanceof AppError ? err.details['findings'] : []).not.toEqual([]);
    }
  });

  it('knows id, name, version and the digest of the text', () => {
    const document = documentOf({ version: '1.2' });

    expect(document).toMatchObject({ id: 'test', name: 'Test', version: '1.2' });
    expect(document.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['api', { api: { CreateActivity: GET } }, ['CreateActivity']],
    ['SearchContact', { API: { SearchContact: GET } }, ['SearchContacts']],
    ['a method of another name', { API: { CreateActivity: GET, Ping: GET } }, ['CreateActivity']],
  ])('reads %s', (_, partial, methods) => {
    const { API: _none, ...rest } = { API: undefined, ...partial };
    const text = { id: 'x', name: 'X', class: 'crm', resource_url: 'https://crm.example' };
    const api = 'API' in partial ? { API: partial.API } : {};

    const document = compileDocument(JSON.stringify({ ...text, ...rest, ...api }));

    expect([...document.methods.keys()]).toEqual(methods);
  });

  it.each([
    [{ auth: { type: 'Bearer', token: 'x' } }, 'static'],
    [{ auth: { type: 'None' } }, 'none'],
    [{}, 'none'],
  ])('tells how %j authorises', (partial, kind) => {
    expect(documentOf(partial).signIn.kind).toBe(kind);
  });
});

describe('what does not run yet', () => {
  it.each([
    ['limits', { limits: { requests: 1, per_seconds: 1 } }],
    ['parameters.lead_record as object', { parameters: { lead_record: 'object' } }],
    ['parameters.lead_record as object', { parameters: { lead_record: { type: 'Object' } } }],
  ])('of a document keeps each method from running: %s', (key, document) => {
    expect(unsupported(document)).toContain(key);
    expect(documentOf(document).unsupported).toContain(key);
  });

  it.each([
    ['query', { query: { a: '1' } }],
    ['when', { when: 'contact_id' }],
    ['timeout_seconds', { timeout_seconds: 5 }],
    ['idempotency_header', { idempotency_header: 'X-Key' }],
    ['contact_type', { contact_type: 'lead' }],
    ['request_parameters as text', { request_method: 'POST', request_parameters: 'x' }],
    ['response_map as text', { response_map: '$activity_id$' }],
    ['a placeholder in a key', { request_parameters: { $subject$: 'x' } }],
    ['a placeholder in a key', { request_path: '/c?x=1&a$subject$=$subject$' }],
    ['a placeholder in a key', { request_url: 'https://crm.example/c?$subject$=1' }],
    ['variables.v as lines', { request_parameters: { a: '$w$' } }],
    ['variables.v as lines', { request_parameters: { o: { '@when': 'v', a: '1' } } }],
  ])('of a method: %s', (key, extra) => {
    const variables = { v: ['a', '$subject$'], w: 'x $v$' };
    const needsVariables = key.startsWith('variables') ? { variables } : {};

    expect(unsupported(needsVariables, { ...GET, ...extra })).toEqual([key]);
  });

  it.each([
    ['auth.request_parameters as text', { request_parameters: 'user=$User$' }],
    ['a placeholder in a key', { request_parameters: { $User$: 'x' } }],
    ['a placeholder in a key', { request_path: '/login?$User$=1' }],
    ['variables.v as lines', { request_parameters: { user: '$v$' } }],
  ])('of a sign-in keeps each method from running: %s', (key, extra) => {
    const auth = {
      type: 'Session',
      request_path: '/login',
      response_map: { token: '$session_token$' },
      present: { name: 'X-Session', value: '$session_token$' },
    };
    const document = { properties: ['User'], variables: { v: ['a'] } };

    expect(unsupported({ ...document, auth })).toEqual([]);
    expect(unsupported({ ...document, auth: { ...auth, ...extra } })).toEqual([key]);
  });

  it('names a list of method objects', () => {
    expect(unsupported({}, [GET])).toEqual(['a list of method objects']);
  });

  it('names phone_formats for FindContact only', () => {
    const document = documentOf({
      phone_formats: ['national'],
      API: { CreateActivity: GET, FindContact: GET },
    });

    expect(document.methods.get('FindContact')?.unsupported).toEqual(['phone_formats']);
    expect(document.methods.get('CreateActivity')?.unsupported).toEqual([]);
  });

  it('lists options for the connection, and lets methods run', () => {
    const options = { log_internal: true };

    expect(documentOf({ options }).unsupported).toEqual(['options']);
    expect(unsupported({ options })).toEqual([]);
  });

  it.each([
    [{ description: 'd', version: '1', homepage: 'https://x.example' }],
    [{ escape: 'soql', hosts: ['crm.example'], request_headers: { 'X-A': '1' } }],
    [{ parameters: { since: { type: 'date', default: '2020-01-01' } } }],
    [{ variables: { v: { expression: "'x'" } } }],
  ])('does not name what runs or only informs: %j', (document) => {
    expect(unsupported(document)).toEqual([]);
  });
});

describe('originsOf', () => {
  it('gives each origin of literal URLs and property values once', () => {
    const document = documentOf({
      properties: ['URL', 'Region'],
      variables: {
        base: { Region: { EU: 'https://eu.crm.example', US: 'https://us.crm.example' } },
      },
      resource_url: '$base$/v1',
      API: {
        CreateActivity: GET,
        UpdateActivity: GET,
        UploadFile: { request_method: 'GET', request_url: '$URL$/x' },
        FindContact: { request_method: 'GET', request_url: 'https://Search.Example:443/x' },
      },
    });

    expect(document.originsOf({ Region: 'EU', URL: 'https://acme.example:8443/a' })).toEqual([
      'https://eu.crm.example',
      'https://acme.example:8443',
      'https://search.example',
    ]);
    expect(document.originsOf({})).toEqual(['https://search.example']);
  });

  it('leaves out what hosts excludes', () => {
    const document = documentOf({
      properties: ['URL'],
      hosts: ['crm.example'],
      resource_url: '$URL$',
      API: { CreateActivity: GET },
    });

    expect(document.originsOf({ URL: 'https://evil.example' })).toEqual([]);
  });
});

describe('the default of a property', () => {
  const document = documentOf({
    properties: [{ label: 'Sub', default: 'eu' }],
    resource_url: 'https://$Sub$.crm.example',
    variables: { v: { expression: "properties['Sub'] + '!'" } },
  });

  it.each([
    ['is missing', {}, 'eu'],
    ['is empty', { Sub: '' }, 'eu'],
    ['is filled', { Sub: 'us' }, 'us'],
  ])('when the field %s', (_, properties, sub) => {
    expect(document.originsOf(properties)).toEqual([`https://${sub}.crm.example`]);
    expect(document.variable('v', contextOf({ properties }))).toBe(`${sub}!`);
    expect(
      firstRequest(document, 'CreateActivity')?.render(contextOf({ properties })),
    ).toMatchObject({ request: { url: `https://${sub}.crm.example/calls` } });
  });
});

describe('link', () => {
  const document = documentOf({
    properties: ['URL'],
    contact_url: '$URL$/contacts/$contact_id$',
  });

  it.each([
    [
      'both values',
      { contact_id: 'a/b' },
      'https://crm.example',
      'https://crm.example/contacts/a%2Fb',
    ],
    ['no id', {}, 'https://crm.example', undefined],
    ['an address that is no web page', { contact_id: '1' }, 'javascript:alert(1)', undefined],
  ])('with %s', (_, values, URL, expected) => {
    expect(document.link('contact_url', contextOf({ values, properties: { URL } }))).toBe(expected);
  });

  it('has no page that the document does not name', () => {
    expect(document.link('activity_url', contextOf({}))).toBeUndefined();
  });
});
