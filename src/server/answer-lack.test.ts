import { describe, expect, test } from 'vitest';

import { missingInAnswer } from './answer-lack.ts';

describe('what an answer lacks', () => {
  const list = [{ id: '$user_id$', name: '$user_name$' }];
  test.each([
    ['nothing at all for a list', { users: list }, '{}', 'the list `users`'],
    ['a list that is another thing', { users: list }, '{"users":{}}', 'the list `users`'],
    ['a list at the top', list, '{}', 'a list'],
    ['a list further down', { data: { users: list } }, '{"data":{}}', 'the list `data.users`'],
    ['each of several texts', { id: '$a$', mail: '$b$' }, '{"x":1}', '`id`, `mail`'],
    ['nothing: the list is empty', { users: list }, '{"users":[]}', undefined],
    ['nothing: one of the texts is there', { id: '$a$', mail: '$b$' }, '{"id":1}', undefined],
    ['what cannot be read', { users: list }, '<html>', undefined],
    ['nothing: there is no map', undefined, '{}', undefined],
  ])('%s', (_name, map, body, expected) => {
    expect(missingInAnswer(map, body)).toBe(expected);
  });
});
