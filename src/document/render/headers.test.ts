import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { renderDocument, renderPath, requestOf } from '../testing/render-request.ts';

describe('headers', () => {
  const send = (extra: JsonObject, method: JsonObject = {}) =>
    renderDocument(
      {
        ...extra,
        API: { CreateActivity: { request_method: 'POST', request_path: '/c', ...method } },
      },
      { properties: { Key: 'k\u00e9y' } },
    );

  it.each([
    ['Bearer', { type: 'bearer', token: '$Key$' }, [['Authorization', 'Bearer k\u00e9y']]],
    [
      'Basic in UTF-8',
      { type: 'Basic', username: '$Key$', password: 'x' },
      [['Authorization', 'Basic a8OpeTp4']],
    ],
    ['Basic without password', { type: 'Basic', username: 'u' }, [['Authorization', 'Basic dTo=']]],
    [
      'ApiKey',
      { type: 'ApiKey', in: 'header', name: 'X-Key', value: 't $Key$' },
      [['X-Key', 't k\u00e9y']],
    ],
  ])('present %s', (_, auth, expected) => {
    const withPassword =
      'password' in auth || auth.type !== 'Basic' ? auth : { ...auth, password: '' };

    const { headers } = requestOf(send({ properties: ['Key'], auth: withPassword }));

    expect(headers).toEqual(expected);
  });

  it.each([
    ['a Bearer', { type: 'Bearer', token: '$Key$' }],
    ['a Basic', { type: 'Basic', username: '$Key$', password: '' }],
    ['a key in a header', { type: 'ApiKey', name: 'X-Key', value: 'token $Key$' }],
    ['a key in the query', { type: 'ApiKey', in: 'query', name: 'key', value: '$Key$' }],
  ])('%s without its value stops the request', (_, auth) => {
    const result = renderDocument({ properties: ['Key'], auth }, { properties: { Key: '' } });

    expect(result).toEqual({ status: 'missing_value', name: 'Key' });
  });

  it.each([
    ['a Bearer', { type: 'Bearer', token: '$Key$' }],
    ['a key in a header', { type: 'ApiKey', name: 'X-Key', value: '$Key$' }],
  ])('%s never breaks its header', (_, auth) => {
    for (const sign of ['\r', '\n', '\0']) {
      const result = renderDocument(
        { properties: ['Key'], auth },
        { properties: { Key: `a${sign}X-Evil: 1` } },
      );

      expect(result).toMatchObject({ status: 'unsafe_value', name: 'Key' });
      expect(JSON.stringify(result)).not.toContain('X-Evil');
    }
  });

  it('are none for None in any letters, and take parameters and variables', () => {
    const auth = { type: 'apiKEY', name: 'X-Key', value: '$who$/$user_id$' };
    const result = renderDocument(
      { variables: { who: { activity_type: { default: 'app' } } }, auth },
      { values: { user_id: '7' } },
    );

    expect(requestOf(result).headers).toEqual([['X-Key', 'app/7']]);
    expect(requestOf(renderDocument({ auth: { type: 'NONE' } })).headers).toEqual([]);
  });

  it('of a method override those of the document without case', () => {
    const { headers } = requestOf(
      send({ request_headers: { 'X-A': '1', 'X-B': '1' } }, { request_headers: { 'x-a': '2' } }),
    );

    expect(headers).toEqual([
      ['x-a', '2'],
      ['X-B', '1'],
    ]);
  });

  it('that are comments of the author are not sent', () => {
    const { headers } = requestOf(
      send({ request_headers: { _note: 'x', '//': 'y', 'X-A': '1' } }, { request_headers: {} }),
    );

    expect(headers).toEqual([['X-A', '1']]);
  });

  it('of missing values alone go; the text around a missing text stays', () => {
    const request_headers = {
      'X-A': '$subject$$contact_name$',
      'X-B': 'by $contact_name$',
      'X-C': 'at $call_timestamp$',
      'X-D': '',
    };

    expect(requestOf(send({ request_headers })).headers).toEqual([
      ['X-B', 'by '],
      ['X-D', ''],
    ]);
  });

  it('leave the content type to the body', () => {
    const request = requestOf(
      send(
        { request_headers: { 'Content-Type': 'application/vnd.x+json' } },
        { request_parameters: { a: 1 } },
      ),
    );

    expect(request.headers).toEqual([]);
    expect(request.body?.contentType).toBe('application/vnd.x+json');
  });

  it('an ApiKey in the query comes last and is not repeated in a next link', () => {
    const document = {
      auth: { type: 'ApiKey', in: 'query', name: 'key', value: 'a b' },
    };

    expect(renderPath('/c?x=1', { document })).toBe('https://crm.example/c?x=1&key=a%20b');
    expect(
      renderPath('/c', { document, context: { nextUrl: 'https://crm.example/c?key=a%20b&p=2' } }),
    ).toBe('https://crm.example/c?key=a%20b&p=2');
  });
});
