import { expect, test } from 'vitest';

import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

function fixesOf(changes: { readonly [key: string]: Json }): readonly (string | undefined)[] {
  return lintDocument(documentWith(changes))
    .filter(({ code }) => code === 'misspelt_name' || code === 'unknown_name_in_answer')
    .map(({ fix }) => fix);
}

const LOGIN = { type: 'Session', request_method: 'POST', request_path: '/login' };
const account = (name: string): Json => ({
  Account: { request_method: 'GET', request_path: '/me', response_map: { id: name } },
});

test.each<[string, { readonly [key: string]: Json }, string]>([
  [
    'the token of a login',
    { auth: { ...LOGIN, response_map: { token: '$token$' } } },
    'write `$session_token$`',
  ],
  [
    'the life of a token',
    { auth: { ...LOGIN, response_map: { t: '$session_token$', life: '$expires$' } } },
    'write `$expires_in$`',
  ],
  ['the id of an account', { API: account('$accountid$') }, 'write `$account_id$`'],
  ['the words of a refusal', { error_map: { text: '$message$' } }, 'write `$error_message$`'],
  [
    'anything else in a refusal',
    { error_map: { text: '$reason$' } },
    'write one of $error_message$, $error_code$, $retry_after$: nothing else is read here',
  ],
])('%s is put right by the name that is read there', (_name, changes, fix) => {
  expect(fixesOf(changes)).toEqual([fix]);
});

test('a short name of an ordinary answer is not taken for one of the account', () => {
  expect(fixesOf({ API: account('$name$') })).toEqual([
    'declare it: "parameters": { "name": "string" }',
  ]);
});
