import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numericValue, plainNumber, scalarText } from './plain-number.ts';

describe('a computed number', () => {
  it.each([
    [27 * 0.1, 2.7],
    [0.1 + 0.2, 0.3],
    [1725980400000 * 1000, 1725980400000000],
    [-0, 0],
    [1 / 3, 0.333333333333333],
  ])('%d is written as %d', (value, plain) => {
    expect(plainNumber(value)).toBe(plain);
  });

  it.each([Number.NaN, Infinity, -Infinity])('%d is none', (value) => {
    expect(plainNumber(value)).toBeUndefined();
  });
});

describe('a value is numeric', () => {
  it.each([
    ['2', 2],
    ['-1.50', -1.5],
    ['1e3', 1000],
    [7, 7],
  ])('%s', (value, number) => {
    expect(numericValue(value)).toBe(number);
  });

  it.each(['0042', '', ' 1', '+1', '0x10', '1e999', 'Infinity', true, null, undefined, Number.NaN])(
    '%s is not',
    (value) => {
      expect(numericValue(value)).toBeUndefined();
    },
  );
});

describe('plain decimals', () => {
  it.each([
    [1e21, '1000000000000000000000'],
    [-1.5e22, '-15000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-1e-9, '-0.000000001'],
    [2.7, '2.7'],
  ])('%d', (value, text) => {
    expect(scalarText(value)).toBe(text);
  });

  it.each([
    ['1E5', '100000'],
    ['1.25e3', '1250'],
    ['1.25e1', '12.5'],
    ['-1234567890123456789.5e-2', '-12345678901234567.895'],
    ['12e-3', '0.012'],
    ['0.05e1', '0.5'],
    ['0e0', '0'],
    ['1234567890123456789', '1234567890123456789'],
    ['1e999999999', '1e999999999'],
  ])('of the digits %s', (digits, text) => {
    expect(scalarText(JSON.rawJSON(digits))).toBe(text);
  });

  it('say the same number without an exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = scalarText(value);
        expect(text).not.toContain('e');
        expect(Number(text)).toBe(value === 0 ? Number(text) : value);
      }),
      { seed: 11 },
    );
  });
});
