import { expect, test } from 'vitest';

import { makeRowMaker } from './row-maker.ts';

test('makes objects of rows, with the columns in their order', () => {
  const make = makeRowMaker(['id', 'ready at', 'n']);

  const row = make?.(['a', null, 3]);

  expect(row).toEqual({ id: 'a', 'ready at': null, n: 3 });
  expect(Object.keys(row ?? {})).toEqual(['id', 'ready at', 'n']);
});

test.each(['"] : 1 }; throw 1; ({ ["', '__proto__', 'constructor', '\u2028', '`${1}`', '\\', "'"])(
  'takes the column %j for a name and nothing else',
  (name) => {
    const value = { any: 'object' };

    const row = makeRowMaker([name])?.([value]);

    expect(Object.entries(row ?? {})).toEqual([[name, value]]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  },
);
