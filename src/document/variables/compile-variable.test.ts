import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { contextOf, documentOf, renderDocument } from '../testing/render-request.ts';
import type { Rendering } from '../testing/render-request.ts';

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

  it.each([
    ['a number as text', 'score', { score: '5' }],
    ['a form of a number', 'party_number_country', { party_number: '020 7183 8750' }],
    ['a number in E.164', 'party_number', { party_number: '020 7183 8750' }],
    ['an old name', 'call_id', { call_key: '5' }],
    ['a truth', 'On', {}],
    ['a variable', 'other', {}],
  ])('is a choice by %s', (_, selector, values) => {
    const document = {
      parameters: { score: 'number' },
      properties: [{ label: 'On', type: 'boolean' }],
    };
    const rows = { '5': 'hit', GB: 'hit', '+442071838750': 'hit', true: 'hit', default: 'missed' };
    const all = documentOf({ ...document, variables: { v: { [selector]: rows }, other: 5 } });
    const context = contextOf({ values, properties: { On: '1' } });

    expect(all.variable('v', context)).toBe('hit');
    expect(all.variable('v', contextOf({ values: { score: '6' } }))).toBe(
      selector === 'other' ? 'hit' : 'missed',
    );
  });

  it.each([
    ['$subject$$description$', undefined],
    ['a $subject$\nb $description$\nc', 'a s\nc'],
    ['-$call_duration$ * 2', -54],
    ['$call_timestop$ - $call_timestamp$', 1000],
    ['$party_number_digits$ * 2', '442071838750 * 2'],
    ['$contact_id$ * 2', '7 * 2'],
  ])('reads %j', (definition, expected) => {
    const values = {
      ...(expected === undefined ? {} : { subject: 's' }),
      call_duration: '27',
      call_timestamp: '2024-09-10T15:00:00Z',
      call_timestop: '2024-09-10 15:00:01',
      party_number: '+442071838750',
      contact_id: '7',
    };

    expect(valueOf(definition, { values })).toBe(expected);
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
