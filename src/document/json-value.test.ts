import { describe, expect, it } from 'vitest';
import { isJsonObject, jsonMember, numberFromText } from './json-value.ts';

describe('numberFromText', () => {
  it.each([
    ['42', '42'],
    ['1234567890123456789', '1234567890123456789'],
    ['-0', '-0'],
    ['1.10', '1.10'],
    ['1e400', '1e400'],
    ['0.5', '0.5'],
  ])('writes %s with the same digits', (text, written) => {
    expect(JSON.stringify(numberFromText(text))).toBe(written);
  });

  it.each(['', '0042', '+1', '1.', '.5', '1 ', '0x1', 'NaN', 'Infinity', '1_0'])(
    'takes %j for no number',
    (text) => {
      expect(numberFromText(text)).toBeUndefined();
    },
  );
});

describe('jsonMember', () => {
  it('reads own members only', () => {
    expect(jsonMember({ a: 1 }, 'a')).toBe(1);
    expect(jsonMember({}, 'constructor')).toBeUndefined();
    expect(jsonMember([1], '0')).toBeUndefined();
  });
});

describe('isJsonObject', () => {
  it.each([
    ['an object', {}, true],
    ['an array', [], false],
    ['null', null, false],
    ['a number kept as digits', JSON.rawJSON('1'), false],
  ])('judges %s', (_, value, expected) => {
    expect(isJsonObject(value)).toBe(expected);
  });
});
