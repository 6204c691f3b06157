import { describe, expect, test } from 'vitest';
import type { Json } from '../json-value.ts';
import { LOGIN, WITH_PAGE } from '../testing/sign-in.ts';
import { codesOf, findingsOf, oauth2, session } from '../testing/sign-in-codes.ts';
import type { Changes } from '../testing/sign-in-codes.ts';

describe('what presents a token', () => {
  test.each<[Json, boolean]>([
    ['Bearer', true],
    ['Zoho-oauthtoken', true],
    ['Token $access_token$', true],
    ['$Key$', true],
    ['Zoho oauthtoken', false],
    ['', false],
    [{ name: 'X-Token', value: '$access_token$' }, true],
    [{ name: 'X-Token', value: 'Token $ticket$' }, true],
    [{ name: 'X-Token', value: 'Token $Key$' }, false],
    [{ name: 'X-Token', value: '' }, false],
  ])('request_auth %j holds it: %s', (request_auth, isFine) => {
    const variables = { ticket: { expression: 'upper(access_token)' } };
    const path = typeof request_auth === 'string' ? '' : '/value';

    expect(codesOf({ variables, OAuth2: { ...WITH_PAGE, request_auth } })).toEqual(
      isFine ? [] : [`token_not_sent /OAuth2/request_auth${path}`],
    );
  });

  test.each<[string, boolean]>([
    ['$session_token$', true],
    ['Session $session_token$', true],
    ['$ref$', true],
    ['$ticket$', true],
    ['Session $Key$', false],
  ])('present %s holds it: %s', (value, isFine) => {
    const declared = { parameters: { ref: 'string' }, variables: { ticket: '$session_token$' } };
    const auth = { ...LOGIN, present: { name: 'X', value } };

    expect(codesOf({ ...declared, auth })).toEqual(
      isFine ? [] : ['token_not_sent /auth/present/value'],
    );
  });

  test.each(['Cookie', 'Host', 'bad name'])('cannot use the header %s', (name) => {
    expect(oauth2({ request_auth: { name, value: '$access_token$' } })).toEqual([
      'refused_header /OAuth2/request_auth/name',
    ]);
    expect(session({ present: { name, value: '$session_token$' } })).toEqual([
      'refused_header /auth/present/name',
    ]);
  });

  test('a token of the other kind is misplaced', () => {
    const value = '$session_token$ $access_token$';

    expect(oauth2({ request_auth: { name: 'X', value } })).toEqual([
      'misplaced_name /OAuth2/request_auth/value',
    ]);
    expect(session({ present: { name: 'X', value } })).toEqual([
      'misplaced_name /auth/present/value',
    ]);
  });
});

describe('a token made into another form by a variable', () => {
  const variables = { ticket: { expression: "'T' + access_token" } };
  const send = (where: Changes) => codesOf({ variables, OAuth2: WITH_PAGE, ...where });
  const create = (parameters: Json): Changes => ({
    API: {
      CreateActivity: {
        request_method: 'POST',
        request_path: '/c',
        request_parameters: parameters,
      },
    },
  });

  test('is told of where it is sent in a body', () => {
    expect(send(create({ session: '$ticket$' }))).toEqual([
      'secret_in_request /API/CreateActivity/request_parameters/session',
    ]);
  });

  test('never stands in a link', () => {
    expect(send({ contact_url: 'https://a.example/?t=$ticket$' })).toEqual([
      'secret_in_link /contact_url',
    ]);
  });

  test('by itself stands in no body', () => {
    expect(send(create({ session: '$access_token$' }))).toEqual([
      'misplaced_name /API/CreateActivity/request_parameters/session',
    ]);
  });
});

test.each<[string, Json, boolean]>([
  ['token_response_map', '$access_token$', true],
  ['token_response_map', '$refresh_token$', true],
  ['token_response_map', '$expires_in$', true],
  ['token_response_map', '$account_id$', true],
  ['token_response_map', '$session_token$', false],
  ['callback_map', '$account_name$', true],
  ['callback_map', '$access_token$', false],
  ['callback_map', '$expires_in$', false],
])('%s may bind %s: %s', (map, leaf, isFine) => {
  expect(oauth2({ [map]: { a: leaf } })).toEqual(isFine ? [] : [`misplaced_name /OAuth2/${map}/a`]);
});

test.each(['$access_token$', '$refresh_token$'])('a login binds no %s', (leaf) => {
  expect(session({ response_map: { a: '$session_token$', b: leaf } })).toEqual([
    'misplaced_name /auth/response_map/b',
  ]);
});

test.each<[string, Changes]>([
  ['access_token', { OAuth2: { ...WITH_PAGE, token_response_map: { a: '$acces_token$' } } }],
  ['refresh_token', { OAuth2: { ...WITH_PAGE, token_response_map: { a: '$refreshtoken$' } } }],
  ['access_token', { OAuth2: { ...WITH_PAGE, request_auth: '$access_tokn$' } }],
])('a misspelt %s is told', (name, changes) => {
  expect(findingsOf(changes)).toContainEqual(
    expect.objectContaining({ code: 'misspelt_name', fix: `write \`$${name}$\`` }),
  );
});
