import { expect, test } from 'vitest';

import type { PropertyField } from '../document/names/properties.ts';
import { checkPropertyValues, withDefaults } from './property-values.ts';

const FIELD: PropertyField = {
  label: 'Code',
  type: 'text',
  secret: false,
  required: true,
  filledBySignIn: false,
};
const allowAll = () => ({ ok: true }) as const;

test("a document's pattern that runs for ever is stopped", () => {
  const field = { ...FIELD, pattern: '(a+)+' };
  const values = new Map([['Code', `${'a'.repeat(60)}!`]]);

  const problems = checkPropertyValues([field], values, allowAll);

  expect(problems).toEqual([
    { property: 'Code', message: expect.stringContaining('does not work') },
  ]);
});

test('many patterns that run for ever are stopped together, those before them are judged', () => {
  const first = { ...FIELD, label: 'First', pattern: '[a-z]+' };
  const hostile = Array.from({ length: 1_000 }, (_, at) => ({
    ...FIELD,
    label: `p${at}`,
    pattern: '(a+)+',
  }));
  const fields = [first, ...hostile];
  const values = new Map(fields.map(({ label }) => [label, `${'a'.repeat(40)}!`]));
  values.set('First', 'fits');

  const problems = checkPropertyValues(fields, values, () => ({ ok: true }));

  expect(problems).toHaveLength(1_000);
  expect(problems.map(({ message }) => message).join()).not.toContain('First');
});

test.each([
  ['a broken pattern', { pattern: '(' }, 'x', /does not work/],
  ['a pattern that slips out of its anchors', { pattern: 'a)|(b' }, 'xb', /does not work/],
  [
    'a pattern too long to be read',
    { pattern: String.raw`\p{L}|`.repeat(40_000) },
    'x',
    /^.{0,150}$/,
  ],
  ['too long a value', {}, 'x'.repeat(65_537), /longer/],
  ['a NUL character', {}, 'a\u0000b', /NUL/],
  ['a boolean that is none', { type: 'boolean' as const }, 'maybe', /true or false/],
  ['a URL of another scheme', { type: 'url' as const }, 'javascript:alert(1)', /complete URL/],
])('%s is a problem in words', (_name, field, value, message) => {
  const problems = checkPropertyValues(
    [{ ...FIELD, ...field }],
    new Map([['Code', value]]),
    allowAll,
  );

  expect(problems).toEqual([{ property: 'Code', message: expect.stringMatching(message) }]);
});

test('what sign-in fills is not asked of people', () => {
  expect(
    checkPropertyValues([{ ...FIELD, required: false, filledBySignIn: true }], new Map(), allowAll),
  ).toEqual([]);
});

test('a default stands in; a label such as __proto__ is a label like any other', () => {
  const fields = [
    { ...FIELD, default: 'A' },
    { ...FIELD, label: '__proto__' },
  ];

  const values = withDefaults(fields, new Map([['__proto__', 'x']]));

  expect(Object.entries(values)).toEqual([
    ['__proto__', 'x'],
    ['Code', 'A'],
  ]);
});
