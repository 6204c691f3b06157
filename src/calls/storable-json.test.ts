import fc from 'fast-check';
import { expect, it } from 'vitest';

import { storableJson, withoutNul } from './storable-json.ts';

const NUL = '\u0000';

it.each<[string, unknown, unknown]>([
  ['U+0000', `a${NUL}b`, 'ab'],
  ['several', `${NUL}${NUL}x${NUL}`, 'x'],
  ['one after a backslash', `\\${NUL}`, '\\'],
  ['the text of its escape, which is none', '{"a":"\\u0000"}', '{"a":"\\u0000"}'],
  ['one in a name', { [`a${NUL}`]: [`${NUL}`] }, { a: [''] }],
])('JSON is stored without %s', (_name, value, expected) => {
  expect(JSON.parse(storableJson(value))).toEqual(expected);
  expect(withoutNul(value)).toEqual(expected);
});

it('stored JSON is JSON whatever it holds, and says the same by both ways', () => {
  const hostile = fc.string({ unit: fc.constantFrom('\\', NUL, 'u', '0', '"', 'a') });
  const value = fc.jsonValue({ stringUnit: fc.constantFrom('\\', NUL, 'u', '0') });

  fc.assert(
    fc.property(fc.oneof(hostile, value), (given) => {
      const stored = storableJson(given);

      expect(JSON.parse(stored)).toEqual(JSON.parse(JSON.stringify(withoutNul(given))));
    }),
    { seed: 7, numRuns: 500 },
  );
});

it('long numbers keep their digits', () => {
  const id = JSON.rawJSON('9007199254740993123');

  expect(JSON.stringify(withoutNul({ id }))).toBe('{"id":9007199254740993123}');
});
