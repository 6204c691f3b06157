import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

const PARAMETERS = { subject: 'string', description: 'string', contact_id: 'string' };

/** The messages and places of faults of XML in the body of a method. */
function faults(body: string, request: JsonObject = {}, others: JsonObject = {}) {
  const text = documentWith({
    parameters: PARAMETERS,
    ...others,
    API: {
      CreateActivity: {
        request_method: 'POST',
        request_path: '/c',
        request_content_type: 'text/xml',
        request_parameters: body,
        ...request,
      },
    },
  });
  return lintDocument(text).flatMap(({ code, message, fix, line, column }) => {
    if (code !== 'xml_syntax') return [];
    const rest = (text.split('\n')[line - 1] ?? '').slice(column - 1);
    return [{ message, fix, rest }];
  });
}

describe('a body of XML', () => {
  it.each([
    ['with values in texts and attributes', '<a b="$subject$">$description$</a>'],
    ['that is one value', '$description$'],
    ['with names that are values', '<a $subject$="1" $description$="2"><$subject$/></a>'],
    ['without values', '<a/>'],
    ['of several lines', '<?xml version="1.0"?>\n<a>\n  <b>$subject$</b>\n</a>\n'],
    ['with a value in CDATA', '<a><![CDATA[$subject$ & co.]]></a>'],
    ['with a misspelt name', '<a>$subjct$</a>'],
    ['without anything', ''],
  ])('%s is well-formed', (_, body) => {
    expect(faults(body)).toEqual([]);
  });

  it.each([
    ['an open element', '<a><b>$subject$</a>', '</a> stands where <b> is open', '</a>'],
    ['an & alone', '<a>$subject$ & $description$</a>', 'This & stands alone', '& $desc'],
    ['text around it', '$subject$<a/>', 'Text stands outside of the root element', '$subject$<a'],
    ['a value that is no tag', '<a $subject$>$description$</a>', 'read from here on', ' $subject$'],
    ['a lack without values', '<a>', '<a> is not closed', '<a>'],
  ])('is told of %s, where it stands', (_, body, message, rest) => {
    const [found, ...others] = faults(body);

    expect(found?.message).toContain(message);
    expect(found?.rest.slice(0, rest.length)).toBe(rest);
    expect(others).toEqual([]);
  });

  it('says what to do', () => {
    expect(faults('<a>R&D: $subject$</a>')).toMatchObject([
      {
        message: 'This body is no well-formed XML: This & stands alone.',
        fix: 'write &amp;',
      },
    ]);
  });

  it.each<[string, JsonObject, number]>([
    ['text/xml', {}, 1],
    ['application/xml', { request_content_type: 'application/xml; charset=utf-8' }, 1],
    ['a suffix', { request_content_type: 'application/soap+xml;action="x"' }, 1],
    [
      'a header',
      { request_content_type: null, request_headers: { 'Content-Type': 'text/xml' } },
      1,
    ],
    ['HTML', { request_content_type: 'text/html' }, 0],
    ['plain text', { request_content_type: 'text/plain' }, 0],
    ['a type that a value decides', { request_content_type: '$subject$' }, 0],
    ['the query of a GET, told already', { request_method: 'GET' }, 0],
  ])('is what the media type says: %s', (_, request, count) => {
    expect(faults('<br>$subject$', request)).toHaveLength(count);
  });

  it('may have placeholders in braces', () => {
    const braces = { var_char: '{}' };

    expect(faults('<a>{subject}</a>', {}, braces)).toEqual([]);
    expect(faults('<a>{subject}</b>', {}, braces)).toHaveLength(1);
  });

  it('of a login is looked at too', () => {
    const text = documentWith({
      properties: ['User'],
      auth: {
        type: 'Session',
        request_path: '/l',
        request_content_type: 'text/xml',
        request_parameters: '<login><user>$User$</login>',
        response_map: { t: '$session_token$' },
        present: { name: 'X-S', value: '$session_token$' },
      },
    });

    expect(lintDocument(text).map(({ code }) => code)).toContain('xml_syntax');
  });
});
