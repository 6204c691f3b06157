import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './json-value.ts';
import { contextOf, documentOf, renderDocument } from './testing/render-request.ts';
import type { Rendering } from './testing/render-request.ts';
import { findVariableCycle } from './variables.ts';

function valueOf(definition: Json, options: Rendering & { document?: JsonObject } = {}) {
  const document = documentOf({ ...options.document, variables: { v: definition } });
  return document.variable('v', contextOf(options));
}

describe('a variable', () => {
  it.each([
    ['arithmetic', '$call_duration$ * 1000', 27_000],
    ['arithmetic with at most 15 digits', '$call_duration$ * 0.1', 2.7],
    ['a text', 'took $call_duration$ s', 'took 27 s'],
    ['one placeholder, type kept', '$call_duration$', 27],
    ['a forced text', { text: '$call_duration$ * 1000' }, '27 * 1000'],
    ['an expression', { expression: 'call_duration / 60' }, 0.45],
    ['an expression of a declared type', { expression: 'call_duration', type: 'string' }, '27'],
    ['a choice', { activity_type: { inbound: 'In', default: 'x' } }, 'In'],
    ['a choice of a choice', { activity_type: { inbound: { subject: { default: 1 } } } }, 1],
    [
      'a choice with notes of its author',
      { '//': 'why', activity_type: { inbound: 'In', '//': 'x' }, _n: 1 },
      'In',
    ],
    ['a choice that an inherited member would fit', { subject: { default: 'd' } }, 'd'],
  ])('is %s', (_, definition, expected) => {
    const values = { call_duration: 27, activity_type: 'inbound', subject: 'constructor' };

    expect(valueOf(definition, { values })).toBe(expected);
  });

  it.each([
    ['of a missing operand', '$call_duration$ * 1000'],
    ['of a division by zero', '1 / ($file_size$ - $file_size$)'],
    ['of a text without its reference', 'Contact $contact_id$'],
    ['of a choice without a fitting row', { activity_type: { inbound: 'In' } }],
    ['of an expression that divides by zero', { expression: '1 / (file_size - file_size)' }],
  ])('has no value in the case %s', (_, definition) => {
    expect(valueOf(definition, { values: { file_size: 5, activity_type: 'x' } })).toBeUndefined();
  });

  it('is its expression where a text stands beside it, as lint says', () => {
    expect(valueOf({ text: 'a', expression: "'b'" })).toBe('b');
  });

  it('is arithmetic whatever type is declared for its operands', () => {
    const document = { parameters: { call_duration: 'string' } };

    expect(valueOf('$call_duration$ * 2', { document, values: { call_duration: 27 } })).toBe(54);
  });

  it('takes another variable for text in arithmetic', () => {
    const document = documentOf({ variables: { n: '$call_duration$ * 2', v: '$n$ * 2' } });

    expect(document.variable('v', contextOf({ values: { call_duration: 1 } }))).toBe('2 * 2');
  });

  it('never reads its value again for placeholders', () => {
    expect(valueOf('re: $subject$', { values: { subject: '$contact_id$', contact_id: '1' } })).toBe(
      're: $contact_id$',
    );
  });

  it('cannot carry a quote into the quotes of a look-up', () => {
    const result = renderDocument(
      {
        variables: { q: "Name = '$contact_name$'" },
        API: {
          FindContact: {
            request_method: 'POST',
            request_path: '/q',
            request_parameters: { q: '$q$' },
          },
        },
      },
      { method: 'FindContact', values: { contact_name: "O'Brien" } },
    );

    expect(result).toMatchObject({ status: 'unsafe_value', name: 'contact_name' });
  });
});

describe('findVariableCycle', () => {
  const variable = (...uses: string[]) => ({ uses, evaluate: () => undefined });

  it.each([
    ['none', { a: variable('b'), b: variable('c', 'subject'), c: variable() }, []],
    ['itself', { a: variable('a') }, ['a']],
    [
      'a circle behind others',
      { a: variable('b'), b: variable('c'), c: variable('b') },
      ['b', 'c'],
    ],
  ])('finds %s', (_, variables, expected) => {
    expect(findVariableCycle(new Map(Object.entries(variables)))).toEqual(expected);
  });

  it('reads a net of many paths once', () => {
    const names = Array.from({ length: 200 }, (_, index) => `v${String(index)}`);
    const net = new Map(names.map((name, at) => [name, variable(...names.slice(at + 1))]));

    expect(findVariableCycle(net)).toEqual([]);
  });
});
