import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { body, codes, create } from '../testing/request-codes.ts';

describe('words that mean something in one place alone', () => {
  const search = (tel: string, others: JsonObject = {}): JsonObject => ({
    ...others,
    API: {
      FindContact: {
        request_method: 'GET',
        request_path: '/c',
        request_parameters: { tel },
        response_map: [{ id: '$contact_id$', tel: '$phone$' }],
      },
    },
  });
  const update = (request: JsonObject): JsonObject => ({
    API: {
      UpdateContact: { request_method: 'PATCH', request_path: '/c/$contact_id$', ...request },
    },
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['cleared of UpdateContact', update({ cleared: 'text' }), []],
    ['cleared in another form', update({ cleared: 'empty' }), ['invalid_option']],
    ['cleared that is no text', update({ cleared: null }), ['wrong_type']],
    ['cleared of another method', create({ cleared: 'null' }), ['key_without_effect']],
    ['phone_formats', search('$phone$', { phone_formats: ['e164', 'last9'] }), []],
    ['a form that is none', search('$phone$', { phone_formats: ['E164'] }), ['invalid_option']],
    [
      'a form that is no number',
      search('$phone$', { phone_formats: ['country'] }),
      ['invalid_option'],
    ],
    ['forms that are no list', search('$phone$', { phone_formats: 'e164' }), ['wrong_type']],
    [
      'a form twice',
      search('$phone$', { phone_formats: ['e164', 'e164'] }),
      ['key_without_effect'],
    ],
    [
      'forms of a number that has one',
      search('$phone_digits$', { phone_formats: ['e164'] }),
      ['key_without_effect'],
    ],
    [
      'forms of a number in a variable',
      search('$v$', { phone_formats: ['e164'], variables: { v: '*$phone$*' } }),
      [],
    ],
    ['forms without FindContact', create({}, { phone_formats: ['e164'] }), ['key_without_effect']],
    [
      'a piece of an answer',
      body({ a: '$kept_whole$' }, { parameters: { kept_whole: 'object' } }),
      [],
    ],
    [
      'a value of ours as a piece of an answer',
      body({ a: '$subject$' }, { parameters: { subject: 'object' } }),
      ['invalid_option'],
    ],
    [
      'the same as an object',
      body({ a: '$subject$' }, { parameters: { subject: { type: 'Object' } } }),
      ['invalid_option'],
    ],
    [
      'an expression of the type object',
      body({ a: '$v$' }, { variables: { v: { expression: '1', type: 'object' } } }),
      ['invalid_option'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});
