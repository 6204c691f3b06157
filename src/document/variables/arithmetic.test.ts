import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileArithmetic } from './arithmetic.ts';
import { parseTemplate } from '../templates/template.ts';

const NUMERIC = new Set(['call_duration', 'call_timestamp', 'call_timestop', 'Factor']);
const VALUES: Record<string, string | number | null> = {
  call_duration: 90,
  call_timestamp: 1725980400000,
  call_timestop: 1725980427000,
  Factor: '2',
};

function run(text: string, values = VALUES): number | 'text' | 'no value' {
  const parts = parseTemplate(
    text,
    'dollar',
    (name) => NUMERIC.has(name) || name === 'user_number',
  );
  const arithmetic = compileArithmetic(parts, (name) => NUMERIC.has(name));
  if (arithmetic === undefined) return 'text';
  return arithmetic.evaluate((name) => values[name]) ?? 'no value';
}

describe('a text is arithmetic when all of it is', () => {
  it.each([
    ['$call_duration$ * 1000', 90_000],
    ['$call_duration$/60', 1.5],
    ['$call_timestop$ - $call_timestamp$', 27_000],
    ['$call_duration$ * $Factor$', 180],
    ['($call_duration$ + 30) / 60 - 1 * 2', 0],
    ['100 - $call_duration$ - 5', 5],
    ['$call_duration$ / 2 / 3', 15],
    ['$call_duration$ * -1', -90],
    ['-($call_duration$ * 1.5)', -135],
    ['  $call_duration$  *  2 ', 180],
    ['$call_duration$ * 0.03', 2.7],
    ['0 * -$call_duration$', 0],
  ])('%s', (text, result) => {
    expect(run(text)).toBe(result);
  });
});

describe('anything else is text', () => {
  it.each([
    '10/10',
    '3 * 4',
    '2024-09-10',
    '$call_duration$',
    '-$call_duration$',
    '($call_duration$)',
    '$call_duration$-1',
    '$call_duration$ -1',
    '$call_duration$- 1',
    '$call_duration$ * 2-1',
    '$call_duration$ *',
    '* $call_duration$',
    '$call_duration$ * (2',
    '$call_duration$ * 2)',
    '$call_duration$ 2',
    '$call_duration$$Factor$ * 2',
    '$call_duration$ * 2 s',
    '$call_duration$ ** 2',
    '$call_duration$ * 1e3',
    '$call_duration$ * .5',
    '$user_number$ * 2',
    '$unknown$ * 2',
    `${'('.repeat(40)}$call_duration$ * 2${')'.repeat(40)}`,
    `$call_duration$ * ${'-'.repeat(10_000)}1`,
    `$call_duration$${' * 2'.repeat(300)}`,
  ])('%s', (text) => {
    expect(run(text)).toBe('text');
  });
});

describe('a result that cannot be computed is no value', () => {
  it.each([
    ['a missing operand', '$call_duration$ * 1000', {}],
    ['an operand that is null', '$call_duration$ * 1000', { call_duration: null }],
    ['an operand that is no number', '$Factor$ * 2', { Factor: '0042' }],
    ['a division by zero', '60 / $call_duration$', { call_duration: 0 }],
    ['a division by zero further inside', '1 / (1 / $call_duration$)', { call_duration: 0 }],
    ['a number beyond all doubles', '$Factor$ * $Factor$', { Factor: '1e200' }],
  ])('%s', (_name, text, values) => {
    expect(run(text, values)).toBe('no value');
  });
});

it('agrees with sums of products computed by hand', () => {
  const product = fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 });
  const sum = fc.array(fc.tuple(fc.constantFrom('+', '-'), product), { maxLength: 6 });
  fc.assert(
    fc.property(sum, (terms) => {
      const text = terms.map(([sign, factors]) => ` ${sign} ${factors.join('*')}`).join('');
      const total = terms.reduce((sofar, [sign, factors]) => {
        const value = factors.reduce((a, b) => a * b, 1);
        return sign === '+' ? sofar + value : sofar - value;
      }, 180);

      expect(run(`$call_duration$ * 2${text}`)).toBe(Number(total.toPrecision(15)));
    }),
    { seed: 5 },
  );
});

it('never throws, whatever the text is', () => {
  const piece = fc.constantFrom(
    '$call_duration$',
    '(',
    ')',
    '+',
    '-',
    '*',
    '/',
    ' ',
    '7',
    '.',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => {
      run(pieces.join(''));
    }),
    { seed: 6 },
  );
});
