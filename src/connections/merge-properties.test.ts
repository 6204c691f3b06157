import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import { documentOf } from '../document/testing/render-request.ts';
import { guardOrigins } from './guard-origins.ts';
import { mergeProperties } from './merge-properties.ts';

const SIGN_IN = {
  client_id: '$Client ID$',
  client_secret: '$Client Secret$',
  authorization_endpoint: 'https://login.example/authorize',
  token_endpoint: '$Login server$/token',
} as const;
const PROPERTIES = ['Client ID', { label: 'Client Secret', type: 'secret' }, 'Login server'];

const ALLOW_ALL = () => ({ ok: true }) as const;

describe('a property that the sign-in fills', () => {
  const filled = { label: 'Instance', type: 'url', filled_by: 'sign_in' };
  const document = documentOf({
    properties: [...PROPERTIES, filled],
    hosts: ['login.example', '*.crm.example', 'crm.example'],
    resource_url: '$Instance$',
    OAuth2: { ...SIGN_IN, token_response_map: { instance: '$Instance$' } },
  });
  const given = { 'Client ID': 'a', 'Client Secret': 's', 'Login server': 'https://login.example' };
  const stored = { plain: new Map(), secret: new Map() };

  test('is not asked for', () => {
    const change = mergeProperties(document, stored, { given, checkUrl: ALLOW_ALL });

    expect(change.origins).toEqual(['https://login.example']);
  });

  test('is refused in the form, and may be left empty there', () => {
    const typed = { ...given, Instance: 'https://na1.crm.example' };

    expect(() => mergeProperties(document, stored, { given: typed, checkUrl: ALLOW_ALL })).toThrow(
      "'Instance' comes with the sign-in and cannot be typed in.",
    );
    expect(() =>
      mergeProperties(document, stored, { given: { ...given, Instance: '' }, checkUrl: ALLOW_ALL }),
    ).not.toThrow();
  });
});

describe('a change that leads a stored secret elsewhere', () => {
  const LOGIN = {
    type: 'Session',
    request_url: '$Login server$/login',
    request_parameters: { id: '$Client ID$', password: '$Client Secret$' },
    response_map: { token: '$session_token$' },
    present: { name: 'X-Session', value: '$session_token$' },
  } as const;

  test.each<[string, JsonObject]>([
    ['to another token endpoint', { OAuth2: SIGN_IN }],
    ['to another login', { auth: LOGIN }],
  ])('%s is refused, unless the secret comes along', (_name, signIn) => {
    const document = documentOf({ properties: PROPERTIES, ...signIn });
    const stored = {
      plain: new Map([
        ['Client ID', 'a'],
        ['Login server', 'https://login.example'],
      ]),
      secret: new Map([['Client Secret', 's']]),
    };
    const move = (given: Readonly<Record<string, string>>): void => {
      const change = mergeProperties(document, stored, { given, checkUrl: ALLOW_ALL });
      guardOrigins({ document, stored }, change, given);
    };

    expect(() => move({ 'Login server': 'https://evil.example' })).toThrow('https://evil.example');
    expect(() => move({ 'Login server': 'https://login.example/v2' })).not.toThrow();
    expect(() =>
      move({ 'Login server': 'https://other.example', 'Client Secret': 's2' }),
    ).not.toThrow();
  });
});
