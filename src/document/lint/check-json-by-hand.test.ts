import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

const PARAMETERS = {
  subject: 'string',
  description: 'string',
  contact_id: 'string',
  contact_name: 'string',
  activity_type: 'string',
  party_number: 'string',
  call_duration: 'number',
  phone: 'string',
};
const HAND = '{"phone": "$party_number$"}';

function findings(changes: JsonObject) {
  return lintDocument(documentWith({ parameters: PARAMETERS, ...changes }));
}
/** Where JSON by hand is told, and what to do about it. */
function told(changes: JsonObject): readonly (readonly [string, string | undefined])[] {
  return findings(changes).flatMap(({ code, path, fix }) =>
    code === 'json_by_hand' ? [[path, fix] as const] : [],
  );
}
const create = (request: JsonObject, others: JsonObject = {}): JsonObject => ({
  ...others,
  API: { CreateActivity: { request_method: 'POST', request_path: '/c', ...request } },
});
const used = (v: Json): JsonObject =>
  create({ request_parameters: { a: '$v$' } }, { variables: { v } });

const OF_VARIABLE = 'write {"json": …} with the tree itself, without quotes around it';
const OF_BODY = 'write it as an object or a list, without quotes around it';
const OF_PART = 'make it a variable of the form {"json": …}, and write its placeholder here';

describe('JSON that is written by hand', () => {
  it.each<[string, JsonObject, string, string]>([
    ['in a variable', used(HAND), '/variables/v', OF_VARIABLE],
    ['in a text on purpose', used({ text: HAND }), '/variables/v/text', OF_VARIABLE],
    ['as a list', used('["$subject$"]'), '/variables/v', OF_VARIABLE],
    ['with a placeholder in a key', used('{"$subject$": 1}'), '/variables/v', OF_VARIABLE],
    ['around blanks', used(' {"a": [true, "Call: $subject$"]}\n'), '/variables/v', OF_VARIABLE],
    [
      'with a number',
      used('{"n": $call_duration$, "s": "$subject$"}'),
      '/variables/v',
      OF_VARIABLE,
    ],
    [
      'with quotes in a text',
      used(String.raw`{"a": "\"$subject$\""}`),
      '/variables/v',
      OF_VARIABLE,
    ],
    [
      'in a choice',
      used({ activity_type: { inbound: HAND, default: 'x' } }),
      '/variables/v/activity_type/inbound',
      OF_PART,
    ],
    ['in lines', used(['{', '"a": "$subject$"', '}']), '/variables/v/1', OF_VARIABLE],
    ['in one line', used(['Columns:', HAND]), '/variables/v/1', OF_PART],
    ['inside JSON text', used({ json: { a: HAND } }), '/variables/v/json/a', OF_PART],
    [
      'as the whole body',
      create({ request_parameters: HAND, request_content_type: 'text/plain' }),
      '/API/CreateActivity/request_parameters',
      OF_BODY,
    ],
    [
      'as the whole body without a type',
      create({ request_parameters: HAND }),
      '/API/CreateActivity/request_parameters',
      OF_BODY,
    ],
    [
      'inside a body',
      create({ request_parameters: { columns: HAND } }),
      '/API/CreateActivity/request_parameters/columns',
      OF_PART,
    ],
    [
      'in a header',
      create({ request_headers: { 'X-Call': HAND } }),
      '/API/CreateActivity/request_headers/X-Call',
      OF_PART,
    ],
    [
      'with values that are written for another language',
      create({ escape: 'sql', request_parameters: { columns: HAND } }),
      '/API/CreateActivity/request_parameters/columns',
      OF_PART,
    ],
    [
      'where a key of the body is called like `escape`',
      create({ request_parameters: { escape: 'json', columns: HAND } }),
      '/API/CreateActivity/request_parameters/columns',
      OF_PART,
    ],
  ])('%s is told, with what to write instead', (_, changes, path, fix) => {
    expect(told(changes)).toEqual([[path, fix]]);
  });

  it.each<[string, JsonObject]>([
    ['a tree', used({ json: { phone: '$party_number$' } })],
    ['JSON without placeholders', used('{"phone": "none"}')],
    ['a lone placeholder', used('$subject$')],
    ['placeholders outside of quotes alone', used('[$call_duration$, 1]')],
    ['words in brackets', used('[$activity_type$] "$subject$"')],
    ['words between braces', used('{call "$subject$"}')],
    ['a query in braces', used('{ find(name: "$subject$") { id } }')],
    ['JSON that goes on as text', used(`${HAND} and more`)],
    ['a word in quotes', used('"$subject$"')],
    ['a comment', used({ activity_type: { default: 'x' }, '//': HAND })],
    [
      'values that `escape` writes for JSON',
      create({ escape: 'json', request_parameters: { columns: HAND } }),
    ],
    [
      'values that a list writes for it',
      create({ request_parameters: { columns: HAND } }, { escape: ['like', 'json'] }),
    ],
    ['an answer', create({ request_parameters: { a: '$subject$' }, response_map: { a: HAND } })],
  ])('is not %s', (_, changes) => {
    expect(told(changes)).toEqual([]);
  });

  it('in braces counts the placeholders alone', () => {
    const braces = { var_char: '{}' };

    expect(told({ ...used('{"a": "{subject}"}'), ...braces })).toEqual([
      ['/variables/v', OF_VARIABLE],
    ]);
    expect(told({ ...used('{"a": "subject"}'), ...braces })).toEqual([]);
  });

  it('in a step counts the `escape` of the step', () => {
    const step = { request_method: 'POST', request_path: '/c', request_parameters: { c: HAND } };
    const steps = [{ ...step, escape: 'json' }, step];

    expect(told({ API: { CreateActivity: { steps } } })).toEqual([
      ['/API/CreateActivity/steps/1/request_parameters/c', OF_PART],
    ]);
  });

  it('names the placeholder, where it stands', () => {
    const [found] = findings(used(`{"d": $call_duration$, "s": "$subject$"}`)).filter(
      ({ code }) => code === 'json_by_hand',
    );

    expect(found?.message).toBe(
      '$subject$ stands in JSON that is written by hand: a value with a quote or a line break breaks it, and a missing one leaves its key behind.',
    );
  });

  it('as a body of the type JSON is told as such', () => {
    const body = create({ request_content_type: 'application/json', request_parameters: HAND });

    expect(findings(body).map(({ code }) => code)).toEqual(['json_as_text']);
  });

  it('in a search is told as what is refused there, with the same advice', () => {
    const search = {
      API: {
        SearchContacts: {
          request_method: 'GET',
          request_path: '/c',
          request_parameters: { filter: '{"name": "$contact_name$"}' },
          response_map: [{ id: '$contact_id$', name: '$contact_name$' }],
        },
      },
    };

    expect(findings(search).map(({ code, fix }) => [code, fix])).toContainEqual([
      'quoted_value',
      OF_PART,
    ]);
    expect(told(search)).toEqual([]);
  });
});
