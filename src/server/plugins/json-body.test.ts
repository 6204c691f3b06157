import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseJson } from './json-body.ts';

describe('a JSON body', () => {
  test('gives whole numbers as numbers or, where a double would change them, as their digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (number) => {
        const { value } = Object(parseJson(`{"value":${String(number)}}`)) as { value: unknown };

        expect(String(value)).toBe(String(number));
      }),
      { seed: 1 },
    );
  });

  test('gives everything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!text.includes('__proto__') && !/\d{16}/u.test(text));

        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 1 },
    );
  });

  test.each([
    ['a fraction', '1.5', 1.5],
    ['an exponent', '1e3', 1000],
    ['a number beyond doubles', '1e999', '1e999'],
    ['nothing', ' ', undefined],
  ])('takes %s', (_name, text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test.each([
    ['a key __proto__', '{"a":{"__proto__":1}}'],
    ['a comment', '{} // no'],
    ['two values', '1 2'],
    ['a bare word', 'yes'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
