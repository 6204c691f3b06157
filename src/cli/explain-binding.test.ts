import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../document/json-value.ts';
import { collectNames } from '../document/names/names.ts';
import { explainBinding } from './explain-binding.ts';

const OPTIONS = {
  method: 'FindContact',
  names: collectNames({}),
  notation: 'dollar',
  paging: false,
} as const;

const MAP: Json = {
  success: true,
  data: { items: [{ Id: '$contact_id$', Phone: '$phone$' }] },
};

describe('why nothing was bound', () => {
  test.each<[string, Json | undefined, readonly string[]]>([
    ['no body', undefined, ['The answer has no body that could be read.']],
    [
      'another root',
      'hello',
      ['At the root stands the text "hello", where an object with "success", "data" is expected.'],
    ],
    [
      'missing members with their likes',
      { success: true, data: { items: [{ id: 1, phone_number: '1' }] } },
      [
        '/data/items/0 has no member "Id" for $contact_id$; most like it: "id".',
        '/data/items/0 has no member "Phone" for $phone$; most like it: "phone_number".',
      ],
    ],
    [
      'nothing like it',
      { success: true, result: [] },
      ['The answer has no member "data"; there are: "success", "result".'],
    ],
    [
      'a literal that differs',
      { success: false, data: { items: [{ Id: 1, Phone: '1' }] } },
      ['At /success stands false, where the document demands "true".'],
    ],
    [
      'an object in the place of a text',
      { success: true, data: { items: [{ Id: { value: 1 }, Phone: '1' }] } },
      [
        'At /data/items/0/Id stands an object, where a text or number for $contact_id$ is expected.',
      ],
    ],
    [
      'a text in the place of a list',
      { success: true, data: { items: 'none' } },
      ['At /data/items stands the text "none", where a list is expected.'],
    ],
    ['an empty list', { success: true, data: { items: [] } }, []],
  ])('%s', (_name, answer, reasons) => {
    expect(explainBinding(MAP, answer, OPTIONS).reasons).toEqual(reasons);
  });

  test('an empty list is told as such', () => {
    const answer = { success: true, data: { items: [] } };

    expect(explainBinding(MAP, answer, OPTIONS).emptyList).toBe(true);
  });

  test.each<[string, Json, Json, readonly string[]]>([
    [
      'a name that no record has',
      { id: '$contact_id$', nam: '$contact_name$' },
      { id: 7, name: 'Ann' },
      ['The answer has no member "nam" for $contact_name$; most like it: "name".'],
    ],
    [
      'an object around names that no record has',
      { id: '$contact_id$', compny: { name: '$company_name$' } },
      { id: 7, company: { name: 'Acme' } },
      ['The answer has no member "compny"; most like it: "company".'],
    ],
    ['a name with a value elsewhere', { id: '$contact_id$', key: '$contact_id$' }, { id: 7 }, []],
    [
      'a name without a value',
      { id: '$contact_id$', name: '$contact_name$' },
      { id: 7, name: null },
      [],
    ],
    ['a literal', { id: '$contact_id$', kind: 'person' }, { id: 7 }, []],
  ])('where a record was bound, %s', (_name, map, answer, reasons) => {
    const records = [{ contact_id: '7' }];

    expect(explainBinding(map, answer, { ...OPTIONS, records }).reasons).toEqual(reasons);
  });

  test('any answer is explained in bounded words, and none throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const answer: Json = JSON.parse(JSON.stringify(value));
        const { reasons } = explainBinding(MAP, answer, OPTIONS);
        expect(reasons.length).toBeLessThanOrEqual(20);
        for (const reason of reasons) expect(reason.length).toBeLessThan(2_000);
      }),
    );
  });
});
