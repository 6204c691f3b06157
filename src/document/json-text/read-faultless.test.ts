import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseJsonText } from './parse-json-text.ts';
import { toJson } from './json-node.ts';
import type { JsonNode } from './json-node.ts';
import { readFaultless } from './read-faultless.ts';

/** As the reader of faulty texts has it: a byte order mark is a fault, and shifts what follows. */
function readThroughMending(text: string): JsonNode | undefined {
  return parseJsonText(`\ufeff${text}`).root;
}

function shifted(node: JsonNode): JsonNode {
  const offset = node.offset + 1;
  if (node.kind === 'array') return { ...node, offset, elements: node.elements.map(shifted) };
  if (node.kind !== 'object') return { ...node, offset };
  const members = node.members.map(({ key, value }) => ({
    key: { ...key, offset: key.offset + 1 },
    value: shifted(value),
  }));
  return { ...node, offset, members };
}

describe('a faultless text', () => {
  test('is read as a mended one would be, every place of it', () => {
    const written = fc
      .tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom('', 1, 2, '\t', ' \n'))
      .map(([value, space]) => JSON.stringify(value, null, space));
    fc.assert(
      fc.property(written, (text) => {
        expect(shifted(readFaultless(text))).toEqual(readThroughMending(text));
        expect(toJson(readFaultless(text))).toEqual(JSON.parse(text));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test.each([
    ['blanks around everything', ' \r\n\t{ "a" : [ 1 , 2 ] , "b" : { } , "c" : [ ] }\n'],
    ['escaped quotes and backslashes', String.raw`{"a\"b":"c\\","d\\\"":"\\\\","e":"\u0022\/"}`],
    ['numbers in every form', '[0,-0,1.50,1e5,-2E-3,12345678901234567890]'],
    ['a text alone', '"x"'],
    ['a number alone', '-1.5'],
    ['nothing', 'null'],
    ['texts that hold signs of JSON', '{"{,}":"[:]","}":"],"}'],
    ['a key twice', '{"a":1,"a":2}'],
    ['keys that are numbers', '{"2":true,"1":false}'],
  ])('may have %s', (_name, text) => {
    expect(shifted(readFaultless(text))).toEqual(readThroughMending(text));
  });
});
