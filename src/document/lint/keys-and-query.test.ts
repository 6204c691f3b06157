import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { body, codes, create } from '../testing/request-codes.ts';

describe('a placeholder in a key', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['that may be missing is told', body({ f_$contact_type$: 1 }), ['optional_key']],
    ['at any depth', body({ a: [{ b: { $subject$: 1 } }] }), ['optional_key']],
    ['of a query', create({ query: { $subject$: '1' } }), ['optional_key']],
    ['of the path', create({ request_path: '/c?f_$subject$=1' }), ['optional_key']],
    ['of a header', create({ request_headers: { 'X-$subject$': '1' } }), ['optional_key']],
    [
      'of JSON text',
      body({ a: '$v$' }, { variables: { v: { json: { $subject$: 1 } } } }),
      ['optional_key'],
    ],
    ['that is a required property is sure', body({ $Field$: 1 }, { properties: ['Field'] }), []],
    [
      'that is a property with a default is sure',
      body({ $Field$: 1 }, { properties: [{ label: 'Field', default: 'cf' }] }),
      [],
    ],
    [
      'that is an optional property may be missing',
      body({ $Field$: 1 }, { properties: [{ label: 'Field', required: false }] }),
      ['optional_key'],
    ],
    ['that is misspelt is told', body({ $contact_idd$: 1 }), ['misspelt_name']],
    ['that is unknown is told', body({ '$quite other$': 1 }), ['unknown_name']],
    ['that lacks its sign is told', body({ f_$subject: 1 }), ['lone_marker']],
    [
      'of two spellings is one key',
      body({ $call_key$: 1, $call_id$: 2 }),
      ['optional_key', 'old_parameter_name', 'equal_keys', 'optional_key'],
    ],
    [
      'is another key in another object',
      body({ a: { $Field$: 1 }, b: { $Field$: 1 } }, { properties: ['Field'] }),
      [],
    ],
    ['that is the recording is refused', body({ $file$: 1 }), ['misplaced_file', 'optional_key']],
    [
      'that is a secret is told',
      body({ $Key$: 1 }, { properties: [{ label: 'Key', type: 'secret' }] }),
      ['secret_in_request'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes).toSorted()).toEqual(expected.toSorted());
  });
});

describe('query', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['may nest and repeat', create({ query: { a: { b: ['$subject$'] }, _limit: 5 } }), []],
    ['is an object', create({ query: ['$subject$'] }), ['wrong_type']],
    ['is no text', create({ query: 'a=1' }), ['wrong_type']],
    [
      'has a name that the path has',
      create({ request_path: '/c?a=1', query: { a: '2' } }),
      ['duplicate_query_name'],
    ],
    [
      'has a name that the parameters of a GET have',
      create({ request_method: 'GET', query: { a: '2' }, request_parameters: { a: '3' } }),
      ['duplicate_query_name'],
    ],
    ['of a POST has names of its own', body({ a: 1 }, {}), []],
    ['may be left out by a condition', create({ query: { '@when': 'subject', a: '1' } }), []],
    [
      'knows its conditions',
      create({ query: { '@when': 'nothing_known', a: '1' } }),
      ['unknown_variable'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});
