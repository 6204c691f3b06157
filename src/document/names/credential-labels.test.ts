import { describe, expect, test } from 'vitest';
import type { Json } from '../json-value.ts';
import { readProperties } from './properties.ts';

function secretsOf(document: { readonly [key: string]: Json }): readonly string[] {
  return readProperties(document)
    .filter(({ secret }) => secret)
    .map(({ label }) => label);
}

const PROPERTIES = ['User', 'Password', 'Realm', 'API key', 'PEM'];
const SESSION = { type: 'Session', request_path: '/login' };

describe('a property is a secret', () => {
  test.each<[string, { readonly [key: string]: Json }, readonly string[]]>([
    ['as the token of Bearer', { auth: { type: 'Bearer', token: '$User$' } }, ['User']],
    ['as the value of a key', { auth: { type: 'ApiKey', value: 'token $PEM$' } }, ['PEM']],
    [
      'in what presents a token',
      { auth: { present: { value: '$Realm$ $session_token$' } } },
      ['Realm'],
    ],
    ['as the client secret', { OAuth2: { client_id: '$User$', client_secret: '$PEM$' } }, ['PEM']],
    ['as a password of OAuth2', { OAuth2: { username: '$User$', password: '$PEM$' } }, ['PEM']],
    ['as the key that signs', { OAuth2: { assertion: { private_key: '$PEM$' } } }, ['PEM']],
    [
      'beside the token of OAuth2',
      { OAuth2: { request_auth: { value: '$PEM$ $access_token$' } } },
      ['PEM'],
    ],
    [
      'in a token request, if key or label say so',
      { OAuth2: { token_parameters: { realm: '$Realm$', api_secret: '$PEM$', k: '$API key$' } } },
      ['API key', 'PEM'],
    ],
    [
      'in a login, if key or label say so',
      { auth: { ...SESSION, request_parameters: { u: '$User$', p: '$Password$' } } },
      ['Password'],
    ],
    [
      'in a login by position, if its label says so',
      { auth: { ...SESSION, request_parameters: { params: ['$User$', '$Password$'] } } },
      ['Password'],
    ],
    [
      'in a login of which nothing says so',
      { auth: { ...SESSION, request_parameters: { u: '$User$', p: '$PEM$' } } },
      ['User', 'PEM'],
    ],
    [
      'in a header of a login',
      { auth: { ...SESSION, request_headers: { 'X-Api-Key': '$PEM$' } } },
      ['PEM'],
    ],
  ])('%s', (_name, document, secrets) => {
    expect(secretsOf({ ...document, properties: PROPERTIES })).toEqual(secrets);
  });

  test('of a login alone if it is declared so', () => {
    const auth = { ...SESSION, request_parameters: { u: '$User$', p: '$PEM$' } };
    const properties = ['User', { label: 'PEM', type: 'secret' }];

    expect(secretsOf({ auth, properties })).toEqual(['PEM']);
  });

  test('unless the document says that it is none', () => {
    const auth = { type: 'Bearer', token: '$PEM$' };

    expect(secretsOf({ auth, properties: [{ label: 'PEM', secret: false }] })).toEqual([]);
  });
});
