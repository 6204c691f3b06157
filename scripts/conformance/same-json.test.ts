import { describe, expect, it } from 'vitest';
import { sameJson } from './same-json.ts';
import { parseLossless } from './suite.ts';

describe('sameJson', () => {
  it.each([
    ['members in any order', '{"a":1,"b":[2]}', '{"b":[2],"a":1}', true],
    ['a number and its text', '1', '"1"', false],
    ['equal numbers written differently', '1', '1.0', true],
    [
      '19 digits that a double would make equal',
      '1234567890123456789',
      '1234567890123456788',
      false,
    ],
    ['19 equal digits', '1234567890123456789', '1234567890123456789', true],
    ['a missing member', '{"a":null}', '{}', false],
    ['another order of elements', '[1,2]', '[2,1]', false],
    ['an object and a list', '{}', '[]', false],
  ])('compares %s', (_, a, b, expected) => {
    expect(sameJson(parseLossless(a), parseLossless(b))).toBe(expected);
    expect(sameJson(parseLossless(b), parseLossless(a))).toBe(expected);
  });
});
