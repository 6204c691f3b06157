import { describe, expect, it } from 'vitest';
import { completeNames, deriveNames, fullName, splitName } from './person-names.ts';

describe('names of a person follow from each other', () => {
  it.each([
    ['the parts are joined', { first: 'Ada', last: 'Lovelace' }, { full: 'Ada Lovelace' }],
    ['one part is the whole', { last: 'Lovelace' }, { full: 'Lovelace' }],
    [
      'the whole is split at its last blank',
      { full: 'Ada King Lovelace' },
      { first: 'Ada King', last: 'Lovelace' },
    ],
    ['a single word is the last name', { full: 'Ada' }, { last: 'Ada' }],
    [
      'blanks around it do not count',
      { full: '  Ada  Lovelace ' },
      { first: 'Ada', last: 'Lovelace' },
    ],
    [
      'the missing part is what is left',
      { full: 'Ada van Dyk', last: 'van Dyk' },
      { first: 'Ada' },
    ],
    ['the missing last name too', { full: 'Ada van Dyk', first: 'Ada' }, { last: 'van Dyk' }],
    ['what is known is not changed', { full: 'Acme', first: 'Ada', last: 'Lovelace' }, {}],
    ['what does not fit stays', { full: 'Acme', first: 'Ada' }, {}],
    ['nothing gives nothing', {}, {}],
  ])('%s', (_name, known, added) => {
    expect(completeNames(known)).toEqual({ ...known, ...added });
  });

  it('splits by itself too', () => {
    expect(splitName('Ada Lovelace')).toEqual({ first: 'Ada', last: 'Lovelace' });
  });
});

describe('names of a bound record', () => {
  it('are derived for contacts and for users', () => {
    const contact = deriveNames({ contact_id: '1', contact_name: 'Ada Lovelace' }, 'contact');
    const user = deriveNames({ user_id: '1', firstname: 'Ada', lastname: 'Lovelace' }, 'user');

    expect(contact).toMatchObject({ contact_id: '1', firstname: 'Ada', lastname: 'Lovelace' });
    expect(user).toMatchObject({ user_id: '1', user_name: 'Ada Lovelace' });
  });

  it('the whole one is read from the parts', () => {
    expect(fullName({ firstname: 'Ada', lastname: 'Lovelace' }, 'user')).toBe('Ada Lovelace');
    expect(fullName({ email: ['a@example.com'] }, 'contact')).toBeUndefined();
  });
});
