import { describe, expect, it } from 'vitest';
import { completeNames } from './person-names.ts';

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
});
