import { describe, expect, it } from 'vitest';
import { jsonObject } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import { collectNames } from '../names/names.ts';
import type { Values } from '../values/values.ts';
import { compileBinding } from './compile-binding.ts';
import type { BindResult } from './compile-binding.ts';

const DOCUMENT = {
  properties: ['Board', 'Service'],
  parameters: { lead_ref: 'string', vip: 'boolean', raw: 'object', call_key: 'string' },
  variables: { title: 'x' },
};

function read(
  method: MethodName,
  map: Json | undefined,
  answer: Json | undefined,
  values: Values = {},
): BindResult {
  const names = collectNames(DOCUMENT);
  const binding = compileBinding(map, { method, names, notation: 'dollar', paging: false });
  return binding.read(answer, { values, properties: { Board: 'b1', Service: 'https://crm' } });
}

function records(result: BindResult): unknown {
  return result.status === 'bound'
    ? result.records.map((record) => ({ ...record }))
    : result.status;
}

interface Case {
  readonly name: string;
  readonly method: MethodName;
  readonly map: Json | undefined;
  readonly answer: Json | undefined;
  readonly expect: unknown;
  readonly values?: Values;
}

function check(cases: readonly Case[]): void {
  it.each(cases)('$name', ({ method, map, answer, values, expect: expected }) => {
    expect(records(read(method, map, answer, values))).toEqual(expected);
  });
}

describe('what makes a record', () => {
  check([
    {
      name: 'the list whose elements hold the own id',
      method: 'Users',
      map: { records: [{ Id: '$user_id$', Name: '$user_name$' }] },
      answer: { records: [{ Id: '1', Name: 'Ada' }, { Id: 2 }] },
      expect: [{ user_id: '1', user_name: 'Ada' }, { user_id: '2' }],
    },
    {
      name: 'without such a list the answer is one record',
      method: 'CreateContact',
      map: { data: { id: '$contact_id$' } },
      answer: { data: { id: 42 } },
      expect: [{ contact_id: '42' }],
    },
    {
      name: 'the innermost list with the id; outer values belong to each (Close leads)',
      method: 'Contacts',
      map: {
        data: [
          {
            contacts: [{ id: '$contact_id$', phones: [{ phone: '$phone$' }] }],
            id: '$lead_ref$',
            display_name: '$company_name$',
          },
        ],
      },
      answer: {
        data: [
          {
            id: 'L1',
            display_name: 'Acme',
            contacts: [{ id: 1, phones: [{ phone: '1' }] }, { id: 2 }],
          },
          { id: 'L2', display_name: 'Beta', contacts: [{ id: 3 }] },
          { id: 'L3', display_name: 'Empty', contacts: [] },
        ],
      },
      expect: [
        { contact_id: '1', phone: ['1'], lead_ref: 'L1', company_name: 'Acme' },
        { contact_id: '2', lead_ref: 'L1', company_name: 'Acme' },
        { contact_id: '3', lead_ref: 'L2', company_name: 'Beta' },
      ],
    },
    {
      name: 'two lists with the id both make records',
      method: 'SearchContacts',
      map: { people: [{ id: '$contact_id$' }], leads: [{ id: '$contact_id$' }] },
      answer: { leads: [{ id: 3 }], people: [{ id: 1 }, { id: 2 }] },
      expect: [{ contact_id: '1' }, { contact_id: '2' }, { contact_id: '3' }],
    },
    {
      name: 'a list of bare ids (Tryton)',
      method: 'CreateActivity',
      map: { error: null, result: ['$activity_id$'] },
      answer: { result: [7] },
      expect: [{ activity_id: '7' }],
    },
    {
      name: 'an element without the id is left out',
      method: 'Contacts',
      map: [{ id: '$contact_id$', n: '$contact_name$' }],
      answer: [{ n: 'Nobody' }, { id: '1' }, null, 'text', 7],
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'a map without the id binds what it has',
      method: 'FindContact',
      map: { name: '$contact_name$' },
      answer: { name: 'Ada' },
      expect: [{ contact_name: 'Ada' }],
    },
    {
      name: 'an id beside a list collects from the list',
      method: 'FindContact',
      map: { id: '$contact_id$', mails: ['$email$'] },
      answer: { id: 1, mails: ['a', null, '', 'b'] },
      expect: [{ contact_id: '1', email: ['a', 'b'] }],
    },
  ]);
});

