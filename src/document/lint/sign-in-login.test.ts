import { describe, expect, test } from 'vitest';
import { LOGIN, WITH_PAGE } from '../testing/sign-in.ts';
import { codesOf, defined } from '../testing/sign-in-codes.ts';
import type { Changes } from '../testing/sign-in-codes.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

describe('a login', () => {
  test.each<[string, Changes, readonly string[]]>([
    ['must bind the token', { response_map: { ok: true } }, ['token_not_bound /auth/response_map']],
    [
      'has one address',
      { request_url: 'https://login.example/in' },
      ['path_and_url /auth/request_path'],
    ],
    [
      'has no list as its form',
      { request_content_type: 'application/x-www-form-urlencoded', request_parameters: ['$User$'] },
      ['list_as_query /auth/request_parameters'],
    ],
    [
      'sets no header of the connection',
      { request_headers: { Cookie: 'a=b' } },
      ['refused_header /auth/request_headers/Cookie'],
    ],
    [
      'says each member of its query once',
      { request_method: 'GET', request_path: '/login?user=x' },
      ['duplicate_query_name /auth/request_parameters/user'],
    ],
    [
      'cannot send the token that it is to bring',
      { request_parameters: { password: '$Password$', user: '$User$', s: '$session_token$' } },
      ['misplaced_name /auth/request_parameters/s'],
    ],
    [
      'knows nothing of calls',
      { request_parameters: { user: '$user_id$', password: '$Password$' } },
      ['no_value_at_sign_in /auth/request_parameters/user'],
    ],
    [
      'binds nothing of calls',
      { response_map: { token: '$session_token$', user: '$user_id$' } },
      ['misplaced_name /auth/response_map/user'],
    ],
    [
      'binds one value per text',
      { response_map: { token: '$session_token$ $expires_in$' } },
      ['ambiguous_answer_text /auth/response_map/token'],
    ],
    [
      'reads no refresh token of an unknown name',
      { response_map: { token: '$session_token$', a: '$my_ticket_no$' } },
      ['unknown_name_in_answer /auth/response_map/a'],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(
      codesOf({ parameters: { user_id: 'string' }, auth: { ...LOGIN, ...defined(changes) } }),
    ).toEqual(codes);
  });

  test('needs an address, an answer and a place for the token', () => {
    expect(codesOf({ auth: { type: 'Session' } })).toEqual([
      'missing_field /auth',
      'missing_field /auth',
      'missing_field /auth',
    ]);
  });

  test('needs resource_url for its path', () => {
    const api = { CreateActivity: { request_method: 'POST', request_url: 'https://a.example/c' } };

    expect(codesOf({ resource_url: undefined, API: api, auth: LOGIN })).toEqual([
      'missing_field /auth',
    ]);
  });

  test('may send secrets in its body without a finding', () => {
    const properties = ['User', { label: 'Password', type: 'secret' }];

    expect(codesOf({ properties, auth: LOGIN })).toEqual([]);
  });

  test('is not asked of a document with OAuth2, which wins', () => {
    const auth = { ...LOGIN, response_map: { ok: true } };

    expect(codesOf({ auth, OAuth2: WITH_PAGE })).toEqual(['auth_and_oauth2 /auth']);
  });
});

test('a literal in an answer of the sign-in is told, as one of any answer is', () => {
  const auth = { ...LOGIN, response_map: { ok: 'yes', token: '$session_token$' } };
  const found = lintDocument(documentWith({ properties: ['User', 'Password'], auth }));

  expect(found).toEqual([
    expect.objectContaining({ code: 'literal_in_response', path: '/auth/response_map/ok' }),
  ]);
});
