import { expect, test } from 'vitest';

import type { Json, JsonObject } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { LOGIN, WITH_PAGE } from '../testing/sign-in.ts';
import { lintDocument } from './lint-document.ts';

const SHOP = { label: 'Shop', filled_by: 'sign_in' } as const;
const KEY = { label: 'Key', filled_by: 'sign_in', type: 'secret' } as const;

function pathsOf(map: JsonObject, login: boolean): readonly string[] {
  const section: { readonly [key: string]: Json } = login
    ? { auth: { ...LOGIN, response_map: { ...LOGIN.response_map, ...map } } }
    : { OAuth2: { ...WITH_PAGE, token_response_map: map } };
  const text = documentWith({
    properties: ['Client ID', 'Client Secret', 'User', 'Password', SHOP, KEY],
    parameters: { place: 'string' },
    ...section,
  });
  return lintDocument(text).flatMap(({ code, path }) => (code === 'token_shown' ? [path] : []));
}

test.each<[JsonObject, string]>([
  [{ access_token: '$account_name$' }, '/access_token'],
  [{ refresh_token: '$account_id$' }, '/refresh_token'],
  [{ refresh_token: 'r$account_id$' }, '/refresh_token'],
  [{ refresh_token: '$Shop$' }, '/refresh_token'],
  [{ access_token: '$place$' }, '/access_token'],
  [{ user: { accessToken: '$account_id$' } }, '/user/accessToken'],
  [{ id_token: '$Shop$' }, '/id_token'],
])('a token answer read as %j shows a token', (map, path) => {
  expect(pathsOf(map, false)).toEqual([`/OAuth2/token_response_map${path}`]);
});

test('a login read so that people see its token shows it', () => {
  expect(pathsOf({ session_token: '$account_name$' }, true)).toEqual([
    '/auth/response_map/session_token',
  ]);
});

test.each<JsonObject>([
  { access_token: '$access_token$', refresh_token: '$refresh_token$' },
  { id_token: '$access_token$' },
  { user: { access_token: '$place$' } },
  { user: { access_token: '$Key$' } },
  { token_type: '$place$', id: '$account_id$', name: '$account_name$' },
])('a token answer read as %j shows none', (map) => {
  expect(pathsOf(map, false)).toEqual([]);
});
