import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { collectNames } from '../names/names.ts';
import { createReaders } from '../render/name-readers.ts';
import { compileText } from '../render/text.ts';
import { contextOf } from '../testing/render-request.ts';
import { compileAuthorizationUrl } from './authorization-url.ts';
import { CLIENT, oauth2Of, WITH_PAGE } from '../testing/sign-in.ts';

const OURS = {
  redirectUri: 'https://us.example/oauth/callback?a=b&c',
  state: 'st/1',
  codeChallenge: 'ch-1',
} as const;
const PROPERTIES = ['Client ID', 'Client Secret', 'Region', 'Team', 'Page'];

function pageOf(oauth2: JsonObject, properties: Readonly<Record<string, string>> = {}) {
  const signIn = oauth2Of({ ...WITH_PAGE, ...oauth2 }, { properties: PROPERTIES });
  const context = contextOf({ properties: { ...CLIENT, ...properties } });
  return signIn.authorizationUrl?.(context, OURS);
}

function urlOf(oauth2: JsonObject, properties: Readonly<Record<string, string>> = {}): URL {
  const page = pageOf(oauth2, properties);
  if (page?.status !== 'url') throw new TypeError(`no page: ${JSON.stringify(page)}`);
  return new URL(page.url);
}

describe('the page of the sign-in', () => {
  test('has what RFC 6749 and RFC 7636 want', () => {
    const url = urlOf({});

    expect(url.origin + url.pathname).toBe('https://login.example/authorize');
    expect([...url.searchParams]).toEqual([
      ['response_type', 'code'],
      ['client_id', 'app-1'],
      ['redirect_uri', OURS.redirectUri],
      ['state', 'st/1'],
      ['code_challenge', 'ch-1'],
      ['code_challenge_method', 'S256'],
    ]);
  });

  test('has no challenge without PKCE', () => {
    const signIn = oauth2Of({ ...WITH_PAGE, pkce: false });
    const { codeChallenge: _challenge, ...ours } = OURS;
    const page = signIn.authorizationUrl?.(contextOf({ properties: CLIENT }), ours);

    expect(signIn.pkce).toBe(false);
    expect(JSON.stringify(page)).not.toContain('code_challenge');
  });

  test('takes the text under `default` as encoded already', () => {
    const authorization_parameters = { default: 'scope=api%20refresh_token&x=a+b' };

    expect(urlOf({ authorization_parameters }).search).toContain(
      '?scope=api%20refresh_token&x=a+b&response_type=code',
    );
  });

  test.each(['?scope=a', '&scope=a', 'scope=a'])('takes %s with its first sign', (text) => {
    expect(urlOf({ authorization_parameters: { default: text } }).search).toMatch(
      /^\?scope=a&response_type=/,
    );
  });

  test('takes every other key for a pair, and leaves one without value out', () => {
    const authorization_parameters = {
      prompt: 'consent',
      'access type': 'offline & more',
      team: '$Team$',
      region: '$Region$',
      '//': 'note',
    };
    const { searchParams } = urlOf({ authorization_parameters }, { Region: 'e&u' });

    expect(Object.fromEntries(searchParams)).toMatchObject({
      prompt: 'consent',
      'access type': 'offline & more',
      region: 'e&u',
    });
    expect(searchParams.has('team')).toBe(false);
    expect(searchParams.has('//')).toBe(false);
  });

  test('keeps a query that the address has, but not our names in it', () => {
    const authorization_endpoint = 'https://login.example/a?tenant=t%201&state=x&%73tate=y';

    expect([...urlOf({ authorization_endpoint }).searchParams].slice(0, 2)).toEqual([
      ['tenant', 't 1'],
      ['response_type', 'code'],
    ]);
    expect(urlOf({ authorization_endpoint }).searchParams.getAll('state')).toEqual(['st/1']);
  });

  test.each([
    ['$Page$/authorize', { Page: 'https://acme.example/base' }, 'https://acme.example/base'],
    ['https://$Region$.login.example/authorize', { Region: 'EU' }, 'https://eu.login.example'],
  ])('may have properties in its address: %s', (authorization_endpoint, properties, expected) => {
    const url = urlOf({ authorization_endpoint }, properties);

    expect(url.href.startsWith(`${expected}/authorize?`)).toBe(true);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//evil.example'])(
    'is http or https, never %s',
    (Page) => {
      expect(pageOf({ authorization_endpoint: '$Page$/x' }, { Page })).toMatchObject({
        status: 'unsafe_value',
        name: 'Page',
      });
    },
  );

  test.each(['evil.example/x', 'a.b', 'a@b'])('a host is not widened by %s', (Region) => {
    const authorization_endpoint = 'https://$Region$.login.example/authorize';

    expect(pageOf({ authorization_endpoint }, { Region })).toMatchObject({
      status: 'unsafe_value',
      name: 'Region',
    });
  });

  test('takes the defaults of properties', () => {
    const signIn = oauth2Of(
      { ...WITH_PAGE, authorization_endpoint: 'https://$Region$.login.example/authorize' },
      { properties: ['Client ID', 'Client Secret', { label: 'Region', default: 'eu' }] },
    );

    expect(signIn.authorizationUrl?.(contextOf({ properties: CLIENT }), OURS)).toMatchObject({
      url: expect.stringContaining('https://eu.login.example/authorize?'),
    });
  });

  test('tells what is missing', () => {
    const signIn = oauth2Of(WITH_PAGE);

    expect(signIn.authorizationUrl?.(contextOf({}), OURS)).toEqual({
      status: 'missing_value',
      name: 'Client ID',
    });
    expect(pageOf({ authorization_endpoint: '$Page$/x' })).toEqual({
      status: 'missing_value',
      name: 'Page',
    });
  });

  test('never shows a token, and a secret client id does not keep it from opening', () => {
    const properties = [{ label: 'Client ID', type: 'secret' }, 'Client Secret'];
    const signIn = oauth2Of(WITH_PAGE, { properties });

    expect(signIn.authorizationUrl?.(contextOf({ properties: CLIENT }), OURS)).toMatchObject({
      status: 'url',
    });
  });

  test.each(['$Client Secret$', '$access_token$'])(
    'refuses %s in the address, should lint ever let it pass',
    (hint) => {
      const OAuth2 = { ...WITH_PAGE, authorization_parameters: { hint } };
      const names = collectNames({ properties: PROPERTIES, OAuth2 });
      const readers = createReaders({ names, notation: 'dollar', variable: () => undefined });
      const page = compileAuthorizationUrl(OAuth2, {
        compile: (text) => compileText(text, 'dollar', readers.at('auth')),
        complete: (context) => context,
      });
      const context = contextOf({ properties: CLIENT, context: { accessToken: 'a1' } });

      expect(() => oauth2Of(OAuth2)).toThrow();
      expect(page(context, OURS)).toEqual({
        status: 'unsafe_value',
        name: 'authorization_parameters',
        message: 'the address of the sign-in page would show a secret',
      });
    },
  );
});

describe('flows without a page', () => {
  test.each(['client_credentials', 'password', 'jwt_bearer'] as const)('%s has none', (flow) => {
    const { authorization_endpoint: _page, ...rest } = WITH_PAGE;
    const person = { username: 'u', password: '$Client Secret$' };
    const assertion = { private_key: '$Client Secret$' };
    const signIn = oauth2Of({
      ...rest,
      flow,
      ...(flow === 'password' ? person : {}),
      ...(flow === 'jwt_bearer' ? { assertion } : {}),
    });

    expect(signIn).toMatchObject({ flow, pkce: false });
    expect(signIn.authorizationUrl).toBeUndefined();
    expect(signIn.bindCallback).toBeUndefined();
    expect(signIn.assertion === undefined).toBe(flow !== 'jwt_bearer');
  });

  test.each([['0'], [0], [{ default: '0' }], [{ default: 0 }], [undefined]])(
    'flow_type %j is the one with a page, and with PKCE',
    (flow_type) => {
      const oauth2 = flow_type === undefined ? WITH_PAGE : { ...WITH_PAGE, flow_type };

      expect(oauth2Of(oauth2)).toMatchObject({ flow: 'authorization_code', pkce: true });
    },
  );
});
