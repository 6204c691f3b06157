import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { compileDocument, createCompiler } from './compile.ts';
import { contextOf, documentOf } from './testing/render-request.ts';
import { firstRequest } from './method-requests.ts';
import { startingDocument } from './starting-document.ts';

const GET = { request_method: 'GET', request_path: '/c' } as const;

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

describe('a compiler', () => {
  const text = startingDocument('Example');

  it('gives what compiling at once gives, however often it is asked', () => {
    const compile = createCompiler();

    for (const document of [compile(text), compile(text)]) {
      expect(document.digest).toBe(compileDocument(text).digest);
      expect([...document.methods.keys()]).toEqual([...compileDocument(text).methods.keys()]);
    }
  });

  it('refuses a document with errors each time', () => {
    const compile = createCompiler();
    compile(text);

    for (const wrong of [1, 2].map(() => text.replace('"crm"', '"pbx"'))) {
      expect(() => compile(wrong)).toThrow(expect.objectContaining({ code: 'document_invalid' }));
    }
  });
});
