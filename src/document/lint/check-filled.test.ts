import { describe, expect, test } from 'vitest';
import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { LOGIN, WITH_PAGE } from '../testing/sign-in.ts';
import { lintDocument } from './lint-document.ts';

type Tree = { readonly [key: string]: Json };
type Changes = { readonly [key: string]: Json | undefined };

const CLIENT = ['Client ID', 'Client Secret'] as const;
const INSTANCE = { label: 'Instance', filled_by: 'sign_in' } as const;
const HOSTS = ['login.example', 'api.example.com', '*.crm.example', 'fixed.crm.example'] as const;

function codesOf(changes: Changes, property: Tree = INSTANCE): readonly string[] {
  const base = { properties: [...CLIENT, property], hosts: HOSTS, OAuth2: WITH_PAGE };
  return lintDocument(documentWith({ ...base, ...changes }))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code }) => code);
}

const byToken = (extra: Tree = {}): Tree => ({
  OAuth2: { ...WITH_PAGE, token_response_map: { instance: '$Instance$' }, ...extra },
});
const byRedirect = (extra: Tree = {}): Tree => ({
  OAuth2: { ...WITH_PAGE, callback_map: { server: '$Instance$' }, ...extra },
});
const ACCOUNT = {
  request_method: 'GET',
  request_url: 'https://api.example.com/me',
  response_map: { instance: '$Instance$' },
} as const;
const CREATE = { request_method: 'POST', request_path: '/c' } as const;

