import { describe, expect, test } from 'vitest';
import type { Finding } from '../findings/finding.ts';
import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { LOGIN, WITH_PAGE, WITHOUT_PAGE } from '../testing/sign-in.ts';
import { lintDocument } from './lint-document.ts';

type Changes = { readonly [key: string]: Json | undefined };

const SECRET = { label: 'Client Secret', type: 'secret' } as const;

function findingsOf(changes: Changes): readonly Finding[] {
  const properties = ['Client ID', SECRET, 'User', 'Password', 'Key'];
  return lintDocument(documentWith({ properties, ...changes })).filter(
    ({ severity }) => severity !== 'info',
  );
}

/** Codes of errors and warnings, each with its path. */
function codesOf(changes: Changes): readonly string[] {
  return findingsOf(changes).map(({ code, path }) => `${code} ${path}`);
}

const oauth2 = (changes: Changes): readonly string[] =>
  codesOf({ OAuth2: { ...WITH_PAGE, ...defined(changes) } });
const session = (changes: Changes): readonly string[] =>
  codesOf({ auth: { ...LOGIN, ...defined(changes) } });

function defined(changes: Changes): { readonly [key: string]: Json } {
  const members = Object.entries(changes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(members);
}

describe('a sign-in without a fault', () => {
  test.each<[string, Changes]>([
    ['by a page', { OAuth2: WITH_PAGE }],
    ['by the application itself', { OAuth2: { ...WITHOUT_PAGE, flow: 'client_credentials' } }],
    [
      'by user name and password',
      { OAuth2: { ...WITHOUT_PAGE, flow: 'password', username: '$User$', password: '$Password$' } },
    ],
    [
      'by an assertion',
      { OAuth2: { ...WITHOUT_PAGE, flow: 'jwt_bearer', assertion: { private_key: '$Key$' } } },
    ],
    [
      'that says its flow twice',
      { OAuth2: { ...WITH_PAGE, flow: 'authorization_code', flow_type: 0 } },
    ],
    ['by a login', { auth: LOGIN }],
    ['of no kind', { auth: { type: 'None' } }],
    [
      'with its own grant',
      {
        OAuth2: {
          ...WITHOUT_PAGE,
          flow: 'client_credentials',
          token_parameters: { grant_type: 'account_credentials' },
        },
      },
    ],
  ])('%s has no finding', (_name, changes) => {
    expect(codesOf(changes)).toEqual([]);
  });
});

describe('the content type of token requests', () => {
  const findings = (content_type: string): readonly string[] =>
    oauth2({ token_parameters: { content_type } });

  test.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded;charset=utf-8',
    'Application/X-WWW-Form-Urlencoded ; charset=UTF-8',
    'multipart/form-data',
    'application/json',
    'text/json; charset=utf-8',
    'application/vnd.api+json',
    '$Client ID$',
  ])('may be %s', (type) => {
    expect(findings(type)).toEqual([]);
  });

  test.each([
    'text/xml',
    'text/plain',
    'application/x-www-form-urlencode',
    'multipart/mixed',
    'json',
    'application/jsonp',
    'application/xml; as=application/json',
    '',
  ])('"%s" is told', (type) => {
    expect(findings(type)).toEqual(['token_content_type /OAuth2/token_parameters/content_type']);
  });
});

