import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { misfitWords } from './misfit-words.ts';

function wordsFor(schema: z.ZodType, value: unknown): readonly string[] {
  const parsed = schema.safeParse(value, { error: misfitWords });
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.message);
}

const COLOURS = z.enum(['red', 'green']);

describe('the words for a value that does not fit', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['a member that is missing', z.string(), undefined, 'is missing'],
    ['a choice that is missing', COLOURS, undefined, 'is missing: one of `red`, `green`'],
    ['a number for text', z.string(), 5, 'must be text, not a number'],
    ['null for text', z.string(), null, 'must be text, not null'],
    ['a list for an object', z.object({}), [], 'must be an object, not a list'],
    ['text for a list', z.array(z.string()), 'a', 'must be a list, not text'],
    ['text for a switch', z.boolean(), 'yes', 'must be true or false, not text'],
    ['text for a number in a query', z.coerce.number(), 'ten', 'must be a number'],
    ['a fraction', z.number().int(), 1.5, 'must be a whole number'],
    ['a body where none belongs', z.undefined(), {}, 'must be left out'],
    ['another choice', COLOURS, 'blue', 'must be one of `red`, `green`'],
    ['another constant', z.literal('x'), 'y', 'must be `x`'],
    ['no text', z.string().min(1), '', 'must not be empty'],
    ['text too short', z.string().min(8), 'a', 'must have at least 8 characters'],
    ['text too long', z.string().max(1), 'ab', 'must have at most 1 character'],
    ['text of another length', z.string().length(2), 'a', 'must have exactly 2 characters'],
    ['an empty list', z.array(z.string()).min(1), [], 'must not be empty'],
    ['a list too long', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
    ['a number too small', z.number().min(1), 0, 'must be at least 1'],
    ['a number that must be more', z.number().positive(), 0, 'must be more than 0'],
    ['a number too big', z.number().max(200), 201, 'must be at most 200'],
    ['a number that must be less', z.number().lt(5), 5, 'must be less than 5'],
    ['no multiple', z.number().multipleOf(5), 3, 'must be a multiple of 5'],
    [
      'one unknown member',
      z.strictObject({}),
      { colour: 1 },
      'has a member that is unknown: `colour`',
    ],
    [
      'several unknown members',
      z.strictObject({}),
      { a: 1, b: 2 },
      'has members that are unknown: `a`, `b`',
    ],
    [
      'a name that does not fit',
      z.record(z.string().max(2), z.string()),
      { long: 'a' },
      'has a member whose name must have at most 2 characters',
    ],
    ['no e-mail address', z.email(), 'a', 'must be an e-mail address'],
    ['no date', z.iso.date(), 'a', 'must be a date, for example 2026-03-02'],
    ['another beginning', z.string().startsWith('crm-'), 'a', 'must begin with `crm-`'],
    ['another end', z.string().endsWith('.json'), 'a', 'must end with `.json`'],
    ['text without', z.string().includes('@'), 'a', 'must contain `@`'],
    [
      'a pattern without words',
      z.string().regex(/^a$/u),
      'b',
      'does not have the form that the reference shows',
    ],
    ['a pattern with words of its own', z.string().regex(/^a$/u, 'must be a'), 'b', 'must be a'],
    [
      'none of several forms',
      z.union([COLOURS, z.number()]),
      'blue',
      'must be one of `red`, `green`, or must be a number, not text',
    ],
    [
      'none of several forms that differ inside',
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
      {},
      'does not have the form that the reference shows',
    ],
    ['a check without words', z.string().refine(() => false), 'a', 'does not fit'],
  ])('%s', (_name, schema, value, expected) => {
    expect(wordsFor(schema, value)).toEqual([expected]);
  });

  it('name at most five unknown members, and the beginning of a long name', () => {
    const names = ['x'.repeat(5_000), 'b', 'c', 'd', 'e', 'f', 'g'];
    const body = Object.fromEntries(names.map((name) => [name, 1]));

    expect(wordsFor(z.strictObject({}), body)).toEqual([
      `has members that are unknown: \`${'x'.repeat(60)}…\`, \`b\`, \`c\`, \`d\`, \`e\`, 2 more`,
    ]);
  });

  it('never quote the value, whatever it is', () => {
    const schema = z.strictObject({
      text: z.string().max(3),
      choice: COLOURS,
      number: z.number().max(3),
      form: z.email(),
      forms: z.union([COLOURS, z.array(z.string().max(3))]),
    });
    const secret = 'hunter2-hunter2';
    const any = fc.oneof(fc.constant(secret), fc.constant([secret]), fc.constant({ a: secret }));
    fc.assert(
      fc.property(
        fc.record({ text: any, choice: any, number: any, form: any, forms: any }),
        (value) => {
          expect(wordsFor(schema, value).join()).not.toContain(secret);
        },
      ),
    );
  });
});
