import { describe, expect, it } from 'vitest';
import { check, read } from './testing/binding-cases.ts';

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