describe('literals', () => {
  check([
    {
      name: 'Pipedrive: success false is a refusal, not "not found"',
      method: 'FindContact',
      map: { success: true, data: [{ id: '$contact_id$' }] },
      answer: { success: false, data: [] },
      expect: 'refused',
    },
    {
      name: 'Odoo: an error member is a refusal',
      method: 'CreateActivity',
      map: { error: null, result: '$activity_id$' },
      answer: { error: { code: 200 }, result: null },
      expect: 'refused',
    },
    {
      name: 'monday: errors of GraphQL are a refusal',
      method: 'SearchContacts',
      map: { errors: null, data: { items: [{ id: '$contact_id$' }] } },
      answer: { errors: [{ message: 'no' }], data: null },
      expect: 'refused',
    },
    {
      name: 'in an object that is missing they are missing too',
      method: 'CreateActivity',
      map: { meta: { ok: true }, id: '$activity_id$' },
      answer: { id: 1 },
      expect: 'refused',
    },
    {
      name: 'equal as text: numbers, booleans, 19 digits',
      method: 'CreateActivity',
      map: {
        a: '1',
        b: 2,
        c: 'true',
        d: false,
        e: JSON.rawJSON('1234567890123456789'),
        id: '$activity_id$',
      },
      answer: { a: 1, b: '2', c: true, d: 'false', e: '1234567890123456789', id: 'x' },
      expect: [{ activity_id: 'x' }],
    },
    {
      name: 'an empty text is not a missing one',
      method: 'CreateActivity',
      map: { a: '', id: '$activity_id$' },
      answer: { a: null, id: 'x' },
      expect: 'refused',
    },
    {
      name: 'inside a list they pick elements',
      method: 'SearchContacts',
      map: { data: [{ type: 'person', info: { id: '$contact_id$' } }] },
      answer: {
        data: [
          { type: 'company', info: { id: '1' } },
          { type: 'person', info: { id: '2' } },
        ],
      },
      expect: [{ contact_id: '2' }],
    },
    {
      name: 'deep inside an element they leave all of it out',
      method: 'Contacts',
      map: [{ id: '$contact_id$', a: { b: { c: 'x' } } }],
      answer: [
        { id: 1, a: { b: { c: 'y' } } },
        { id: 2, a: { b: { c: 'x' } } },
      ],
      expect: [{ contact_id: '2' }],
    },
    {
      name: 'of an outer element they leave its records out',
      method: 'Contacts',
      map: [{ people: [{ id: '$contact_id$' }], type: 'ok' }],
      answer: [
        { type: 'bad', people: [{ id: 1 }] },
        { type: 'ok', people: [{ id: 2 }] },
      ],
      expect: [{ contact_id: '2' }],
    },
    {
      name: 'Zoho: a write none of whose elements matched is a refusal',
      method: 'CreateContact',
      map: { data: [{ code: 'SUCCESS', details: { id: '$contact_id$' } }] },
      answer: { data: [{ code: 'INVALID_DATA', details: {} }] },
      expect: 'refused',
    },
    {
      name: 'an update that maps no id is refused by them as well',
      method: 'UpdateActivity',
      map: { data: [{ code: 'SUCCESS' }] },
      answer: { data: [{ code: 'INVALID_DATA' }] },
      expect: 'refused',
    },
    {
      name: 'an update that binds something else too',
      method: 'UpdateActivity',
      map: { data: [{ code: 'SUCCESS', ref: '$lead_ref$' }] },
      answer: { data: [{ code: 'INVALID_DATA' }] },
      expect: 'refused',
    },
    {
      name: '… and one that matched is enough',
      method: 'UpdateActivity',
      map: { data: [{ code: 'SUCCESS', ref: '$lead_ref$' }] },
      answer: { data: [{ code: 'INVALID_DATA' }, { code: 'SUCCESS', ref: 'r' }] },
      expect: [{ lead_ref: 'r' }],
    },
    {
      name: 'a look-up none of whose elements matched found nobody',
      method: 'SearchContacts',
      map: { data: [{ type: 'person', id: '$contact_id$' }] },
      answer: { data: [{ type: 'company', id: '1' }] },
      expect: [],
    },
    {
      name: 'a label that no phone has refuses nothing',
      method: 'CreateContact',
      map: { id: '$contact_id$', phones: [{ label: 'mobile', value: '$mobile$' }] },
      answer: { id: 1, phones: [{ label: 'work', value: '2' }] },
      expect: [{ contact_id: '1' }],
    },
    {
      name: 'a list with one literal needs one equal element',
      method: 'CreateActivity',
      map: { tags: ['new'], id: '$activity_id$' },
      answer: { tags: ['old', 'new'], id: '7' },
      expect: [{ activity_id: '7' }],
    },
    {
      name: '… and refuses without one, without any, or without a list',
      method: 'CreateActivity',
      map: { tags: ['new'], id: '$activity_id$' },
      answer: { id: '7' },
      expect: 'refused',
    },
  ]);

  it('the difference is told in words, the first that refused', () => {
    const map = { data: [{ type: 'person', id: '$contact_id$' }], meta: { success: true } };
    const answer = { data: [{ type: 'company' }], meta: { success: false } };

    const result = read('SearchContacts', map, answer);

    expect(result).toEqual({
      status: 'refused',
      message: '"meta.success" is "false" in the answer; the document expects "true".',
    });
  });
});

