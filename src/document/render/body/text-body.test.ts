import { describe, expect, it } from 'vitest';
import type { MethodName } from '../../methods.ts';
import type { Rendering } from '../../testing/render-request.ts';
import { bodyText, renderDocument, requestOf } from '../../testing/render-request.ts';

interface Options extends Rendering {
  readonly type?: string;
  readonly escape?: string;
  readonly method?: MethodName;
}

function render(text: string, { type, escape, ...options }: Options = {}) {
  const name = options.method ?? 'CreateActivity';
  const method = {
    request_method: 'POST',
    request_path: '/c',
    request_parameters: text,
    ...(type === undefined ? {} : { request_content_type: type }),
    ...(escape === undefined ? {} : { escape }),
  };
  const tree = { type: '$call_cause$' };
  const document = { variables: { tree: { json: tree } }, parameters: { blob: 'object' } };
  return renderDocument({ ...document, API: { [name]: method } }, options);
}

const body = (text: string, options: Options = {}): string =>
  bodyText(requestOf(render(text, options)));

const XML = 'application/xml';
const JSON_TYPE = 'application/vnd.api+json; charset=utf-8';
const FILE = { context: { file: { size: 5, type: 'audio/mpeg', name: 'r.mp3' } } };

describe('a body that is a text', () => {
  it('is that text, plain text unless the document says otherwise', () => {
    const request = requestOf(render('id: $contact_id$', { values: { contact_id: '42' } }));

    expect(request.body).toEqual({
      contentType: 'text/plain; charset=utf-8',
      chunks: ['id: 42'],
    });
    expect(requestOf(render('x', { type: 'text/markdown' })).body?.contentType).toBe(
      'text/markdown',
    );
  });

  it('goes with a DELETE too', () => {
    const method = { request_method: 'DELETE', request_path: '/c', request_parameters: 'x' };

    expect(bodyText(requestOf(renderDocument({ API: { CreateActivity: method } })))).toBe('x');
  });

  it('leaves out lines whose values are missing', () => {
    expect(body('Call\nWith $contact_name$\nEnd')).toBe('Call\nEnd');
  });

  it.each([
    ['a lone placeholder', '$description$', 'description'],
    ['a reference', 'Call $subject$ of $contact_id$', 'contact_id'],
  ])('sends nothing where %s has no value', (_, text, name) => {
    expect(render(text)).toEqual({ status: 'missing_value', name });
  });

  it('takes a media type with placeholders, and refuses a line break in it', () => {
    const values = { file_type: 'text/csv', call_cause: 'x\r\ny' };

    expect(requestOf(render('a', { type: '$file_type$', values })).body?.contentType).toBe(
      'text/csv',
    );
    expect(render('a', { type: '$call_cause$', values })).toMatchObject({
      status: 'unsafe_value',
      name: 'request_content_type',
    });
  });

  it('takes its media type from a header where that says it', () => {
    const method = {
      request_method: 'POST',
      request_path: '/c',
      request_headers: { 'Content-Type': 'text/csv' },
      request_parameters: 'a;b',
    };

    const request = requestOf(renderDocument({ API: { CreateActivity: method } }));

    expect(request.body?.contentType).toBe('text/csv');
    expect(request.headers).toEqual([]);
  });

  it('is never a form, whatever a value makes of the media type', () => {
    const type = '$file_type$';
    const values = { file_type: 'application/x-www-form-urlencoded', subject: 'a&b=c' };

    expect(render('t=$subject$', { type, values })).toMatchObject({
      status: 'unsafe_value',
      name: 'request_content_type',
    });
  });
});

describe('a body that is the file', () => {
  it('is its bytes, with the media type of the document or of the file', () => {
    expect(requestOf(render('$file$', FILE)).body).toEqual({
      contentType: 'audio/mpeg',
      chunks: [{ file: 'bytes' }],
    });
    expect(requestOf(render('$file$', { ...FILE, type: 'audio/ogg' })).body?.contentType).toBe(
      'audio/ogg',
    );
  });

  it('is not sent where there is no file', () => {
    expect(render('$file$')).toEqual({ status: 'missing_value', name: 'file' });
    expect(render('<f>$file$</f>')).toEqual({ status: 'missing_value', name: 'file' });
  });

  it('is Base64 inside a text', () => {
    const values = { subject: '<x>' };

    expect(body('<t>$subject$</t><f>$file$</f>', { ...FILE, type: XML, values })).toBe(
      '<t>&lt;x&gt;</t><f><base64></f>',
    );
  });
});

