import { describe, expect, it } from 'vitest';
import { jsonObject } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { collectNames } from '../names/names.ts';
import { compileBinding } from './compile-binding.ts';
import { check, DOCUMENT, read, records } from './testing/binding-cases.ts';

describe('shapes that differ from the map', () => {
  check([
    {
      name: 'Bitrix24: an empty list for an object is unset',
      method: 'Contacts',
      map: [{ id: '$contact_id$', company: { name: '$company_name$' } }],
      answer: [{ id: '1', company: [] }],
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'a list for an object: its first element',
      method: 'CreateContact',
      map: { data: { id: '$contact_id$' } },
      answer: { data: [{ id: '1' }, { id: '2' }] },
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'a list for a text: its first element',
      method: 'FindContact',
      map: { id: '$contact_id$' },
      answer: { id: ['1', '2'] },
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'an object or a text for a list: a list of one',
      method: 'Contacts',
      map: { contact: [{ id: '$contact_id$', tel: ['$phone$'] }] },
      answer: { contact: { id: '1', tel: '2' } },
      expect: [{ contact_id: '1', phone: ['2'] }],
    },
    {
      name: 'Odoo: false where text is expected is unset, as are true, objects and null',
      method: 'Contacts',
      map: [
        { id: '$contact_id$', a: '$phone$', b: '$job_title$', c: '$email$', d: '$contact_name$' },
      ],
      answer: [{ id: '1', a: false, b: true, c: { x: 1 }, d: null }],
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'a boolean is bound where one is expected, an object where one is declared',
      method: 'Contacts',
      map: [{ id: '$contact_id$', gone: '$deleted$', v: '$vip$', r: '$raw$' }],
      answer: [
        { id: '1', gone: true, v: false, r: { a: [1, JSON.rawJSON('1234567890123456789')] } },
      ],
      expect: [
        { contact_id: '1', deleted: 'true', vip: 'false', raw: '{"a":[1,1234567890123456789]}' },
      ],
    },
  ]);

  it('a list that was cut to its first element is noted once', () => {
    const map = [{ id: '$contact_id$', o: { n: '$contact_name$' } }];
    const answer = [1, 2, 3].map((id) => ({ id, o: [{ n: 'a' }, { n: 'b' }] }));

    const result = read('Contacts', map, answer);

    expect(result.status === 'bound' && result.notes).toEqual([
      {
        code: 'first_of_list',
        message: '"[].o" is a list of 2 in the answer; its first element was read.',
      },
    ]);
  });
});

describe('what was received', () => {
  it.each<[string, Json, Json, number]>([
    [
      'elements passed over count',
      [{ type: 'a', id: '$contact_id$' }],
      [{ type: 'b', id: 1 }, { id: 2 }],
      2,
    ],
    [
      'of lists in lists the outer one',
      [{ people: [{ id: '$contact_id$' }] }],
      [{ people: [{ id: 1 }, { id: 2 }] }, {}],
      2,
    ],
    ['without a list the record', { id: '$contact_id$' }, { id: 1 }, 1],
    ['nothing', [{ id: '$contact_id$' }], [], 0],
  ])('%s', (_name, map, answer, received) => {
    const result = read('Contacts', map, answer);

    expect(result.status === 'bound' && result.received).toBe(received);
  });

  it('of very many values for each record the first hundred are kept', () => {
    const map = { mails: ['$email$'], name: ['$company_name$'], data: [{ id: '$contact_id$' }] };
    const mails = Array.from({ length: 50_000 }, (_, index) => `m${index}`);
    const data = Array.from({ length: 20_000 }, (_, id) => ({ id }));

    const result = read('Contacts', map, { mails, name: mails, data });

    expect(result.status === 'bound' && result.records.length).toBe(20_000);
    expect(result.status === 'bound' && result.records[0]?.['email']).toHaveLength(100);
  });
});

describe('texts around a placeholder', () => {
  check([
    {
      name: 'are taken off',
      method: 'Contacts',
      map: [{ id: '$contact_id$', tel: 'tel:$phone$;x' }],
      answer: [
        { id: '1', tel: 'tel:123;x' },
        { id: '2', tel: 'sip:123;x' },
        { id: '3', tel: 'tel:;x' },
      ],
      expect: [{ contact_id: '1', phone: ['123'] }, { contact_id: '2' }, { contact_id: '3' }],
    },
    {
      name: 'properties in them are filled first',
      method: 'CreateActivity',
      map: { url: '$Service$/calls/$activity_id$' },
      answer: { url: 'https://crm/calls/7' },
      expect: [{ activity_id: '7' }],
    },
    {
      name: 'they do not overlap',
      method: 'FindContact',
      map: { id: 'ab$contact_id$ba' },
      answer: { id: 'aba' },
      expect: [],
    },
  ]);
});

