import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { body, codes } from '../testing/request-codes.ts';

describe('variables of lines and of JSON text', () => {
  const used = (definition: Json, others: JsonObject = {}): JsonObject =>
    body({ a: '$v$' }, { variables: { v: definition, ...others } });

  it.each<[string, JsonObject, readonly string[]]>([
    ['lines', used(['a', '$subject$']), []],
    ['lines that are no texts', used(['a', 1]), ['wrong_type']],
    ['lines within lines', used(['a', ['b']]), ['wrong_type']],
    ['a misspelt name in a line', used(['$subjct$']), ['misspelt_name']],
    ['a circle through lines', used(['$w$'], { w: '$v$' }), ['variable_cycle']],
    ['JSON text', used({ json: { a: ['$subject$'] } }), []],
    ['JSON text of a scalar', used({ json: 1 }), ['wrong_type']],
    ['JSON text with another key', used({ json: {}, other: 1 }), ['unknown_field']],
    ['a misspelt name in JSON text', used({ json: { a: '$subjct$' } }), ['misspelt_name']],
    ['a circle through JSON text', used({ json: { a: '$w$' } }, { w: '$v$' }), ['variable_cycle']],
    ['a key of JSON text that has the name of the variable', used({ json: { v: { a: 1 } } }), []],
    ['a condition in JSON text', used({ json: { a: { '@when': 'subject', b: 1 } } }), []],
    [
      'a condition that is wrong',
      used({ json: { a: { '@when': 'nothing_known', b: 1 } } }),
      ['unknown_variable'],
    ],
    [
      'a circle through a condition',
      used({ json: { '@when': 'w', b: 1 } }, { w: '$v$' }),
      ['variable_cycle'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});