describe('known names are compared', () => {
  check([
    {
      name: 'monday: a property',
      method: 'SearchContacts',
      map: { items: [{ board: '$Board$', id: '$contact_id$' }] },
      answer: {
        items: [
          { board: 'b2', id: '1' },
          { board: 'b1', id: '2' },
        ],
      },
      expect: [{ contact_id: '2' }],
    },
    {
      name: 'Zendesk: a parameter that is no target',
      method: 'FindActivity',
      map: { results: [{ external_id: 'call-$call_key$', id: '$activity_id$' }] },
      answer: {
        results: [
          { external_id: 'call-k10', id: '1' },
          { external_id: 'call-k1', id: '2' },
        ],
      },
      values: { call_key: 'k1' },
      expect: [{ activity_id: '2' }],
    },
    {
      name: 'an old name of one',
      method: 'FindActivity',
      map: [{ key: '$call_id$', id: '$activity_id$' }],
      answer: [
        { key: 'k2', id: '1' },
        { key: 'k1', id: '2' },
      ],
      values: { call_key: 'k1' },
      expect: [{ activity_id: '2' }],
    },
    {
      name: 'a contact in the answer to a call',
      method: 'CreateActivity',
      map: { who: '$contact_id$', id: '$activity_id$' },
      answer: { who: 5, id: '1' },
      values: { contact_id: '6' },
      expect: 'refused',
    },
    {
      name: 'one without a value equals nothing',
      method: 'FindActivity',
      map: [{ key: '$call_key$', id: '$activity_id$' }],
      answer: [{ id: '1' }, { key: '', id: '2' }],
      expect: [],
    },
  ]);
});

describe('several elements', () => {
  check([
    {
      name: 'Pipedrive: those with a literal first, the rest goes to the one without',
      method: 'Contacts',
      map: [
        {
          id: '$contact_id$',
          phones: [{ value: '$phone$' }, { label: 'mobile', value: '$mobile$' }],
        },
      ],
      answer: [
        {
          id: '1',
          phones: [
            { label: 'work', value: '1' },
            { label: 'mobile', value: '2' },
            { label: 'home', value: '3' },
          ],
        },
      ],
      expect: [{ contact_id: '1', phone: ['1', '3'], mobile: ['2'] }],
    },
    {
      name: 'Odoo: without a literal they are positions',
      method: 'Contacts',
      map: { result: [{ id: '$contact_id$', parent_id: ['$company_id$', '$company_name$'] }] },
      answer: {
        result: [
          { id: 1, parent_id: [7, 'Acme'] },
          { id: 2, parent_id: false },
        ],
      },
      expect: [{ contact_id: '1', company_id: '7', company_name: 'Acme' }, { contact_id: '2' }],
    },
    {
      name: 'patterns may make the records',
      method: 'Contacts',
      map: {
        data: [
          { type: 'person', id: '$contact_id$', name: '$contact_name$' },
          { type: 'lead', lead_id: '$contact_id$' },
        ],
      },
      answer: {
        data: [
          { type: 'lead', lead_id: 1 },
          { type: 'deal', id: 2 },
          { type: 'person', id: 3, name: 'Ada' },
        ],
      },
      expect: [{ contact_id: '1' }, { contact_id: '3', contact_name: 'Ada' }],
    },
  ]);
});

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
