import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import type { Values } from '../values/values.ts';
import {
  bodyText,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

// Rulings of the language that no other test of rendering has for its subject.

const FORM = 'application/x-www-form-urlencoded';

function sent(method: JsonObject, values: Values = {}, document: JsonObject = {}) {
  const request = { request_method: 'POST', request_path: '/c', ...method };
  return requestOf(renderDocument({ ...document, API: { CreateActivity: request } }, { values }));
}

const body = (tree: Json, values: Values, document: JsonObject = {}): unknown =>
  renderBody({ v: tree }, { values, document });

describe('rulings on names', () => {
  it('a literal placeholder is written with a variable whose value is its sign', () => {
    const document = { variables: { sign: '$' } };

    expect(body('$sign$phone$sign$', { phone: '101' }, document)).toEqual({ v: '$phone$' });
  });

  it.each([
    ['braces', '{}', '$subject$ {subject}', '$subject$ s'],
    ['braces are not trimmed', '{}', '{ subject } {{subject}}', '{ subject } {s}'],
    ['signs', undefined, '{subject} $subject$', '{subject} s'],
  ])('one notation per document: %s', (_, var_char, text, expected) => {
    const document: JsonObject = var_char === undefined ? {} : { var_char };

    expect(body(text, { subject: 's' }, document)).toEqual({ v: expected });
  });

  it('names and rows of a choice are compared with exact case, values as text', () => {
    const variables = {
      v: { contact_type: { Lead: 'L', lead: 'l', 7: 'seven', default: 'other' } },
    };

    expect(
      ['Lead', 'lead', 'LEAD', '7', null].map((contact_type) =>
        body('$v$', { contact_type }, { variables }),
      ),
    ).toEqual([{ v: 'L' }, { v: 'l' }, { v: 'other' }, { v: 'seven' }, { v: 'other' }]);
  });
});

describe('rulings on missing values', () => {
  it.each<[string, Json, Json | undefined]>([
    [
      'a list loses a text with a missing reference, whatever else is in it',
      ['$subject$ $call_url$', 'x $subject$'],
      ['x s'],
    ],
    [
      'a list loses a text all of whose values are missing',
      ['Dear $contact_name$', '$subject$'],
      ['s'],
    ],
    ['a variable that ends in _url is a reference', 'see $page_url$', undefined],
    ['a property that ends in _id is a reference', 'of $Portal_id$', undefined],
    ['a file name is a reference', 'in $filename$', undefined],
    ['a local value is a reference', 'of $lead_word$', undefined],
    ['a missing text leaves its place', 'of $contact_name$.', 'of .'],
    ['lines go before references are judged', 'a\nb $call_url$\nc', 'a\nc'],
    ['a list of texts without placeholders is a tuple', ['a', 'b $contact_name$'], ['a', 'b ']],
    ['a list of objects and texts is a tuple', [{ a: '$mobile$' }, '$subject$'], [{}, 's']],
  ])('%s', (_, tree, expected) => {
    const document = {
      properties: [{ label: 'Portal_id', required: false }],
      parameters: { lead_word: 'string' },
      variables: { page_url: '$call_url$' },
    };

    expect(body(tree, { subject: 's' }, document)).toEqual(
      expected === undefined ? {} : { v: expected },
    );
  });

  it('@when decides about an object of a query and of a form too', () => {
    const tree = { f: { '@when': 'mobile', a: '1' }, g: { '@when': 'subject', b: '2' } };
    const form = { request_content_type: FORM, request_parameters: tree };

    expect(sent({ query: tree }, { subject: 's' }).url).toBe('https://crm.example/c?g%5Bb%5D=2');
    expect(bodyText(sent(form, { subject: 's' }))).toBe('g%5Bb%5D=2');
  });
});

describe('rulings on addresses', () => {
  it('a name that stands in the path and among the parameters of a GET is sent twice', () => {
    const method = {
      request_method: 'GET',
      request_path: '/c?a=1',
      request_parameters: { a: '$subject$' },
    };

    expect(sent(method, { subject: '2' }).url).toBe('https://crm.example/c?a=1&a=2');
  });

  it('query keys, brackets of nested keys and literal text of values are encoded like values', () => {
    const query = { 'a b': "x'y (z)", 'f[g]': { h: '*' } };

    expect(sent({ query }).url).toBe(
      'https://crm.example/c?a%20b=x%27y%20%28z%29&f%5Bg%5D%5Bh%5D=%2A',
    );
  });

  it('literal text of a path keeps what is encoded and encodes the rest', () => {
    expect(renderPath('/q r/%41?q=SELECT Id FROM User')).toBe(
      'https://crm.example/q%20r/%41?q=SELECT%20Id%20FROM%20User',
    );
  });

  it('of a DELETE the parameters are a body, and without any there is none', () => {
    expect(sent({ request_method: 'DELETE' }).body).toBeUndefined();
    expect(sent({ request_method: 'DELETE', request_parameters: {} }).body).toBeUndefined();
    expect(bodyText(sent({ request_method: 'DELETE', request_parameters: { a: 1 } }))).toBe(
      '{"a":1}',
    );
  });
});

describe('rulings on content types', () => {
  it.each([
    ['application/json', '{"a":[1,2]}'],
    ['APPLICATION/JSON; charset=utf-8', '{"a":[1,2]}'],
    ['application/vnd.api+json', '{"a":[1,2]}'],
    [FORM, 'a=1&a=2'],
    ['Application/X-WWW-Form-Urlencoded; charset=UTF-8', 'a=1&a=2'],
  ])('%s', (type, expected) => {
    const request = sent({ request_content_type: type, request_parameters: { a: [1, 2] } });

    expect([request.body?.contentType, bodyText(request)]).toEqual([type, expected]);
  });

  it('one that a value fills decides about the body, and without the value it is JSON', () => {
    const method = { request_content_type: '$call_cause$', request_parameters: { a: 1 } };

    expect(bodyText(sent(method, { call_cause: FORM }))).toBe('a=1');
    expect(sent(method).body).toEqual({ contentType: 'application/json', chunks: ['{"a":1}'] });
  });
});

describe('rulings on escapes', () => {
  it.each([
    ['of the document', { escape: 'soql' }, {}, "n = 'O\\'B'"],
    ['of the method, which beats it', { escape: 'soql' }, { escape: 'odata' }, "n = 'O''B'"],
    ['of a list, in its order', {}, { escape: ['like', 'sql'] }, "n = 'O''B'"],
  ])('%s', (_, document, method, expected) => {
    const tree = { q: "n = '$subject$'", lone: '$subject$', $subject$: 1 };

    expect(
      JSON.parse(
        bodyText(sent({ request_parameters: tree, ...method }, { subject: "O'B" }, document)),
      ),
    ).toEqual({ q: expected, lone: "O'B", "O'B": 1 });
  });
});
