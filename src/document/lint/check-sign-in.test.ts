import { describe, expect, test } from 'vitest';
import { LOGIN, WITH_PAGE, WITHOUT_PAGE } from '../testing/sign-in.ts';
import { codesOf, oauth2 } from '../testing/sign-in-codes.ts';
import type { Changes } from '../testing/sign-in-codes.ts';

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

test.each(['-----BEGIN PRIVATE KEY-----', 'changeme1'])(
  'a private key is no part of a document: %s',
  (private_key) => {
    const flow = { ...WITHOUT_PAGE, flow: 'jwt_bearer', assertion: { private_key } };

    expect(codesOf({ OAuth2: flow })).toEqual(['secret_in_document /OAuth2/assertion/private_key']);
  },
);