describe('a flow', () => {
  test.each<[string, Changes, readonly string[]]>([
    ['with a page needs its address', { OAuth2: WITHOUT_PAGE }, ['missing_field /OAuth2']],
    [
      'password needs both',
      { OAuth2: { ...WITHOUT_PAGE, flow: 'password' } },
      ['missing_field /OAuth2', 'missing_field /OAuth2'],
    ],
    [
      'jwt_bearer needs what is signed',
      { OAuth2: { ...WITHOUT_PAGE, flow: 'jwt_bearer' } },
      ['missing_field /OAuth2'],
    ],
    [
      'client_credentials needs the client',
      { OAuth2: { token_endpoint: 'https://login.example/t', flow: 'client_credentials' } },
      ['missing_field /OAuth2'],
    ],
    [
      'without a page has no use for its keys',
      {
        OAuth2: {
          ...WITH_PAGE,
          flow: 'client_credentials',
          pkce: false,
          authorization_parameters: { scope: 'a' },
          callback_map: { a: 'x' },
        },
      },
      [
        'unknown_field /OAuth2/authorization_endpoint',
        'unknown_field /OAuth2/authorization_parameters',
        'unknown_field /OAuth2/callback_map',
        'unknown_field /OAuth2/pkce',
      ],
    ],
    [
      'with a page has no use for those of others',
      { OAuth2: { ...WITH_PAGE, username: '$User$', assertion: { private_key: '$Key$' } } },
      ['unknown_field /OAuth2/assertion', 'unknown_field /OAuth2/username'],
    ],
    [
      'is one of those that are known',
      { OAuth2: { ...WITH_PAGE, flow_type: '1' } },
      ['invalid_option /OAuth2/flow_type'],
    ],
    [
      'contradicts its number',
      { OAuth2: { ...WITHOUT_PAGE, flow: 'client_credentials', flow_type: { default: '0' } } },
      ['flow_differs /OAuth2/flow_type'],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(codesOf(changes).toSorted()).toEqual(codes);
  });
});

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

describe('the page of the sign-in', () => {
  test.each<[string, Changes, readonly string[]]>([
    [
      'shows no secret among its parameters',
      { authorization_parameters: { key: '$Client Secret$' } },
      ['secret_in_link /OAuth2/authorization_parameters/key'],
    ],
    [
      'shows no secret in a ready piece of query',
      { authorization_parameters: { default: 'a=$Client Secret$' } },
      ['secret_in_link /OAuth2/authorization_parameters/default'],
    ],
    [
      'shows no secret in its address',
      { authorization_endpoint: 'https://login.example/$Client Secret$' },
      ['secret_in_link /OAuth2/authorization_endpoint'],
    ],
    [
      'is a web page',
      { authorization_endpoint: 'javascript:alert(1)' },
      ['unsafe_link /OAuth2/authorization_endpoint'],
    ],
    [
      'has no token yet',
      { authorization_parameters: { hint: '$access_token$' } },
      [
        'misplaced_name /OAuth2/authorization_parameters/hint',
        'secret_in_link /OAuth2/authorization_parameters/hint',
      ],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(oauth2(changes).toSorted()).toEqual(codes);
  });

  test('may have a host of its own, since it is opened and not called', () => {
    const hosts = ['api.example.com', 'login.example'];
    const authorization_endpoint = 'https://people.example/authorize';

    expect(codesOf({ hosts, OAuth2: { ...WITH_PAGE, authorization_endpoint } })).toEqual([]);
    expect(
      codesOf({ hosts, OAuth2: { ...WITH_PAGE, token_endpoint: 'https://people.example/t' } }),
    ).toEqual(['host_not_declared /OAuth2/token_endpoint']);
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

test.each(['-----BEGIN PRIVATE KEY-----', 'changeme1'])(
  'a private key is no part of a document: %s',
  (private_key) => {
    const flow = { ...WITHOUT_PAGE, flow: 'jwt_bearer', assertion: { private_key } };

    expect(codesOf({ OAuth2: flow })).toEqual(['secret_in_document /OAuth2/assertion/private_key']);
  },
);

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

test('a literal in an answer of the sign-in is told, as one of any answer is', () => {
  const auth = { ...LOGIN, response_map: { ok: 'yes', token: '$session_token$' } };
  const found = lintDocument(documentWith({ properties: ['User', 'Password'], auth }));

  expect(found).toEqual([
    expect.objectContaining({ code: 'literal_in_response', path: '/auth/response_map/ok' }),
  ]);
});
