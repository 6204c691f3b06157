import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import {
  bodyText,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

const START = 1_725_980_400_000;

describe('types of values', () => {
  it.each([
    ['number', '42', 42],
    ['Number', '42', 42],
    ['number', '0042', '0042'],
    ['number', '1.50', 1.5],
    ['boolean', 'yes', true],
    ['boolean', '0', false],
    ['boolean', 'maybe', 'maybe'],
    ['string', '42', '42'],
    ['ISO8601Date', '2024-09-10 15:00', '2024-09-10T15:00:00.000Z'],
    ['ISO8601Date', 'soon', 'soon'],
    ['date', '2024-09-10T23:30:00Z', '2024-09-10'],
    ['epoch_seconds', '1725980400', 1_725_980_400],
    ['object', '{"a":[1]}', { a: [1] }],
  ])('%s writes %s', (type, text, expected) => {
    const document = { parameters: { ref_value: type } };

    expect(renderBody({ a: '$ref_value$' }, { document, values: { ref_value: text } })).toEqual({
      a: expected,
    });
  });

  it.each([
    ['number', START],
    ['string', String(START)],
    ['ISO8601Date', '2024-09-10T15:00:00.000Z'],
    ['epoch_seconds', 1_725_980_400],
    ['epoch_milliseconds', START],
    ['date', '2024-09-10'],
    [{ type: 'date', timezone: 'Pacific/Kiritimati' }, '2024-09-11'],
    [{ type: 'ISO8601Date', format: 'yyyy-MM-dd HH:mm:ss.SSS' }, '2024-09-10 15:00:00.000'],
    [{ type: 'string', format: 'HH:mm', timezone: '$timezone$' }, '16:00'],
  ])('call_timestamp declared %j goes out so', (type, expected) => {
    const options = {
      document: { parameters: { call_timestamp: type } },
      values: { call_timestamp: START },
    };

    expect(renderBody({ a: '$call_timestamp$' }, options)).toEqual({ a: expected });
  });

  it('rounds epoch_seconds down', () => {
    const options = {
      document: { parameters: { call_timestamp: 'epoch_seconds' } },
      values: { call_timestamp: START + 999 },
    };

    expect(renderBody({ a: '$call_timestamp$' }, options)).toEqual({ a: START / 1000 });
  });

  it('writes 19 digits of a number without loss', () => {
    const result = renderDocument(
      {
        parameters: { contact_id: 'number' },
        API: {
          CreateActivity: {
            request_method: 'POST',
            request_path: '/c',
            request_parameters: { a: '$contact_id$' },
          },
        },
      },
      { values: { contact_id: '1234567890123456789' } },
    );

    expect(bodyText(requestOf(result))).toBe('{"a":1234567890123456789}');
  });

  it('notes a value that does not fit its type, once', () => {
    const result = renderDocument(
      {
        parameters: { contact_id: 'number' },
        API: {
          CreateActivity: {
            request_method: 'POST',
            request_path: '/c/$contact_id$',
            request_parameters: { a: '$contact_id$', b: '$contact_id$' },
          },
        },
      },
      { values: { contact_id: '0035g' } },
    );

    expect(result).toMatchObject({ notes: [{ code: 'value_not_of_type' }] });
  });

  it('cuts at max_length by code points', () => {
    const document = { parameters: { subject: { type: 'string', max_length: 2 } } };

    expect(renderBody({ a: '$subject$' }, { document, values: { subject: 'a📞b' } })).toEqual({
      a: 'a📞',
    });
  });

  it.each([
    ['a text with placeholders', { type: 'string', default: 'Caller $phone$' }, 'Caller 101'],
    ['a number', { type: 'number', default: 7 }, 7],
    ['itself, which is nothing', { type: 'string', default: '$lastname$' }, undefined],
  ])('takes for a missing value %s', (_, type, expected) => {
    const document = { parameters: { lastname: type, phone: 'string' } };

    expect(renderBody({ a: '$lastname$' }, { document, values: { phone: '101' } })).toEqual(
      expected === undefined ? {} : { a: expected },
    );
  });

  it('reads a default of a date and writes it as declared', () => {
    const document = { parameters: { since: { type: 'epoch_seconds', default: '1970-01-02' } } };

    expect(renderBody({ a: '$since$' }, { document })).toEqual({ a: 86_400 });
  });

  it('keeps the type of number and boolean properties', () => {
    const document = {
      properties: [{ label: 'Board', type: 'number' }, { label: 'On', type: 'boolean' }, 'Plain'],
    };
    const properties = { Board: '1234567890123456789', On: 'true', Plain: '7' };

    expect(
      renderBody({ a: '$On$', b: '$Plain$', c: 'x$Board$' }, { document, properties }),
    ).toEqual({
      a: true,
      b: '7',
      c: 'x1234567890123456789',
    });
  });
});

describe('what stands for what', () => {
  it.each([
    ['a national number', { calling_number: '020 7183 8750' }, '$calling_number$', '+442071838750'],
    ['an old name', { calling_number: '101' }, '$caller_number$', '101'],
    ['digits of what does not parse', { called_number: '*97' }, '$called_number_digits$', '97'],
    ['a form of what does not parse', { called_number: '*97' }, '$called_number_e164$', undefined],
    ['an extension', { user_number: '0101' }, '$user_number$', '0101'],
    [
      'the page of a recording',
      { content_url: 'https://p.example/r' },
      '$call_url$',
      'https://p.example/r',
    ],
    ['the name from its parts', { firstname: 'Ada', lastname: 'L' }, '$contact_name$', 'Ada L'],
    ['the last name', { contact_name: 'Ada King Lovelace' }, '$lastname$', 'Lovelace'],
    ['the zone of the connection', {}, '$timezone$', 'Europe/London'],
    ['the country of the connection', {}, '$country$', 'GB'],
  ])('%s', (_, values, template, expected) => {
    expect(renderBody({ a: template }, { values })).toEqual(
      expected === undefined ? {} : { a: expected },
    );
  });

  it('phone is the number of the other side in FindContact only', () => {
    const values = { party_number: '+442071838750', phone: '101' };

    expect(renderPath('/c?p=$phone$', { method: 'FindContact', values })).toBe(
      'https://crm.example/c?p=%2B442071838750',
    );
    expect(renderPath('/c?p=$phone$', { values })).toBe('https://crm.example/c?p=101');
  });

  it('the file gives its name, type and size where the call has none', () => {
    const context = { file: { size: 5, type: 'audio/mpeg', name: 'r.mp3' } };

    expect(
      renderBody({ n: '$filename$', t: '$file_type$', s: '$file_size$' }, { context }),
    ).toEqual({ n: 'r.mp3', t: 'audio/mpeg', s: 5 });
  });
});

describe('URLs', () => {
  it.each([
    ['one slash between them', 'https://crm.example/v1/', '/c', 'https://crm.example/v1/c'],
    ['letters of a host become lower-case', 'https://CRM.Example', '/C', 'https://crm.example/C'],
    ['the own port is left out', 'https://crm.example:443', '/c', 'https://crm.example/c'],
    ['another port stays', 'https://crm.example:8443', '/c', 'https://crm.example:8443/c'],
    [
      'queries are joined by their parts',
      'https://crm.example/v1?k=1',
      '/c?a=2',
      'https://crm.example/v1/c?k=1&a=2',
    ],
    ['no path at all', 'https://crm.example/rpc', '', 'https://crm.example/rpc'],
    ['a bare host', 'https://crm.example', '', 'https://crm.example/'],
    ['a number sign is no fragment', 'https://crm.example', '/a#b', 'https://crm.example/a%23b'],
    [
      'a percent sign alone is encoded',
      'https://crm.example',
      '/a%b%20',
      'https://crm.example/a%b%20'.replace('%b%', '%25b%'),
    ],
    [
      'letters outside ASCII are encoded',
      'https://crm.example',
      '/é',
      'https://crm.example/%C3%A9',
    ],
  ])('%s', (_, resource_url, path, expected) => {
    expect(renderPath(path, { document: { resource_url } })).toBe(expected);
  });

  it.each([
    ['its path and query', 'https://a.example/base?t=1', 'https://a.example/base/c?t=1'],
    ['its port', 'http://a.example:8080/', 'http://a.example:8080/c'],
    ['an address of IP version 6', 'https://[::1]:8443', 'https://[::1]:8443/c'],
  ])('a placeholder that begins a URL brings %s', (_, value, expected) => {
    const document = { properties: ['URL'], resource_url: '$URL$' };

    expect(renderPath('/c', { document, properties: { URL: value } })).toBe(expected);
  });

  it.each([
    'ftp://a.example',
    'a.example',
    '//a.example',
    'https://user@a.example',
    'https://evil.example\\@a.example',
    'https://a.example:0',
    'https://a.example:99999',
    'https://a b',
    'https://',
    'javascript:alert(1)',
    ' https://a.example',
  ])('a placeholder that begins a URL is never %j', (value) => {
    const document = { properties: ['URL'], resource_url: '$URL$' };

    expect(renderPath('/c', { document, properties: { URL: value } })).toMatchObject({
      status: 'unsafe_value',
      name: 'URL',
    });
  });

  it.each([
    ['https://$P$.crm.example', 'a.b', false],
    ['https://$P$.crm.example', 'A-1', true],
    ['https://$P$', 'a.b.example', true],
    ['https://$P$', 'a.example/x', false],
    ['https://$P$:8443/api', 'a.example', true],
    ['https://crm.example:$P$/api', '8443', true],
    ['https://crm.example:$P$/api', '8443/x', false],
    ['https://$P$', '@evil.example', false],
  ])('in %s the value %s is taken: %s', (resource_url, value, taken) => {
    const result = renderPath('/c', {
      document: { properties: ['P'], resource_url },
      properties: { P: value },
    });

    expect(typeof result === 'string').toBe(taken);
  });

  it.each([
    ['an encoded dot beside a dot', '/c/%2e$contact_id$', '.'],
    ['two dots', '/c/$contact_id$', '..'],
    ['a dot', '/c/$contact_id$', '.'],
  ])('a path never has a segment of %s', (_, path, contact_id) => {
    expect(renderPath(path, { values: { contact_id } })).toMatchObject({ status: 'unsafe_value' });
  });

  it.each([
    ["/c('$subject$')", 'odata'],
    ['/c(%27$subject$%27)', undefined],
    ["/c?q=x '$subject$'", undefined],
  ])('a quote between quotes is refused in %s, escape %s', (path, escape) => {
    const document = escape === undefined ? {} : { escape };

    expect(renderPath(path, { document, values: { subject: "O'Brien" } })).toMatchObject({
      status: 'unsafe_value',
      name: 'subject',
    });
  });
});

describe('origins', () => {
  const hosted = {
    properties: ['URL'],
    resource_url: '$URL$',
    hosts: ['crm.example', '*.eu.crm.example'],
  };

  it.each([
    ['https://crm.example', true],
    ['https://a.eu.crm.example', true],
    ['https://a.b.eu.crm.example', true],
    ['https://eu.crm.example', false],
    ['https://evil.example', false],
    ['https://xcrm.example', false],
  ])('hosts lets %s through: %s', (URL, through) => {
    const result = renderPath('/c', { document: hosted, properties: { URL } });

    expect(typeof result === 'string').toBe(through);
  });

  it('a pinned origin excludes all others, another port too', () => {
    const options = { properties: { URL: 'https://crm.example' } };
    const pinned = (origin: string) =>
      renderPath('/c', { document: hosted, ...options, context: { origins: [origin] } });

    expect(pinned('https://crm.example')).toBe('https://crm.example/c');
    expect(pinned('https://crm.example:8443')).toMatchObject({ status: 'unsafe_value' });
  });

  it('a value of the call cannot choose the origin', () => {
    const document = {
      parameters: { upload_url: 'string' },
      resource_url: '$upload_url$',
      hosts: ['up.example'],
    };
    const values = { upload_url: 'https://evil.example' };

    expect(renderPath('/c', { document, values })).toMatchObject({ status: 'unsafe_value' });
  });

  it('a next link replaces path and query and is held to the origins', () => {
    const next = (nextUrl: string) => renderPath('/c?a=1', { context: { nextUrl } });

    expect(next('https://crm.example/d?cursor=x%2By')).toBe('https://crm.example/d?cursor=x%2By');
    expect(next('https://evil.example/d')).toMatchObject({ status: 'unsafe_value' });
  });
});

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

  it('of a method override those of the document without case', () => {
    const { headers } = requestOf(
      send({ request_headers: { 'X-A': '1', 'X-B': '1' } }, { request_headers: { 'x-a': '2' } }),
    );

    expect(headers).toEqual([
      ['x-a', '2'],
      ['X-B', '1'],
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

describe('bodies', () => {
  const body = (verb: string, method: JsonObject, context = {}) =>
    requestOf(
      renderDocument(
        { API: { UploadFile: { request_method: verb, request_path: '/c', ...method } } },
        { method: 'UploadFile', values: { activity_id: '7' }, context },
      ),
    );
  const file = { file: { size: 5, type: 'audio/mpeg', name: 'a"b.mp3' } };

  it.each(['GET', 'DELETE', 'POST'])('%s without parameters has none', (verb) => {
    expect(body(verb, {}).body).toBeUndefined();
  });

  it('a DELETE with parameters has one', () => {
    expect(bodyText(body('DELETE', { request_parameters: { a: 1 } }))).toBe('{"a":1}');
  });

  it('a file in JSON is a chunk between quotes', () => {
    const { body: rendered } = body(
      'POST',
      { request_parameters: { d: '$file$', e: 'x,$file$!' } },
      file,
    );

    expect(rendered?.chunks).toEqual([
      '{"d":"',
      { file: 'base64' },
      '","e":"x,',
      { file: 'base64' },
      '!"}',
    ]);
  });

  it('a missing file goes with its key', () => {
    expect(bodyText(body('POST', { request_parameters: { d: '$file$', a: 1 } }))).toBe('{"a":1}');
  });

  it('a file alone in multipart is bytes with a name that cannot leave its quotes', () => {
    const method = {
      request_content_type: 'Multipart/Form-Data',
      request_parameters: { 'f[]': '$file$', id: '$activity_id$' },
    };

    const { body: rendered } = body('POST', method, file);

    expect(rendered?.contentType).toBe('multipart/form-data; boundary=boundary0123456789');
    expect(rendered?.chunks).toEqual([
      '--boundary0123456789\r\nContent-Disposition: form-data; name="f[]"; filename="a%22b.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n',
      { file: 'bytes' },
      '\r\n--boundary0123456789\r\nContent-Disposition: form-data; name="id"\r\n\r\n7\r\n--boundary0123456789--\r\n',
    ]);
  });

  it.each([
    [
      'a form',
      'POST',
      {
        request_content_type: 'application/x-www-form-urlencoded',
        request_parameters: { d: '$file$' },
      },
    ],
    ['a query', 'GET', { request_parameters: { d: '$file$' } }],
    ['a path', 'GET', { request_path: '/c/$file$' }],
  ])('a file in %s is refused', (_, verb, method) => {
    const result = renderDocument(
      { API: { UploadFile: { request_path: '/c', ...method, request_method: verb } } },
      { method: 'UploadFile', context: file },
    );

    expect(result).toMatchObject({ status: 'unsafe_value', name: 'file' });
  });

  it.each([
    [
      'literals as written',
      { n: null, e: [], o: {}, t: true, d: 1.5 },
      '{"n":null,"e":[],"o":{},"t":true,"d":1.5}',
    ],
    [
      'keys that look special',
      { '@odata.bind': 1, 'party.': 2, '>D': 3 },
      '{"@odata.bind":1,"party.":2,">D":3}',
    ],
  ])('have %s', (_, parameters, expected) => {
    expect(bodyText(body('POST', { request_parameters: parameters }))).toBe(expected);
  });

  it('flatten nested form values', () => {
    const method = {
      request_content_type: 'application/x-www-form-urlencoded; charset=utf-8',
      request_parameters: { a: { b: { c: null } }, l: ['1', 2], o: [{ x: [{ y: 1 }] }], e: {} },
    };

    const request = body('PUT', method);

    expect(bodyText(request)).toBe('a%5Bb%5D%5Bc%5D=&l=1&l=2&o%5B0%5D%5Bx%5D%5B0%5D%5By%5D=1');
    expect(request.body?.contentType).toBe('application/x-www-form-urlencoded; charset=utf-8');
  });
});
