import { describe, expect, test } from 'vitest';
import type { Json } from '../json-value.ts';
import { METHOD_NAMES, methodRow } from '../methods.ts';
import type { MethodName } from '../methods.ts';
import { collectNames } from '../names/names.ts';
import { compileBinding } from './compile-binding.ts';

/** Binds one record of an answer. */
function bind(method: MethodName, map: Json, answer: Json): unknown {
  const names = collectNames({});
  const binding = compileBinding(map, { method, names, notation: 'dollar', paging: false });
  const result = binding.read(answer, { values: {}, properties: {} });
  return result.status === 'bound' ? result.records.map((record) => ({ ...record })) : result;
}

const USER = ['user_id', 'user_name', 'firstname', 'lastname', 'email', 'phone'];
const CONTACT = [
  'contact_id',
  'contact_name',
  'firstname',
  'lastname',
  'phone',
  'mobile',
  'email',
  'company_name',
  'company_id',
  'job_title',
];
const CALL: readonly string[] = ['activity_id'];

/** What an answer to each method may bind, beside values of the document's own. */
const BINDS: Readonly<Record<MethodName, readonly string[]>> = {
  Users: USER,
  Account: ['account_id', 'account_name'],
  Contacts: [...CONTACT, 'since', 'deleted'],
  Organizations: ['company_id', 'company_name', 'phone', 'email'],
  FindContact: CONTACT,
  SearchContacts: CONTACT,
  CreateContact: ['contact_id'],
  UpdateContact: ['contact_id'],
  DeleteContact: ['contact_id'],
  CreateActivity: CALL,
  AnswerCallActivity: CALL,
  UpdateActivity: CALL,
  AssignActivity: CALL,
  StopCallActivity: CALL,
  UploadFile: CALL,
  FindActivity: CALL,
};

describe('a method binds', () => {
  const cases = METHOD_NAMES.flatMap((method) =>
    BINDS[method].map((name): [MethodName, string] => [method, name]),
  );

  test.each(cases)('%s: %s', (method, name) => {
    const { idField } = methodRow(method);
    const map = { [idField]: `$${idField}$`, value: `$${name}$` };
    const answer = { [idField]: '1', value: name === 'deleted' ? true : '1' };

    const [record] = Object(bind(method, map, answer));

    expect(record).toHaveProperty(name);
    expect([record[name]].flat()).toEqual([name === 'deleted' ? 'true' : '1']);
  });

  test('and no more: a call is compared in the answer to a contact, and the other way round', () => {
    const contact = { id: '$contact_id$', call: '$activity_id$' };
    const call = { id: '$activity_id$', who: '$contact_id$' };

    expect(bind('FindContact', [contact], [{ id: '1', call: '2' }])).toEqual([]);
    expect(bind('CreateActivity', call, { id: '1', who: '2' })).toMatchObject({
      status: 'refused',
    });
  });
});

describe('the list with the own id makes records', () => {
  test.each<[MethodName, string]>([
    ['Users', 'user_id'],
    ['Contacts', 'contact_id'],
    ['Organizations', 'company_id'],
    ['FindActivity', 'activity_id'],
    ['Account', 'account_id'],
  ])('of %s', (method, id) => {
    expect(bind(method, { all: [{ id: `$${id}$` }] }, { all: [{ id: 1 }, { id: 2 }] })).toEqual([
      { [id]: '1' },
      { [id]: '2' },
    ]);
  });

  test('a company in the list of a contact makes none', () => {
    const map = [{ id: '$contact_id$', companies: [{ id: '$company_id$' }] }];

    expect(bind('Contacts', map, [{ id: 1, companies: [{ id: 7 }, { id: 8 }] }])).toEqual([
      { contact_id: '1', company_id: '7' },
    ]);
  });
});

describe('a literal', () => {
  test.each<[string, Json, Json, boolean]>([
    ['in another case differs', 'Open', 'open', false],
    ['with a blank more differs', 'open', 'open ', false],
    ['1 equals the text of it', 1, '1', true],
    ['1 differs from the text 1.0', 1, '1.0', false],
    ['null is null', null, null, true],
    ['null is no false', null, false, false],
    ['null is no empty text', null, '', false],
    ['true is no 1', true, 1, false],
    ['differs from an object', 'a', { a: 1 }, false],
  ])('%s', (_name, literal, given, isEqual) => {
    const map = { value: literal, id: '$activity_id$' };

    const result = bind('CreateActivity', map, { value: given, id: '1' });

    expect(result).toMatchObject(isEqual ? [{ activity_id: '1' }] : { status: 'refused' });
  });
});

describe('an element that differs leaves nothing behind', () => {
  test('of what collects', () => {
    const map = { id: '$contact_id$', phones: [{ value: '$phone$', label: 'work' }] };
    const phones = [
      { value: '1', label: 'fax' },
      { value: '2', label: 'work' },
    ];

    expect(bind('CreateContact', map, { id: '7', phones })).toEqual([
      { contact_id: '7', phone: ['2'] },
    ]);
  });

  test('of what moves', () => {
    const names = collectNames({});
    const map = [{ next: '$cursor$', kind: 'page', id: '$contact_id$' }];
    const options = { method: 'Contacts', names, notation: 'dollar', paging: true } as const;
    const answer = [
      { next: 'wrong', kind: 'other', id: '1' },
      { next: 'right', kind: 'page', id: '2' },
    ];

    const result = compileBinding(map, options).read(answer, { values: {}, properties: {} });

    expect(result).toMatchObject({ moving: { cursor: 'right' } });
  });
});
