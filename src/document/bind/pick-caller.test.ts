import { expect, it } from 'vitest';
import type { PhoneNumbers } from '../values/values.ts';
import { pickCaller } from './pick-caller.ts';

/** Compares the last nine digits, as a small stand-in for the real thing. */
const PHONES: PhoneNumbers = {
  parse: () => undefined,
  same: (a, b) => a.replaceAll(/\D/g, '').slice(-9) === b.replaceAll(/\D/g, '').slice(-9),
};
const NUMBER = '+442071838750';

it.each([
  ['who has another number is not the caller', [{ contact_id: '1', phone: ['+447911123456'] }], []],
  [
    'any number counts, mobile too',
    [{ contact_id: '1', phone: ['+441111111111'], mobile: ['020 7183 8750'] }],
    ['1'],
  ],
  [
    'several callers are kept',
    [
      { contact_id: '1', phone: [NUMBER] },
      { contact_id: '2', phone: [NUMBER] },
      { contact_id: '3', phone: ['1'] },
    ],
    ['1', '2'],
  ],
  ['one record without a number is taken', [{ contact_id: '1' }], ['1']],
  ['two without are not', [{ contact_id: '1' }, { contact_id: '2' }], []],
  [
    'one without beside the caller is not',
    [{ contact_id: '1' }, { contact_id: '2', phone: [NUMBER] }],
    ['2'],
  ],
])('%s', (_name, records, kept) => {
  const result = pickCaller(records, NUMBER, 'GB', PHONES, true);

  expect(result.map((record) => record['contact_id'])).toEqual(kept);
});

it('without a number in the map nothing is compared', () => {
  const records = [{ contact_id: '1' }, { contact_id: '2' }];

  expect(pickCaller(records, NUMBER, 'GB', PHONES, false)).toEqual(records);
});