describe('a property that the sign-in fills', () => {
  test.each<[string, Tree]>([
    ['by the token answer', byToken()],
    ['by the redirect', byRedirect()],
    ['by the answer of Account', { API: { Account: ACCOUNT, CreateActivity: CREATE } }],
  ])('%s has no finding', (_name, changes) => {
    expect(codesOf({ ...changes, resource_url: 'https://api.example.com/$Instance$' })).toEqual([]);
  });

  test('by the answer to a login has no finding', () => {
    const auth = { ...LOGIN, response_map: { t: '$session_token$', i: '$Instance$' } };
    const text = documentWith({
      properties: ['User', 'Password', INSTANCE],
      auth,
      contact_url: 'https://api.example.com/$Instance$',
    });

    expect(lintDocument(text).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  test.each<[string, Tree]>([
    ['no answer at all', {}],
    [
      'the answer of another method',
      { API: { Users: { ...ACCOUNT, response_map: [{ id: '$user_id$', i: '$Instance$' }] } } },
    ],
    ['a redirect that never comes', byRedirect({ flow: 'client_credentials' })],
    [
      'a login that is not used',
      { auth: { ...LOGIN, response_map: { t: '$session_token$', i: '$Instance$' } } },
    ],
  ])('by %s is never filled', (_name, changes) => {
    expect(codesOf(changes)).toContain('never_filled');
  });
});

describe('an address that the sign-in fills needs hosts', () => {
  const without = (changes: Tree, property: Tree = INSTANCE): readonly string[] =>
    codesOf({ ...changes, hosts: undefined }, property);

  test.each<[string, Tree, Tree]>([
    ['of the type url', {}, { ...INSTANCE, type: 'URL' }],
    ['that begins an address', { resource_url: '$Instance$/v1' }, INSTANCE],
    ['that is a host', { resource_url: 'https://$Instance$/v1' }, INSTANCE],
    ['that is a part of a host', { resource_url: 'https://$Instance$.crm.example' }, INSTANCE],
    [
      'through a variable',
      { resource_url: '$base$/v1', variables: { base: '$Instance$' } },
      INSTANCE,
    ],
  ])('%s', (_name, changes, property) => {
    expect(without({ ...byToken(), ...changes }, property)).toEqual(['hosts_needed']);
    expect(codesOf({ ...byToken(), ...changes }, property)).toEqual([]);
  });

  test('not one that stands in a path or a page only', () => {
    const changes = {
      resource_url: 'https://api.example.com/$Instance$',
      contact_url: 'https://$Instance$.crm.example',
    };

    expect(without({ ...byToken(), ...changes })).toEqual([]);
  });

  test('and fixed ones, if the redirect fills it', () => {
    const changes = { ...byRedirect(), resource_url: '$Instance$/v1' };

    expect(codesOf({ ...changes, hosts: ['*.crm.example', '*.login.example'] })).toContain(
      'hosts_needed',
    );
    expect(codesOf(changes)).toEqual([]);
  });
});

describe('a property that is filled too late', () => {
  const IN_PAGE = { authorization_endpoint: 'https://login.example/$Instance$' };
  const IN_TOKEN = { token_endpoint: 'https://login.example/$Instance$' };
  const account = (changes: Tree): Tree => ({
    API: { Account: { ...ACCOUNT, ...changes }, CreateActivity: CREATE },
  });

  test.each<[string, Tree]>([
    ['the page, by the redirect', byRedirect(IN_PAGE)],
    ['the page, by the token answer', byToken(IN_PAGE)],
    ['a parameter of the page', byRedirect({ authorization_parameters: { a: '$Instance$' } })],
    ['the token request, by its answer', byToken(IN_TOKEN)],
    ['a field of it', byToken({ token_parameters: { a: '$Instance$' } })],
    ['Account, by its answer', account({ request_url: 'https://api.example.com/$Instance$' })],
    ['the token request, by Account', { ...account({}), OAuth2: { ...WITH_PAGE, ...IN_TOKEN } }],
    [
      'through a variable',
      { ...byToken({ token_parameters: { a: '$v$' } }), variables: { v: 'x$Instance$' } },
    ],
  ])('for %s', (_name, changes) => {
    expect(codesOf(changes)).toEqual(['filled_too_late']);
    expect(codesOf(changes, { ...INSTANCE, default: 'x' })).toEqual([]);
  });

  test.each<[string, Tree]>([
    ['the token request, by the redirect', byRedirect(IN_TOKEN)],
    ['the token that is sent', byToken({ request_auth: '$Instance$-token' })],
    [
      'Account, by the token answer',
      {
        ...byToken(),
        ...account({
          request_url: 'https://api.example.com/$Instance$',
          response_map: { id: '$account_id$' },
        }),
      },
    ],
  ])('is in time for %s', (_name, changes) => {
    expect(codesOf(changes)).toEqual([]);
  });

  test('for a login, in its body and in the address before its path', () => {
    const auth = { ...LOGIN, response_map: { t: '$session_token$', i: '$Instance$' } };
    const lint = (changes: Tree) =>
      lintDocument(
        documentWith({
          properties: ['User', 'Password', INSTANCE],
          hosts: [...HOSTS],
          auth,
          ...changes,
        }),
      )
        .filter(({ severity }) => severity !== 'info')
        .map(({ code }) => code);
    const { request_path: _path, ...rest } = auth;

    expect(lint({ resource_url: '$Instance$/v1' })).toEqual(['filled_too_late']);
    expect(lint({ auth: { ...auth, request_path: '/$Instance$' } })).toEqual(['filled_too_late']);
    expect(
      lint({
        resource_url: '$Instance$/v1',
        auth: { ...rest, request_url: 'https://login.example/in' },
      }),
    ).toEqual([]);
  });
});

test('a property of the form in an answer of the sign-in is told to be compared', () => {
  const properties = [...CLIENT, 'Team'];
  const OAuth2 = { ...WITH_PAGE, token_response_map: { a: '$Team$' } };
  const [found] = lintDocument(documentWith({ properties, OAuth2 }));

  expect(found).toMatchObject({
    code: 'property_compared',
    path: '/OAuth2/token_response_map/a',
    fix: 'if the sign-in is to fill it, write { "label": "Team", "filled_by": "sign_in" } in "properties"',
  });
});

test('a thousand properties and variables cost little', () => {
  const filled = Array.from({ length: 900 }, (_, i) => ({
    label: `p${String(i)}x`,
    filled_by: 'sign_in',
  }));
  const variables = Object.fromEntries(
    filled.map(({ label }, i) => [
      `v${String(i)}`,
      `${i === 0 ? '' : `$v${String((i - 1) % 90)}$`}$${label}$`,
    ]),
  );
  const map = Object.fromEntries(filled.map(({ label }) => [label, `$${label}$`]));
  const text = documentWith({
    properties: [...CLIENT, ...filled],
    variables,
    OAuth2: { ...WITH_PAGE, token_response_map: map, token_parameters: map },
  });

  expect(lintDocument(text).filter(({ code }) => code === 'filled_too_late')).toHaveLength(900);
});
