import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { memberOf, toJson } from './json-node.ts';
import { parseJsonText } from './parse-json-text.ts';

function read(text: string): unknown {
  const { root } = parseJsonText(text);
  return root === undefined ? 'unreadable' : JSON.parse(JSON.stringify(toJson(root)));
}

const codesOf = (text: string): readonly string[] =>
  parseJsonText(text).findings.map(({ code }) => code);

describe('faultless JSON', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        // Keys that are refused, and deep nesting, have tests of their own.
        fc.pre(!/__proto__|constructor|prototype/.test(text));
        expect(codesOf(text)).toEqual([]);
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test.each(['1234567890123456789', '0.1000000000000000055511', '1e400', '1.0', '-0'])(
    'keeps each digit of %s',
    (number) => {
      const { root } = parseJsonText(`{"id":${number}}`);
      expect(root && JSON.stringify(toJson(root))).toBe(`{"id":${number}}`);
    },
  );

  test('knows the place of each value, key and character', () => {
    const text = '{\n  "a\\u0062": [1, "x\\n$y$"]\n}';
    const parsed = parseJsonText(text);
    const member = memberOf(parsed.root, 'ab');
    const element = member?.value.kind === 'array' ? member.value.elements[1] : undefined;

    expect(member && parsed.positionAt(member.key.offset)).toEqual({ line: 2, column: 3 });
    expect(element && parsed.positionAt(element.offset)).toEqual({ line: 2, column: 18 });
    expect(
      element?.kind === 'string' && text.slice(parsed.offsetWithin(element, 2)).startsWith('$y$'),
    ).toBe(true);
  });
});

describe('pasted text', () => {
  test.each([
    ['curly quotes on both sides', '{“a“: “b”}', { a: 'b' }, ['curly_quotes', 'curly_quotes']],
    ['German quotes', '{„a“: "b"}', { a: 'b' }, ['curly_quotes']],
    ['a straight quote closed by a curly one', '{"a”: "b"}', { a: 'b' }, ['curly_quotes']],
    [
      'straight quotes inside curly ones',
      '{"a": “say "hi" now”}',
      { a: 'say "hi" now' },
      ['curly_quotes'],
    ],
    ['single quotes', "{'a': 'it''s'}", { a: "it''s" }, ['single_quotes', 'single_quotes']],
    ['no quotes at all', '{a: $b$}', { a: '$b$' }, ['missing_quotes', 'missing_quotes']],
    ['no opening quote', '{a“: “b“}', { a: 'b' }, ['missing_quotes', 'curly_quotes']],
    ['no closing quote', '{"a": "b,\n"c": 1}', { a: 'b', c: 1 }, ['missing_quotes']],
    ['a comma at the end of an object', '{"a": 1,}', { a: 1 }, ['trailing_comma']],
    ['a comma at the end of a list', '[1, 2, ]', [1, 2], ['trailing_comma']],
    ['two commas', '[1,, 2]', [1, 2], ['trailing_comma']],
    ['no comma', '{"a": 1\n"b": 2}', { a: 1, b: 2 }, ['missing_comma']],
    ['no colon', '{"a" 1}', { a: 1 }, ['json_syntax']],
    [
      'comments',
      '{ // one\n"a": /* two */ 1 # three\n}',
      { a: 1 },
      ['comment', 'comment', 'comment'],
    ],
    ['a blank that is none', '{"a":\u00a01}', { a: 1 }, ['invisible_character']],
    ['a byte order mark', '\ufeff{"a": 1}', { a: 1 }, ['byte_order_mark']],
    [
      'words of Python',
      '{"a": True, "b": None}',
      { a: true, b: null },
      ['missing_quotes', 'missing_quotes'],
    ],
    ['a number with a leading zero', '{"a": 0042}', { a: '0042' }, ['missing_quotes']],
    ['a bracket never closed', '{"a": [1, 2', { a: [1, 2] }, ['json_syntax', 'json_syntax']],
    ['a tab inside a text', '{"a": "b\tc"}', { a: 'b\tc' }, ['json_syntax']],
    ['a key twice', '{"a": 1, "a": 2}', { a: 2 }, ['duplicate_key']],
  ])('with %s is reported and read as meant', (_name, text, value, codes) => {
    expect(codesOf(text)).toEqual(codes);
    expect(read(text)).toEqual(value);
  });

  test.each([
    ['nothing', ''],
    ['blanks only', ' \n '],
    ['a wrong closing bracket', '{"a": [1}'],
    ['something behind the end', '{} {}'],
    ['a key without value', '{"a"}'],
    ['a colon too many', '{"a":: 1}'],
    ['an object as a key', '{{}: 1}'],
    ['an end in the middle', '{"a":'],
  ])('with %s is reported and not read', (_name, text) => {
    expect(codesOf(text)).toContain('json_syntax');
    expect(read(text)).toBe('unreadable');
  });
});

describe('limits', () => {
  test('a text of more than 256 KiB is not read, counted in bytes', () => {
    expect(codesOf(`"${'é'.repeat(132_000)}"`)).toEqual(['document_too_large']);
    expect(codesOf(`"${'e'.repeat(132_000)}"`)).toEqual([]);
  });

  test('nesting of 32 levels is read, of 33 not', () => {
    expect(codesOf('['.repeat(32) + ']'.repeat(32))).toEqual([]);
    expect(codesOf('['.repeat(33) + ']'.repeat(33))).toEqual(['too_deep']);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused', (key) => {
    expect(codesOf(`{"a": {"${key}": {"b": 1}}}`)).toEqual(['refused_key']);
  });

  test('a key __proto__ reaches no prototype', () => {
    const { root } = parseJsonText('{"__proto__": {"polluted": true}}');
    const value: unknown = root && toJson(root);

    expect(Object.hasOwn(Object(value), '__proto__')).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
