import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import { contextOf, documentOf } from '../document/testing/render-request.ts';
import { requestNames, unfilledNames } from './unfilled-names.ts';

const document = documentOf({ properties: ['Field'], parameters: { lead_ref: 'string' } });

describe('the names that a request asks for', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['in the path', { request_path: '/c/$contact_id$' }, ['contact_id']],
    [
      'in values',
      { request_parameters: { a: ['$subject$', 'x $lead_ref$'] } },
      ['subject', 'lead_ref'],
    ],
    [
      'in keys',
      { request_parameters: { p_$contact_type$: '$contact_id$' } },
      ['contact_type', 'contact_id'],
    ],
    ['in the query', { query: { $subject$: '$phone$' } }, ['subject', 'phone']],
    ['in a body that is a text', { request_parameters: 'a $subject$' }, ['subject']],
    ['are none of the answer', { response_map: { id: '$contact_id$' } }, []],
    [
      'are none of the page of what is found',
      { contact_url: 'https://c.example/$contact_id$' },
      [],
    ],
    ['are none of the form', { request_parameters: { a: '$Field$' } }, []],
  ])('%s', (_, method, expected) => {
    expect(requestNames(document, method)).toEqual(expected);
  });

  it('are told where they have no value', () => {
    const context = contextOf({ values: { subject: 's' } });

    expect(unfilledNames(document, ['subject', 'phone', 'file'], context)).toEqual(['phone']);
  });
});
