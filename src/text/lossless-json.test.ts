import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charsetOf, decodeText } from './decode-text.ts';
import { parseLosslessJson } from './lossless-json.ts';

function again(text: string): string {
  const parsed = parseLosslessJson(text);
  return parsed.status === 'json' ? JSON.stringify(parsed.value) : parsed.status;
}

describe('JSON from a CRM', () => {
  test.each([
    ['{"id":9007199254740993123}'],
    ['[-9007199254740993]'],
    ['{"id":1234567890123456789012345678901234567890}'],
    ['[0.12345678901234567890]'],
    ['[1e400]'],
    ['[12345678901234567890e-3]'],
  ])('%s keeps its digits', (text) => {
    expect(again(text)).toBe(text);
  });

  test('ordinary numbers are numbers', () => {
    expect(parseLosslessJson('[1, 1.50, 1e3, 9007199254740991, -0.25, 1234567890123456]')).toEqual({
      status: 'json',
      value: [1, 1.5, 1000, 9007199254740991, -0.25, 1234567890123456],
    });
  });

  test('a text of many digits stays a text', () => {
    expect(parseLosslessJson('["12345678901234567890"]')).toEqual({
      status: 'json',
      value: ['12345678901234567890'],
    });
  });

  test.each(['', '{', 'undefined', '<html>', '{"a":1}x', "{'a':1}", '[1,]'])(
    '%j is not JSON',
    (text) => {
      expect(parseLosslessJson(text).status).toBe('not_json');
    },
  );

  test('depth and number of values are bounded', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

    expect(parseLosslessJson(nested(64)).status).toBe('json');
    expect(parseLosslessJson(nested(65)).status).toBe('too_deep');
    expect(parseLosslessJson(nested(200_000)).status).toBe('too_deep');
    expect(parseLosslessJson(`[${'0,'.repeat(199_999)}0]`).status).toBe('too_many_nodes');
    expect(parseLosslessJson(`[${'0,'.repeat(199_998)}0]`).status).toBe('json');
    expect(parseLosslessJson(`["${'[,'.repeat(300_000)}\\"["]`).status).toBe('json');
  });

  test('NUL is dropped and lone surrogates are replaced', () => {
    expect(parseLosslessJson(String.raw`["a\u0000b", "\ud83d\ude00", "x\ud83d"]`)).toEqual({
      status: 'json',
      value: ['ab', '😀', 'x\ufffd'],
    });
  });

  test('a key __proto__ is a member and pollutes nothing', () => {
    const parsed = parseLosslessJson('{"__proto__":{"polluted":12345678901234567890}}');

    expect(parsed.status === 'json' && Object.hasOwn(Object(parsed.value), '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('whatever JSON.stringify writes is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseLosslessJson(text);
        expect(parsed.status).toBe('json');
        const clean: unknown = JSON.parse(text, (_key, inner: unknown) =>
          typeof inner === 'string' ? inner.replaceAll('\0', '').toWellFormed() : inner,
        );
        expect(parsed.status === 'json' ? parsed.value : undefined).toEqual(clean);
      }),
    );
  });

  test('arbitrary text never throws', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '0', 'e', '1', 'u'),
        }),
        (text) => {
          const { status } = parseLosslessJson(text);
          expect(['json', 'not_json']).toContain(status);
        },
      ),
    );
  });
});

describe('the bytes of an answer', () => {
  test.each([
    ['UTF-8', Buffer.from('Zoë'), undefined, 'Zoë'],
    ['a byte order mark', Buffer.from('\ufeff{"a":1}'), undefined, '{"a":1}'],
    ['NUL', Buffer.from('a\0b'), undefined, 'ab'],
    ['Latin-1 that says so', Buffer.from('Zoë', 'latin1'), 'iso-8859-1', 'Zoë'],
    ['UTF-8 that says Latin-1', Buffer.from('Zoë'), 'iso-8859-1', 'Zoë'],
    ['Latin-1 that says UTF-8', Buffer.from('Zoë', 'latin1'), 'utf-8', 'Zo\ufffd'],
    ['an unknown charset', Buffer.from('Zoë', 'latin1'), 'klingon', 'Zo\ufffd'],
  ])('%s', (_name, bytes, charset, expected) => {
    expect(decodeText(bytes, charset)).toBe(expected);
  });

  test.each([
    ['application/json; charset="utf-8"', 'utf-8'],
    ['text/html;charset=ISO-8859-1', 'iso-8859-1'],
    ['application/json', undefined],
    [undefined, undefined],
  ])('the charset of %j is %j', (type, expected) => {
    expect(charsetOf(type)).toBe(expected);
  });
});
