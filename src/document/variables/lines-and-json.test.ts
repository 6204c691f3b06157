import { describe, expect, it } from 'vitest';
import { compileDocument } from '../compile.ts';
import type { Json, JsonObject } from '../json-value.ts';
import type { Values } from '../values/values.ts';
import type { MethodName } from '../methods.ts';
import {
  bodyText,
  contextOf,
  documentOf,
  renderDocument,
  requestOf,
} from '../testing/render-request.ts';

function valueOf(definition: Json, values: Values = {}, document: JsonObject = {}) {
  const variables = { ...EXTRA, v: definition };
  return documentOf({ parameters: { lead_ref: 'string' }, ...document, variables }).variable(
    'v',
    contextOf({ values }),
  );
}

const EXTRA = { nothing: '$mobile$', greeting: 'Dear $contact_name$', two: ['a', '$subject$'] };

describe('lines', () => {
  it.each<[string, Json, Values, Json | undefined]>([
    ['are joined with a line feed', ['a', 'b'], {}, 'a\nb'],
    ['go when all their placeholders are missing', ['a', 'Rec: $call_url$', 'b'], {}, 'a\nb'],
    [
      'stay when one placeholder has a value',
      ['From $calling_number$ to $called_number$'],
      { calling_number: '101' },
      'From 101 to ',
    ],
    [
      'go when a reference is missing, though another has a value',
      ['a', '$subject$: $call_url$'],
      { subject: 's' },
      'a',
    ],
    ['keep an empty one that the author wrote', ['a', '', 'b'], {}, 'a\n\nb'],
    ['keep the line feeds of a value', ['$description$', 'b'], { description: 'x\ny' }, 'x\ny\nb'],
    ['may hold line feeds of their own', ['a\nRec: $call_url$\nb', 'c'], {}, 'a\nb\nc'],
    ['go whole when no line of theirs is left', ['Rec: $call_url$\n$subject$', 'c'], {}, 'c'],
    ['have no value when none is left', ['$subject$', '$description$'], {}, undefined],
    ['are text, not arithmetic', ['$call_duration$ * 1000'], { call_duration: 2 }, '2 * 1000'],
    [
      'know variables',
      ['$greeting$', '$nothing$', '$two$'],
      { contact_name: 'Ada' },
      'Dear Ada\na',
    ],
    ['write dates as declared', ['$call_timestamp$'], { call_timestamp: 0 }, '0'],
    ['are no value when there are none', [], {}, undefined],
  ])('%s', (_, definition, values, expected) => {
    expect(valueOf(definition, values)).toEqual(expected);
  });

  it('are refused in a look-up where a value could end a quoted text', () => {
    const variables = { v: ["name = '$subject$'"] };
    const method = { request_method: 'POST', request_path: '/c', request_parameters: { q: '$v$' } };
    const render = (name: MethodName) =>
      renderDocument(
        { variables, API: { [name]: method } },
        { method: name, values: { subject: "O'B" } },
      ).status;

    expect(render('FindContact')).toBe('unsafe_value');
    expect(render('CreateActivity')).toBe('request');
  });
});

describe('JSON text', () => {
  it.each<[string, Json, Values, Json | undefined]>([
    [
      'is compact, in the order of the document',
      { b: 1, a: [true, null] },
      {},
      '{"b":1,"a":[true,null]}',
    ],
    [
      'escapes values by substitution',
      ['$subject$'],
      { subject: 'say "hi" \\ $x$' },
      '["say \\"hi\\" \\\\ $x$"]',
    ],
    [
      'keeps the type of a lone placeholder',
      { d: '$call_duration$' },
      { call_duration: 27 },
      '{"d":27}',
    ],
    ['drops what has no value', { a: '$mobile$', b: { c: '$mobile$' }, d: 1 }, {}, '{"d":1}'],
    ['keeps its root', { a: '$mobile$' }, {}, '{}'],
    ['keeps its root, a list', ['$mobile$'], {}, '[]'],
    ['fills keys', { f_$subject$: '$call_key$' }, { subject: 's', call_key: 'k' }, '{"f_s":"k"}'],
    ['knows @when', { a: { '@when': 'mobile', b: 1 }, c: 1 }, {}, '{"c":1}'],
    ['holds JSON text of another as a text', { t: '$inner$' }, {}, '{"t":"{\\"a\\":1}"}'],
  ])('%s', (_, tree, values, expected) => {
    const json = { json: tree };
    const variables = { inner: { json: { a: 1 } }, v: json };
    const document = documentOf({ variables });

    expect(document.variable('v', contextOf({ values }))).toBe(expected);
  });

  it('keeps keys that are numbers in their place', () => {
    const tree = '{"b": 1, "2": {"z": 1, "1": "$subject$"}, "1": {"y": 1, "0": 2}}';
    const text = `{"id": "t", "name": "T", "class": "crm", "resource_url": "https://c.example",
      "variables": {"v": {"json": ${tree}}}, "API": {"Users": {"request_method": "GET"}}}`;

    expect(compileDocument(text).variable('v', contextOf({ values: { subject: 's' } }))).toBe(
      '{"b":1,"2":{"z":1,"1":"s"},"1":{"y":1,"0":2}}',
    );
  });

  it('stands inside another text', () => {
    const variables = { columns: { json: { phone: '$party_number$' } } };
    const method = {
      request_method: 'POST',
      request_path: '/c',
      request_parameters: { query: 'create(columns: $columns$)', alone: '$columns$' },
    };

    const result = renderDocument(
      { variables, API: { CreateActivity: method } },
      { values: { party_number: '10"1' } },
    );

    expect(JSON.parse(bodyText(requestOf(result)))).toEqual({
      query: 'create(columns: {"phone":"10\\"1"})',
      alone: '{"phone":"10\\"1"}',
    });
  });

  it('a key of it may not harm programs', () => {
    const variables = { v: { json: { $subject$: 1 } } };
    const method = { request_method: 'POST', request_path: '/c', request_parameters: { v: '$v$' } };

    expect(
      renderDocument(
        { variables, API: { CreateActivity: method } },
        { values: { subject: '__proto__' } },
      ),
    ).toMatchObject({ status: 'unsafe_value', name: 'subject' });
  });

  it('is bounded when it is repeated', () => {
    const variables = {
      v: { json: Array.from({ length: 100 }, () => '$w$') },
      w: { json: Array.from({ length: 100 }, () => '$description$') },
    };
    const method = { request_method: 'POST', request_path: '/c', request_parameters: { v: '$v$' } };

    expect(
      renderDocument(
        { variables, API: { CreateActivity: method } },
        { values: { description: 'x'.repeat(1_000) } },
      ),
    ).toMatchObject({ status: 'unsafe_value' });
  });

  it('a property of the name json makes a choice of it', () => {
    const document = documentOf({
      properties: ['json'],
      variables: { v: { json: { yes: 'a', default: 'b' } } },
    });

    expect(document.variable('v', contextOf({ properties: { json: 'yes' } }))).toBe('a');
  });
});
