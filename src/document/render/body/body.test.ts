import { describe, expect, it } from 'vitest';
import { compileDocument } from '../../compile.ts';
import type { JsonObject } from '../../json-value.ts';
import {
  bodyText,
  contextOf,
  documentOf,
  renderDocument,
  requestOf,
} from '../../testing/render-request.ts';
import { firstRequest } from '../../method-requests.ts';

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

  it('a DELETE whose parameters are empty has none, a POST has {}', () => {
    expect(body('DELETE', { request_parameters: {} }).body).toBeUndefined();
    expect(bodyText(body('POST', { request_parameters: {} }))).toBe('{}');
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

  it('a file in a form is refused, where a value makes it one', () => {
    const method = {
      request_method: 'POST',
      request_path: '/c',
      request_content_type: '$file_type$',
      request_parameters: { d: '$file$' },
    };
    const values = { file_type: 'application/x-www-form-urlencoded' };

    const result = renderDocument(
      { API: { UploadFile: method } },
      { method: 'UploadFile', values, context: file },
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

  it.each([
    ['a query', 'GET', undefined, '10=a&2=b&x=c&1%5B3%5D=d&1%5B0%5D=e'],
    ['a form', 'POST', 'application/x-www-form-urlencoded', '10=a&2=b&x=c&1%5B3%5D=d&1%5B0%5D=e'],
  ])('keep the order of the document for keys that are numbers: %s', (_, verb, type, expected) => {
    const tree = '{"10": "a", "2": "$activity_id$", "x": "c", "1": {"3": "d", "0": "e"}}';
    const text = `{"id": "t", "name": "T", "class": "crm", "resource_url": "https://crm.example",
      "API": {"UploadFile": {"request_method": "${verb}", "request_path": "/c",
        ${type === undefined ? '' : `"request_content_type": "${type}",`}
        "request_parameters": ${tree}}}}`;
    const method = firstRequest(compileDocument(text), 'UploadFile');
    const result = method?.render(contextOf({ values: { activity_id: 'b' } }));
    const request = result?.status === 'request' ? result.request : undefined;

    const sent = request?.body === undefined ? request?.url.split('?')[1] : bodyText(request);

    expect(sent).toBe(expected);
  });

  it('AnswerCallActivity is rendered like any method', () => {
    const method = {
      request_method: 'PATCH',
      request_path: '/calls/$activity_id$',
      request_parameters: { by: '$user_id$', at: '$answer_timestamp$' },
    };
    const document = documentOf({ API: { AnswerCallActivity: method } });
    const result = firstRequest(document, 'AnswerCallActivity')?.render(
      contextOf({ values: { activity_id: '7', user_id: 'u', answer_timestamp: 1 } }),
    );

    expect(result).toMatchObject({
      status: 'request',
      request: { method: 'PATCH', url: 'https://crm.example/calls/7' },
    });
    expect(result?.status === 'request' && bodyText(result.request)).toBe('{"by":"u","at":1}');
  });
});
