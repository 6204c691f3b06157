import { expect, test } from 'vitest';
import type { Json } from '../document/json-value.ts';
import { crmWords } from './crm-words.ts';

test.each<[string, Json, string | undefined]>([
  ['a message', { message: 'Too long', code: 7 }, 'Too long'],
  ['OAuth', { error: 'invalid_grant', error_description: 'Token expired' }, 'Token expired'],
  ['problem details', { title: 'Bad', detail: 'No such owner', status: 400 }, 'No such owner'],
  ['Salesforce', [{ errorCode: 'X', message: 'Required: Name' }], 'Required: Name'],
  ['GraphQL', { errors: [{ message: 'No access' }] }, 'No access'],
  ['an object in an object', { error: { errors: [{ reason: 'quota' }] } }, 'quota'],
  ['plain text', 'Nope', 'Nope'],
  ['several lines on one', 'a\n\tb\u0007c', 'a b c'],
  ['a long one', 'x'.repeat(300), `${'x'.repeat(200)}…`],
  ['a long one of emoji', '\u{1f600}'.repeat(300), `${'\u{1f600}'.repeat(200)}…`],
  ['nothing', { id: 1 }, undefined],
  ['blanks', { message: '  ' }, undefined],
  ['null', null, undefined],
])('of %s', (_name, answer, words) => {
  expect(crmWords(answer)).toBe(words);
});

test('a very deep answer is not walked to its end', () => {
  let answer: Json = { message: 'deep' };
  for (let depth = 0; depth < 50_000; depth += 1) answer = { error: answer };

  expect(crmWords(answer)).toBeUndefined();
});