describe('values in a body that is a text', () => {
  it.each([
    ['XML', XML, '<t a="$subject$">$subject$</t>', `<t a="&lt;&amp;&quot;">&lt;&amp;&quot;</t>`],
    ['HTML', 'text/html; charset=utf-8', '<p>$subject$</p>', '<p>&lt;&amp;&quot;</p>'],
    [
      'JSON',
      JSON_TYPE,
      '{"t": "$subject$", "o": "it\'s $subject$"}',
      '{"t": "<&\\"", "o": "it\'s <&\\""}',
    ],
    ['plain text', 'text/plain', '"$subject$"', '"<&""'],
    ['a text of its own', XML, '$subject$', '<&"'],
  ])('are written for %s', (_, type, text, expected) => {
    expect(body(text, { type, values: { subject: '<&"' } })).toBe(expected);
  });

  it('are written for `escape` where the document names one', () => {
    const values = { subject: "O'Brien" };

    expect(body("n = '$subject$'", { type: 'application/sql', escape: 'sql', values })).toBe(
      "n = 'O''Brien'",
    );
  });

  it.each([
    [
      'JSON',
      'application/json',
      'sql',
      '{"q": "n = \'$subject$\'"}',
      '{"q": "n = \'O\'\'B\\"<\'"}',
    ],
    ['XML', XML, 'sql', "<q>n = '$subject$'</q>", "<q>n = 'O&#39;&#39;B&quot;&lt;'</q>"],
    [
      'JSON that is escaped by hand',
      'application/json',
      'json',
      '{"q": "$subject$"}',
      '{"q": "O\'B\\"<"}',
    ],
    ['XML that is escaped by hand', XML, 'xml', '<q>$subject$</q>', '<q>O&#39;B&quot;&lt;</q>'],
  ])('are written for `escape` and then for %s', (_, type, escape, text, expected) => {
    const values = { subject: 'O\'B"<' };

    expect(body(text, { type, escape, values })).toBe(expected);
  });

  it.each([
    ['a number', { call_duration: 27 }, '[$call_duration$]', '[27]'],
    [
      'JSON text of a variable',
      { call_cause: 'busy "x"' },
      '[$tree$]',
      '[{"type":"busy \\"x\\""}]',
    ],
    ['a piece of an answer', { blob: '{"a":[1]}' }, '$blob$', '{"a":[1]}'],
  ])('stand outside of the quotes of JSON as %s', (_, values, text, expected) => {
    expect(body(text, { type: 'application/json', values })).toBe(expected);
  });

  it.each([
    ['a text', '[$subject$]', 'a'],
    ['more than one value', '[$subject$]', '1, 2'],
    ['a text as the whole body', '$subject$', 'a'],
  ])('are refused outside of the quotes of JSON: %s', (_, text, subject) => {
    expect(render(text, { type: 'application/json', values: { subject } })).toMatchObject({
      status: 'unsafe_value',
      name: 'subject',
    });
  });

  it.each([
    ['of a language that is not known', 'CreateActivity', 'application/graphql'],
    ['of a look-up, even as plain text', 'FindContact', 'text/plain'],
    ['of a look-up in JSON', 'FindContact', 'application/json'],
    ['of a look-up in XML', 'FindContact', 'text/xml'],
  ] as const)('are refused where they could end a quoted text %s', (_, method, type) => {
    const values = { subject: 'a"b' };

    expect(render('{ find(name: "$subject$") }', { method, type, values })).toMatchObject({
      status: 'unsafe_value',
      name: 'subject',
    });
  });
});

describe('a body of parts', () => {
  it.each([
    'multipart/form-data',
    'multipart/related; boundary=frontier',
    'Multipart/Mixed; boundary=frontier',
  ])('is never a text, whose values could begin another part: %s', (call_cause) => {
    const text = '--frontier\r\n\r\nx';

    expect(render(text, { type: '$call_cause$', values: { call_cause } })).toMatchObject({
      status: 'unsafe_value',
      name: 'request_content_type',
    });
  });
});
