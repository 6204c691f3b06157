import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import type { Rendering } from '../testing/render-request.ts';
import {
  bodyText,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

const FORM = 'application/x-www-form-urlencoded';
const DOCUMENT: JsonObject = {
  properties: ['Field', 'Other'],
  parameters: { contact_type: 'string', contact_id: 'string', record_ref: 'string' },
};

function render(method: JsonObject, options: Rendering = {}) {
  const request = { request_method: 'POST', request_path: '/c', ...method };
  return renderDocument({ ...DOCUMENT, API: { CreateActivity: request } }, options);
}

/** The body, the query or the refusal of a tree with this value in a key. */
function renderKey(place: string, key: string, options: Rendering): unknown {
  const tree = { [key]: '1' };
  switch (place) {
    case 'JSON':
      return renderBody(tree, { document: DOCUMENT, ...options });
    case 'form':
      return bodyText(
        requestOf(render({ request_content_type: FORM, request_parameters: tree }, options)),
      );
    case 'query of a GET':
      return requestOf(render({ request_method: 'GET', request_parameters: tree }, options)).url;
    case 'query of a POST':
      return requestOf(render({ query: tree }, options)).url;
    default:
      return renderPath(`/c?${key}=1`, { document: DOCUMENT, ...options });
  }
}

describe('a placeholder in a key', () => {
  const options = { properties: { Field: 'cf 1&2' } };

  it.each([
    ['JSON', { 'x.cf 1&2': '1' }],
    ['form', 'x.cf%201%262=1'],
    ['query of a GET', 'https://crm.example/c?x.cf%201%262=1'],
    ['query of a POST', 'https://crm.example/c?x.cf%201%262=1'],
    ['path', 'https://crm.example/c?x.cf%201%262=1'],
  ])('is filled and encoded: %s', (place, expected) => {
    expect(renderKey(place, 'x.$Field$', options)).toEqual(expected);
  });

  it.each([
    ['JSON', {}],
    ['form', ''],
    ['query of a GET', 'https://crm.example/c'],
    ['query of a POST', 'https://crm.example/c'],
    ['path', 'https://crm.example/c'],
  ])('takes its member along when it is missing, a text too: %s', (place, expected) => {
    expect(renderKey(place, 'x_$contact_type$', {})).toEqual(expected);
  });

  it.each<[string, Json, Json]>([
    [
      'of any depth is filled',
      { o: { p: { 'partyid_$contact_type$@odata.bind': '/$contact_type$s($contact_id$)' } } },
      { o: { p: { 'partyid_lead@odata.bind': '/leads(7)' } } },
    ],
    ['that is one placeholder is its text', { $call_duration$: 1 }, { 27: 1 }],
    ['inside a list is filled', { l: [{ $Field$: '$contact_id$' }] }, { l: [{ cf: '7' }] }],
    ['keeps what the author wrote', { o: { $Field$: null, e: {} } }, { o: { cf: null, e: {} } }],
    ['goes with a missing value', { $Field$: '$mobile$', b: 1 }, { b: 1 }],
    ['goes with an emptied object', { o: { $Field$: { a: '$mobile$' } }, b: 1 }, { b: 1 }],
    ['empties its object', { o: { $mobile$: 1 }, b: 1 }, { b: 1 }],
    ['leaves an empty root', { $mobile$: 1 }, {}],
    ['leaves an object of a tuple empty', { t: ['a', { $mobile$: 1 }] }, { t: ['a', {}] }],
    ['is no condition', { o: { '@when': 'mobile', $Field$: 1 }, b: 1 }, { b: 1 }],
  ])('%s', (_, tree, expected) => {
    const values = { contact_type: 'lead', contact_id: '7', call_duration: 27 };
    const context = { document: DOCUMENT, values, properties: { Field: 'cf' } };

    expect(renderBody(tree, context)).toEqual(expected);
  });

  it.each<[string, Json, Json]>([
    ['a missing value', [{ $Field$: '$mobile$', kind: 'm' }, { k: 1 }], [{ k: 1 }]],
    ['a missing key', [{ $mobile$: '$contact_id$', kind: 'm' }, { k: 1 }], [{ k: 1 }]],
  ])('does not keep an element of a list alive: %s', (_, l, expected) => {
    const options = { document: DOCUMENT, values: { contact_id: '7' } };

    expect(renderBody({ l }, { ...options, properties: { Field: 'cf' } })).toEqual({
      l: expected,
    });
  });

  it('keeps an element that has a value under it', () => {
    const l = [{ $Field$: 'always' }, { $Field$: '$contact_id$', kind: 'm' }];
    const options = { document: DOCUMENT, values: { contact_id: '7' } };

    expect(renderBody({ l }, { ...options, properties: { Field: 'cf' } })).toEqual({
      l: [{ cf: 'always' }, { cf: '7', kind: 'm' }],
    });
  });

  it('keeps the order of the document', () => {
    const tree = { b: 1, $Field$: 2, a: 3 };
    const API = {
      CreateActivity: { request_method: 'POST', request_path: '/c', request_parameters: tree },
    };

    const result = renderDocument({ ...DOCUMENT, API }, { properties: { Field: '1' } });

    expect(bodyText(requestOf(result))).toBe('{"b":1,"1":2,"a":3}');
  });

  it('is the name of a part of multipart', () => {
    const result = render(
      { request_content_type: 'multipart/form-data', request_parameters: { f_$Field$: 'x' } },
      { properties: { Field: 'a"b\r\nc' } },
    );

    expect(bodyText(requestOf(result))).toContain('name="f_a%22b%0D%0Ac"\r\n\r\nx');
  });
});

describe('a key may never make another structure', () => {
  const refused = { status: 'unsafe_value', name: 'Field' };
  const tree = (key: string): JsonObject => ({ request_parameters: { [key]: 'x', other: 'y' } });

  it.each([
    ['__proto__', '$Field$'],
    ['constructor', '$Field$'],
    ['prototype', '$Field$'],
    ['proto', '__$Field$__'],
    ['__proto__', 'a.$Field$'],
    ['other', '$Field$'],
  ])('%s in %s is refused', (value, key) => {
    expect(render(tree(key), { properties: { Field: value } })).toMatchObject(refused);
  });

  it.each([
    ['a form', { request_content_type: FORM, ...tree('$Field$') }],
    ['multipart', { request_content_type: 'multipart/form-data', ...tree('$Field$') }],
    ['a query', { request_method: 'GET', ...tree('$Field$') }],
    ['the query of a POST', { query: { $Field$: 'x' } }],
    [
      'an inner key of a form',
      { request_content_type: FORM, request_parameters: { o: { $Field$: 1 } } },
    ],
    ['the path', { request_path: '/c?f[$Field$]=1' }],
  ])('a bracket is refused in %s', (_, method) => {
    const value = 'a][owner';

    expect(render(method, { properties: { Field: value } })).toMatchObject(refused);
    expect(render(method, { properties: { Field: 'a' } })).toMatchObject({ status: 'request' });
  });

  it('a bracket in a key of JSON is a letter like any other', () => {
    expect(
      renderBody({ $Field$: 1 }, { document: DOCUMENT, properties: { Field: 'a][b' } }),
    ).toEqual({ 'a][b': 1 });
  });

  it('brackets that the author wrote nest', () => {
    const request = requestOf(
      render({ query: { 'f[$Field$]': 'x' } }, { properties: { Field: 'a' } }),
    );

    expect(new URL(request.url).search).toBe('?f%5Ba%5D=x');
  });

  it('two keys that become equal are refused, one of which is missing goes out', () => {
    const method = { request_parameters: { $Field$: 1, $Other$: 2 } };

    expect(render(method, { properties: { Field: 'a', Other: 'a' } })).toMatchObject({
      status: 'unsafe_value',
      name: 'Other',
    });
    expect(bodyText(requestOf(render(method, { properties: { Field: 'a', Other: '' } })))).toBe(
      '{"a":1}',
    );
  });

  it('a value between quotes of a key is refused when it could end them', () => {
    const method = { request_parameters: { "f('$Field$')": 1 } };

    expect(render(method, { properties: { Field: "a'b" } })).toMatchObject(refused);
  });

  it('all keys together are bounded', () => {
    const members = Array.from({ length: 400 }, (_, i) => [`$contact_id$${String(i)}`, 1]);
    const method = { request_parameters: Object.fromEntries(members) };

    expect(render(method, { values: { contact_id: 'x'.repeat(1_000) } })).toMatchObject({
      status: 'unsafe_value',
      name: 'contact_id',
    });
  });
});

describe('a placeholder in the name of a header', () => {
  const header = (field: string, method: JsonObject = {}) =>
    render(
      { request_headers: { 'X-$Field$': 'v', 'X-Team': 't' }, ...method },
      { properties: { Field: field } },
    );

  it('is filled', () => {
    expect(requestOf(header('Branch')).headers).toEqual([
      ['X-Team', 't'],
      ['X-Branch', 'v'],
    ]);
  });

  it('takes the header along when it is missing', () => {
    expect(requestOf(header('')).headers).toEqual([['X-Team', 't']]);
  });

  it.each(['a b', 'a:b', 'a\r\nb', '\u00e9', 'Team', 'team'])('is refused: %j', (field) => {
    expect(header(field)).toMatchObject({ status: 'unsafe_value', name: 'Field' });
  });

  it.each(['Host', 'cookie', 'Content-Length', 'Transfer-Encoding', 'Sec-Fetch', 'Proxy-X'])(
    'never makes %s',
    (field) => {
      const result = header(field, { request_headers: { $Field$: 'v' } });

      expect(result).toMatchObject({ status: 'unsafe_value', name: 'Field' });
    },
  );

  it.each(['Authorization', 'content-type', '__proto__'])('never makes %s either', (field) => {
    const result = header(field, { request_headers: { $Field$: 'v' } });

    expect(result).toMatchObject({ status: 'unsafe_value', name: 'Field' });
  });

  it('of a method overrides the header of the document that it makes', () => {
    const result = renderDocument(
      {
        ...DOCUMENT,
        request_headers: { 'X-Team': 'document' },
        API: {
          CreateActivity: {
            request_method: 'GET',
            request_path: '/c',
            request_headers: { 'x-$Field$': 'method' },
          },
        },
      },
      { properties: { Field: 'team' } },
    );

    expect(requestOf(result).headers).toEqual([['x-team', 'method']]);
  });

  it('never takes the place of what signs the request in', () => {
    const sign = (place: 'header' | 'query') => ({
      properties: ['Field', 'Key'],
      auth: { type: 'ApiKey', in: place, name: 'X-Key', value: '$Key$' },
    });
    const request = {
      request_method: 'GET',
      request_path: '/c',
      request_headers: { 'X-$Field$': 'mine' },
      request_parameters: { 'X-$Field$': 'mine' },
    };
    const properties = { Field: 'Key', Key: 's3cret' };
    const sent = (place: 'header' | 'query') =>
      requestOf(
        renderDocument({ ...sign(place), API: { CreateActivity: request } }, { properties }),
      );

    expect(sent('header').headers).toEqual([['X-Key', 's3cret']]);
    expect(sent('query').url).toBe('https://crm.example/c?X-Key=s3cret');
  });
});
