import fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectNames } from '../names/names.ts';
import type { PhoneNumbers } from '../values/values.ts';
import { compileExpression } from './compile-expression.ts';
import { MAX_RESULT_BYTES } from './running-error.ts';

const NAMES = collectNames({ properties: ['P'], variables: { v: 'x', w: 'y' } });
const PHONES: PhoneNumbers = { parse: () => undefined, same: () => false };
const PIECES = [
  'v',
  'w',
  'subject',
  'call_duration',
  "properties['P']",
  'properties',
  'null',
  'true',
  '1',
  '2.5',
  '0x1f',
  '9999999999999999999999',
  "'a'",
  '"b"',
  "r'\\'",
  "b'x'",
  "'''t'''",
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '==',
  '!=',
  '!',
  '&&',
  '||',
  '?',
  ':',
  ',',
  '.',
  ' ',
  '\n',
  '//',
  'in',
  'matches(',
  'replace(',
  'join(',
  'has(',
  'upper(',
  'constructor',
  '__proto__',
  'dyn(',
  '.all(',
  '.matches(',
  'x',
  '\u2028',
  '\ud800',
  '\\',
] as const;

const source = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant('x'.repeat(100_000)),
);

it('no source and no value makes it throw, and every result is within its bounds', () => {
  fc.assert(
    fc.property(source, value, value, (text, v, w) => {
      const compiled = compileExpression(text, NAMES);
      if (!compiled.ok) {
        expect(compiled.problems.length).toBeGreaterThan(0);
        for (const { offset, length } of compiled.problems) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
        }
        return;
      }
      const lookup = (name: string) => (name === 'v' ? v : w);
      const environment = { properties: {}, phones: PHONES, country: 'GB' };
      const result = compiled.expression.evaluate(lookup, environment);
      if (typeof result === 'number') expect(Number.isFinite(result)).toBe(true);
      // A name by itself is passed through as it is.
      if (typeof result === 'string' && result !== v && result !== w) {
        expect(new TextEncoder().encode(result).length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
      }
    }),
    { seed: 7, numRuns: 3000 },
  );
});

const term: fc.Arbitrary<string> = fc
  .letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('v', 'w', "'ab'", '3', 'call_duration', 'subject', 'null'),
      fc
        .tuple(tie('node'), fc.constantFrom('+', '*', '<', '==', '&&'), tie('node'))
        .map(([left, operator, right]) => `(${String(left)} ${operator} ${String(right)})`),
      tie('node').map((inner) => `replace(dyn(${String(inner)}), 'a', dyn(v))`),
      tie('node').map((inner) => `join('-', ${String(inner)}, ${String(inner)}, w)`),
      tie('node').map((inner) => `dyn(v == w) ? dyn(${String(inner)}) : dyn(${String(inner)})`),
      tie('node').map((inner) => `escape_html(dyn(${String(inner)}))`),
    ),
  }))
  .node.map(String);

it('expressions that are well formed stay within their bounds too', () => {
  fc.assert(
    fc.property(term, value, value, (text, v, w) => {
      const compiled = compileExpression(text, NAMES);
      if (!compiled.ok) return;
      const lookup = (name: string) => (name === 'v' ? v : w);
      const environment = { properties: {}, phones: PHONES, country: 'GB' };
      const result = compiled.expression.evaluate(lookup, environment);
      if (typeof result === 'string' && result !== v && result !== w) {
        expect(new TextEncoder().encode(result).length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
      }
    }),
    { seed: 8, numRuns: 1000 },
  );
});

it.each([
  ['comments behind a name', `v ${'/'.repeat(16_000)}`],
  ['lines of comments behind a name', `v ${'//\n'.repeat(5000)}`],
  ['quotes that never close', `"""${'a\'b "'.repeat(3000)}`],
  ['backslashes', `"${'\\'.repeat(16_000)}`],
  ['signs', `${'-'.repeat(2000)}1`],
  ['open brackets', '('.repeat(2000)],
  ['open calls', 'upper('.repeat(600)],
  ['macros in macros', `${'[1].map(x,'.repeat(200)}x${')'.repeat(200)}`],
  ['questions', 'v ? '.repeat(900)],
  ['digits', '9'.repeat(16_000)],
  ['hexadecimal digits', `0x${'f'.repeat(16_000)}`],
])('%s are refused in the same way', (_name, text) => {
  const compiled = compileExpression(text, NAMES);

  // What is read at all is read in one pass; a slow reader would run into the limit of the test.
  expect(compiled.ok ? compiled.expression.uses : compiled.problems.length).toBeTruthy();
});
