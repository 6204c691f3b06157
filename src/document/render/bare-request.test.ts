import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import type { Rendering } from '../testing/render-request.ts';
import { renderDocument, requestOf } from '../testing/render-request.ts';

const PINNED = ['https://crm.example'];

function render(options: {
  readonly url?: string;
  readonly hosts?: readonly string[];
  readonly method?: JsonObject;
  readonly document?: JsonObject;
  readonly context?: Rendering['context'];
  readonly values?: Rendering['values'];
}) {
  const { url, hosts = ['crm.example', '*.files.example'], method, document, context } = options;
  const request = {
    request_method: 'PUT',
    request_url: '$upload_url$',
    request_parameters: '$file$',
    auth: 'none',
    ...method,
  };
  return renderDocument(
    {
      properties: [{ label: 'API key', type: 'secret' }],
      hosts,
      auth: { type: 'Bearer', token: '$API key$' },
      request_headers: { 'X-Team': 't', 'Content-Type': 'text/csv' },
      parameters: { upload_url: 'string' },
      ...document,
      API: { UploadFile: request },
    },
    {
      method: 'UploadFile',
      values: { upload_url: url, ...options.values },
      properties: { 'API key': 's3cret' },
      context: { file: { size: 1 }, origins: PINNED, ...context },
    },
  );
}

describe('a request with "auth": "none"', () => {
  it('has neither credentials nor headers of the document, and says that nothing pins it', () => {
    const url = 'https://eu.files.example/up?sig=a%2Fb';

    expect(requestOf(render({ url, method: { request_headers: { 'X-Own': 'o' } } }))).toEqual({
      method: 'PUT',
      url,
      headers: [['X-Own', 'o']],
      body: { contentType: 'application/octet-stream', chunks: [{ file: 'bytes' }] },
      unsigned: true,
      unpinned: true,
    });
  });

  it('needs no credential of the connection', () => {
    const result = render({
      url: 'https://crm.example/up',
      document: { properties: [], auth: { type: 'None' } },
    });

    expect(result.status).toBe('request');
  });

  it('at a pinned origin is pinned like any other', () => {
    const request = requestOf(render({ url: 'https://crm.example/up' }));

    expect(request).not.toHaveProperty('unpinned');
    expect(request.headers).toEqual([]);
  });

  it('takes the scheme http only where it is pinned', () => {
    const origins = ['http://crm.example'];

    expect(render({ url: 'http://crm.example/up', context: { origins } }).status).toBe('request');
    expect(render({ url: 'http://eu.files.example/up' })).toMatchObject({
      status: 'unsafe_value',
      message: expect.stringContaining('http:'),
    });
  });

  it.each([
    ['another host', 'https://files.evil.example/x'],
    ['the host that the pattern begins with', 'https://files.example/x'],
    ['a host that only ends alike', 'https://evilfiles.example/x'],
    ['user information', 'https://eu.files.example@evil.example/x'],
    ['a backslash', 'https://evil.example\\.files.example/x'],
    ['no address', 'javascript:alert(1)'],
    ['a path', '//eu.files.example/x'],
  ])('is refused for %s', (_, url) => {
    expect(render({ url })).toMatchObject({ status: 'unsafe_value' });
  });

  it('is refused in clear words, without the path or the query of the address', () => {
    const result = render({ url: 'https://evil.example/secret?sig=1' });

    expect(result).toEqual({
      status: 'unsafe_value',
      name: 'evil.example',
      message:
        'an answer gave an address at evil.example, which "hosts" of the document does not name',
    });
  });

  it('is not sent where the answer gave no address', () => {
    expect(render({})).toEqual({ status: 'missing_value', name: 'upload_url' });
  });

  it('brings no secret to an address that an answer gave', () => {
    const method = { request_headers: { 'X-Key': '$API key$' } };

    expect(render({ url: 'https://eu.files.example/up', method })).toMatchObject({
      status: 'unsafe_value',
      name: 'request_url',
    });
    expect(render({ url: 'https://crm.example/up', method }).status).toBe('request');
  });

  it('adds its own query to the one of the address', () => {
    const method = { query: { part: '1' } };

    expect(requestOf(render({ url: 'https://eu.files.example/up?sig=a', method })).url).toBe(
      'https://eu.files.example/up?sig=a&part=1',
    );
  });

  it('keeps the segments that the template adds', () => {
    const method = { request_url: '$upload_url$/parts/$activity_id$' };
    const url = 'https://eu.files.example/up/';

    expect(requestOf(render({ url, method, values: { activity_id: 'a/b' } })).url).toBe(
      'https://eu.files.example/up/parts/a%2Fb',
    );
  });
});
