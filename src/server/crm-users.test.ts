import { describe, expect, test } from 'vitest';

import { suggestLinks } from './crm-users.ts';
import type { CrmUserRow } from './crm-users.ts';

const user = (id: string, more: Partial<CrmUserRow> = {}): CrmUserRow => ({
  id,
  name: null,
  emails: [],
  phones: [],
  ...more,
});
const extension = (number: string, email: string | null = null) => ({ number, email });

describe('a suggested link', () => {
  const cases: readonly (readonly [
    string,
    ReturnType<typeof extension>,
    readonly CrmUserRow[],
    readonly string[],
  ])[] = [
    [
      'is made for an equal e-mail address, whatever its letters',
      extension('101', 'Ada@Example.com'),
      [user('1', { emails: ['ada@example.COM'] }), user('2', { phones: ['101'] })],
      ['1 email'],
    ],
    [
      'is made for an equal number where no address is',
      extension('101', 'ada@example.com'),
      [user('1', { emails: ['grace@example.com'] }), user('2', { phones: ['101'] })],
      ['2 number'],
    ],
    [
      'is not made when two users have the address and nobody the number',
      extension('101', 'office@example.com'),
      [
        user('1', { emails: ['office@example.com'] }),
        user('2', { emails: ['office@example.com'] }),
      ],
      [],
    ],
    [
      'is not made between two missing addresses',
      extension('101'),
      [user('1'), user('2', { emails: [''] })],
      [],
    ],
    [
      'is not made for a number that only begins alike',
      extension('101'),
      [user('1', { phones: ['1012'] })],
      [],
    ],
  ];
  test.each(cases)('%s', (_name, own, users, expected) => {
    const suggestions = suggestLinks([own], users);

    expect(suggestions.map(({ user: found, reason }) => `${found.id} ${reason}`)).toEqual(expected);
  });
});