describe('which value wins', () => {
  check([
    {
      name: 'phones collect in the order of the map, not of the answer',
      method: 'Contacts',
      map: [{ id: '$contact_id$', b: '$phone$', a: ['$phone$'], c: '$phone$' }],
      answer: [{ c: '4', a: ['2', '3'], b: '1', id: 0 }],
      expect: [{ contact_id: '0', phone: ['1', '2', '3', '4'] }],
    },
    {
      name: 'for other names the first that is not empty',
      method: 'Contacts',
      map: [
        { id: '$contact_id$', nick: '$contact_name$', name: '$contact_name$', x: '$contact_name$' },
      ],
      answer: [{ x: 'Third', name: 'Second', nick: '', id: '1' }],
      expect: [{ contact_id: '1', contact_name: 'Second' }],
    },
    {
      name: '… also when an outer value stands behind the list in the map',
      method: 'Contacts',
      map: { data: [{ id: '$contact_id$', company: '$company_name$' }], org: '$company_name$' },
      answer: { org: 'Outer', data: [{ id: 1, company: 'Inner' }, { id: 2 }] },
      expect: [
        { contact_id: '1', company_name: 'Inner' },
        { contact_id: '2', company_name: 'Outer' },
      ],
    },
  ]);
});

it('numbers under keys that are numbers stay in the order of the document', () => {
  const map = jsonObject([
    ['id', '$contact_id$'],
    ['20', '$phone$'],
    ['3', '$phone$'],
  ]);
  const answer = { id: '1', '3': '+442071838751', '20': '+442071838750' };

  const result = records(read('CreateContact', map, answer));

  expect(result).toEqual([{ contact_id: '1', phone: ['+442071838750', '+442071838751'] }]);
});

describe('answers without content', () => {
  const map = [{ id: '$contact_id$' }];
  check([
    {
      name: 'an empty look-up is an empty list',
      method: 'FindContact',
      map,
      answer: undefined,
      expect: [],
    },
    { name: 'an empty sync too', method: 'Contacts', map, answer: undefined, expect: [] },
    { name: 'null is one', method: 'Contacts', map, answer: null, expect: [] },
    {
      name: 'a method without a map binds nothing',
      method: 'UpdateActivity',
      map: undefined,
      answer: { id: 1 },
      expect: [],
    },
    {
      name: 'an empty write is fine when there is nothing to bind',
      method: 'UpdateActivity',
      map: {},
      answer: undefined,
      expect: [],
    },
    {
      name: 'an empty write with an id to bind was executed',
      method: 'CreateContact',
      map: { id: '$contact_id$' },
      answer: undefined,
      expect: 'executed_without_id',
    },
    {
      name: 'a write without the mapped id was executed',
      method: 'CreateActivity',
      map: { id: '$activity_id$' },
      answer: { message: 'created' },
      expect: 'executed_without_id',
    },
    {
      name: 'a write with an empty list too',
      method: 'CreateActivity',
      map: { data: [{ ok: 1, id: '$activity_id$' }] },
      answer: { data: [] },
      expect: 'executed_without_id',
    },
    {
      name: 'a write of text',
      method: 'CreateActivity',
      map: { id: '$activity_id$' },
      answer: 'OK',
      expect: 'executed_without_id',
    },
    {
      name: 'a look-up whose one record has no id found nobody',
      method: 'FindContact',
      map: { id: '$contact_id$', n: '$contact_name$' },
      answer: { n: 'x' },
      expect: [],
    },
  ]);
});

describe('what a map may say', () => {
  it('braces are the notation when the document says so', () => {
    const names = collectNames({ var_char: '{}' });
    const options = { method: 'Users', names, notation: 'braces', paging: false } as const;
    const binding = compileBinding([{ id: '{user_id}', n: '$user_name$' }], options);

    const result = binding.read([{ id: 1, n: '$user_name$' }], { values: {}, properties: {} });

    expect(records(result)).toEqual([{ user_id: '1' }]);
  });

  it('tells whether callers can be compared, and what it binds', () => {
    const names = collectNames(DOCUMENT);
    const options = { method: 'FindContact', names, notation: 'dollar', paging: false } as const;
    const map = [{ id: '$contact_id$', a: '$mobile$', b: '$mobile$' }];

    const binding = compileBinding(map, options);

    expect(binding.bindsNumber).toBe(true);
    expect(binding.binds).toEqual(['contact_id', 'mobile']);
    expect(compileBinding([{ id: '$contact_id$' }], options).bindsNumber).toBe(false);
  });

  it('moving values are bound apart, in methods with paging only', () => {
    const names = collectNames(DOCUMENT);
    const options = { method: 'Contacts', names, notation: 'dollar', paging: true } as const;
    const map = {
      data: [{ id: '$contact_id$' }],
      paging: { next: { after: '$cursor$' }, more: '$has_more$', n: '$offset$' },
      link: '$next_url$',
    };

    const result = compileBinding(map, options).read(
      { data: [{ id: 1 }], paging: { next: { after: 'c' }, more: false, n: 50 }, link: null },
      { values: {}, properties: {} },
    );

    expect(result.status === 'bound' && { ...result.moving }).toEqual({
      cursor: 'c',
      has_more: 'false',
      offset: '50',
    });
    expect(records(result)).toEqual([{ contact_id: '1' }]);
  });

  it('two placeholders in one text bind nothing, and a variable is no placeholder', () => {
    expect(
      records(
        read(
          'Contacts',
          [{ id: '$contact_id$', n: '$firstname$ $lastname$' }],
          [{ id: 1, n: 'a b' }],
        ),
      ),
    ).toEqual([{ contact_id: '1' }]);
    expect(
      records(
        read(
          'Contacts',
          [{ id: '$contact_id$', n: '$title$' }],
          [
            { id: 1, n: '$title$' },
            { id: 2, n: 'x' },
          ],
        ),
      ),
    ).toEqual([{ contact_id: '1' }]);
  });
});
