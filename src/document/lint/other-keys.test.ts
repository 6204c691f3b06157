import { describe, expect, test } from 'vitest';

import { FIELDS } from '../fields/field-sets.ts';
import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';
import { meantKey } from './other-keys.ts';

type Tree = { readonly [key: string]: Json };

const TOKEN = { client_id: 'c', token_endpoint: 'https://login.example.com/token' };
const WITH_PAGE = { ...TOKEN, authorization_endpoint: 'https://login.example.com/authorize' };
const ASSERTION = { private_key: '$Key$', audience: 'https://login.example.com' };
const KEY = { label: 'Key', type: 'secret' };

/** Code, place and fix of each error and warning. */
function told(oauth2: Tree, others: Tree = {}): readonly (readonly (string | undefined)[])[] {
  return lintDocument(documentWith({ OAuth2: oauth2, ...others }))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path, fix }) => [code, path, fix]);
}

describe('a key of OAuth2 under another name is put right', () => {
  test.each<[string, Tree, readonly string[]]>([
    [
      'the scope of a page where people sign in',
      { ...WITH_PAGE, scope: 'calls' },
      ['unknown_field', '/OAuth2/scope', 'write "authorization_parameters": { "scope": "…" }'],
    ],
    [
      'the scopes of an application',
      { ...TOKEN, flow: 'client_credentials', scopes: 'calls' },
      ['unknown_field', '/OAuth2/scopes', 'write "token_parameters": { "scope": "…" }'],
    ],
    [
      'the scope of an assertion',
      { ...TOKEN, flow: 'jwt_bearer', assertion: { private_key: 'x' }, scope: 'calls' },
      ['unknown_field', '/OAuth2/scope', 'write "scope" inside "assertion"'],
    ],
    [
      'a kind of grant',
      { ...TOKEN, grant_type: 'client_credentials' },
      ['unknown_field', '/OAuth2/grant_type', 'write "flow"'],
    ],
  ])('%s', (_name, oauth2, finding) => {
    expect(told(oauth2)).toContainEqual(finding);
  });

  test('one that must be there is told once, where it stands', () => {
    const { authorization_endpoint: page, ...rest } = WITH_PAGE;

    expect(told({ ...rest, authorization_url: page })).toContainEqual([
      'missing_field',
      '/OAuth2/authorization_url',
      'write "authorization_endpoint" in place of "authorization_url"',
    ]);
    expect(
      told({ ...rest, authorization_url: page }).filter(([code]) => code === 'missing_field'),
    ).toHaveLength(1);
  });

  test('a claim is known by its short name, and its property is not told as unused', () => {
    const oauth2 = {
      ...TOKEN,
      flow: 'jwt_bearer',
      assertion: { ...ASSERTION, iss: '$Service account$' },
    };

    expect(told(oauth2, { properties: [KEY, 'Service account'] })).toEqual([
      ['unknown_field', '/OAuth2/assertion/iss', 'write "issuer"'],
    ]);
  });
});

describe('a fault has no findings behind it', () => {
  test('a misspelt flow', () => {
    const oauth2 = { ...TOKEN, flow: 'jwt-bearer', flow_type: '0', assertion: ASSERTION };

    expect(told(oauth2, { properties: [KEY] })).toEqual([
      ['invalid_option', '/OAuth2/flow', 'write "jwt_bearer"'],
    ]);
  });

  test('a flow under another name', () => {
    const oauth2 = { ...TOKEN, grant_type: 'jwt_bearer', assertion: ASSERTION };

    expect(told(oauth2, { properties: [KEY] })).toEqual([
      ['unknown_field', '/OAuth2/grant_type', 'write "flow"'],
    ]);
  });

  test('a misspelt host', () => {
    const oauth2 = { ...WITH_PAGE, token_response_map: { at: '$Instance$' } };
    const properties = [{ label: 'Instance', type: 'url', filled_by: 'sign_in' }];
    const codes = told(oauth2, { properties, hosts: ['https://*.example.com'] });

    expect(codes.map(([code]) => code)).toEqual(['invalid_host']);
  });
});

test('each other name leads to a key that there is', () => {
  const names = ['authorization_url', 'token_url', 'grant_type', 'authorizationUrl', 'tokenUrl'];

  for (const name of names) {
    expect(FIELDS.oauth2.fields.map((each) => each.name)).toContain(meantKey('oauth2', name));
  }
});
