import { describe, expect, test } from 'vitest';
import type { SignInAnswer } from '../compiled-document.ts';
import type { Json, JsonObject } from '../json-value.ts';
import { contextOf } from '../testing/render-request.ts';
import { CLIENT, LOGIN, oauth2Of, sessionOf, WITH_PAGE } from '../testing/sign-in.ts';

const URL_FIELD = { label: 'Instance', type: 'url', filled_by: 'sign_in' } as const;
const SLUG = { label: 'Slug', filled_by: 'sign_in' } as const;
const CLIENT_FIELDS = ['Client ID', 'Client Secret'] as const;

function tokenAnswer(answer: Json | undefined, map?: JsonObject, document?: JsonObject) {
  const oauth2 = map === undefined ? WITH_PAGE : { ...WITH_PAGE, token_response_map: map };
  return oauth2Of(oauth2, document).token.bind(answer, contextOf({ properties: CLIENT }));
}

function bound(extra: Partial<SignInAnswer> = {}) {
  return { status: 'bound', properties: {}, locals: {}, ...extra };
}

describe('a token answer', () => {
  test('is read by the names of RFC 6749, section 5.1', () => {
    const answer = {
      access_token: 'a1',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'r1',
      scope: 'x',
    };

    expect(tokenAnswer(answer)).toEqual(
      bound({ accessToken: 'a1', refreshToken: 'r1', expiresInSeconds: 3600 }),
    );
  });

  test('without expires_in has no expiry, without refresh_token none', () => {
    expect(tokenAnswer({ access_token: 'a1' })).toEqual(bound({ accessToken: 'a1' }));
  });

  test.each<[Json, number | undefined]>([
    [3600, 3600],
    ['3600', 3600],
    ['3599.9', 3599],
    [0, undefined],
    ['0', undefined],
    [-1, undefined],
    ['soon', undefined],
    [null, undefined],
    [true, undefined],
    ['', undefined],
    ['1e9', undefined],
    [1e300, 315_360_000],
    [JSON.rawJSON('99999999999999999999'), 315_360_000],
    [{ a: 1 }, undefined],
  ])('expires_in %j is %s seconds', (expires_in, seconds) => {
    const answer = tokenAnswer({ access_token: 'a1', expires_in });

    expect(answer).toEqual(
      bound({
        accessToken: 'a1',
        ...(seconds === undefined ? {} : { expiresInSeconds: seconds }),
      }),
    );
  });

  test('may have its members elsewhere', () => {
    const map = {
      data: { token: '$access_token$', renew: '$refresh_token$', ttl: '$expires_in$' },
    };
    const answer = {
      access_token: 'other',
      expires_in: 1,
      data: { token: 'a1', renew: 'r1', ttl: '60' },
    };

    expect(tokenAnswer(answer, map)).toEqual(
      bound({ accessToken: 'a1', refreshToken: 'r1', expiresInSeconds: 60 }),
    );
  });

  test('what the map reads elsewhere is not read under its own name', () => {
    const answer = { access_token: 'other', refresh_token: 'r1', data: {} };

    expect(tokenAnswer(answer, { data: { token: '$access_token$' } })).toMatchObject({
      status: 'refused',
    });
    expect(
      tokenAnswer(
        { access_token: 'a1', refresh_token: 'r1' },
        { data: { renew: '$refresh_token$' } },
      ),
    ).toEqual(bound({ accessToken: 'a1' }));
  });

  test('a number as a token keeps its digits', () => {
    expect(tokenAnswer({ access_token: JSON.rawJSON('12345678901234567890') })).toMatchObject({
      accessToken: '12345678901234567890',
    });
  });

  test('brings local values and the account', () => {
    const document = { parameters: { location: 'string' } };
    const map = { locationId: '$location$', id: '$account_id$', org: { name: '$account_name$' } };
    const answer = { access_token: 'a1', locationId: 7, id: '00D', org: { name: 'Acme' } };

    expect(tokenAnswer(answer, map, { ...document, properties: [...CLIENT_FIELDS] })).toEqual(
      bound({
        accessToken: 'a1',
        locals: { location: '7' },
        accountId: '00D',
        accountName: 'Acme',
      }),
    );
  });

  test('without the account that the map names is an answer all the same', () => {
    expect(tokenAnswer({ access_token: 'a1' }, { id: '$account_id$' })).toEqual(
      bound({ accessToken: 'a1' }),
    );
  });
});

describe('a 200 without a token', () => {
  test.each<[string, Json | undefined, { message: string; code?: string }]>([
    [
      'has the words of RFC 6749, section 5.2',
      { error: 'invalid_grant', error_description: 'expired authorization code' },
      { message: 'expired authorization code', code: 'invalid_grant' },
    ],
    [
      'has the code alone',
      { error: 'invalid_grant' },
      { message: 'invalid_grant', code: 'invalid_grant' },
    ],
    [
      'has words of its own',
      { ok: false, message: 'Account is closed' },
      { message: 'Account is closed' },
    ],
    [
      'has them a level deeper',
      { error: { code: 190, message: 'Malformed token' } },
      { message: 'Malformed token', code: '190' },
    ],
    [
      'has them in a list',
      { errors: [{ code: 'E1', detail: 'No such client' }] },
      { message: 'No such client', code: 'E1' },
    ],
    ['has a list of texts', { errors: ['No such client'] }, { message: 'No such client' }],
    ['has none', {}, { message: 'The answer has no access_token.' }],
    ['is empty', undefined, { message: 'The answer has no access_token.' }],
    ['has an empty token', { access_token: '' }, { message: 'The answer has no access_token.' }],
    [
      'has no text as token',
      { access_token: true },
      { message: 'The answer has no access_token.' },
    ],
    ['has a list', { access_token: ['a'] }, { message: 'The answer has no access_token.' }],
    ['is a text', 'access_token=a', { message: 'The answer has no access_token.' }],
  ])('is a refusal: it %s', (_name, answer, refusal) => {
    expect(tokenAnswer(answer)).toEqual({ status: 'refused', ...refusal });
  });

  test('has words that people can read', () => {
    const answer = tokenAnswer({ error_description: 'x'.repeat(10_000) });

    expect(answer.status === 'refused' && answer.message).toBe(`${'x'.repeat(500)}…`);
  });
});

test.each([
  ['a line break', 'a\r\nX-Evil: 1'],
  ['a letter that no header can carry', 'a\u2603'],
  ['more than any header holds', 'x'.repeat(70_000)],
])('a token with %s is refused', (_name, token) => {
  expect(tokenAnswer({ access_token: token })).toEqual({
    status: 'refused',
    message: 'The access_token in the answer cannot be sent on.',
  });
  expect(tokenAnswer({ access_token: 'a', refresh_token: token })).toMatchObject({
    message: 'The refresh_token in the answer cannot be sent on.',
  });
});

describe('a property that is compared', () => {
  const team = { label: 'Team', default: 'blue' };
  const properties = [...CLIENT_FIELDS, 'User', 'Password', team];
  const context = contextOf({ properties: CLIENT });
  const map = { team: '$Team$' };

  test.each(['blue', 'red'])('is compared with its default: %s', (value) => {
    const signIn = oauth2Of(
      { ...WITH_PAGE, token_response_map: map, callback_map: map },
      { properties },
    );
    const session = sessionOf(
      { ...LOGIN, response_map: { ...map, token: '$session_token$' } },
      { properties },
    );
    const answer = { access_token: 'a1', token: 's1', team: value };
    const status = value === 'blue' ? 'bound' : 'refused';

    expect(signIn.token.bind(answer, context).status).toBe(status);
    expect(signIn.bindCallback?.({ team: value }, context).status).toBe(status);
    expect(session.login.bind(answer, context).status).toBe(status);
  });
});

describe('a literal in the map', () => {
  const map = { ok: true };

  test('must be equal', () => {
    expect(tokenAnswer({ access_token: 'a1', ok: true }, map).status).toBe('bound');
  });

  test('that differs is a refusal, in the server’s words if it has any', () => {
    expect(tokenAnswer({ access_token: 'a1', ok: false, error: 'gone' }, map)).toEqual({
      status: 'refused',
      message: 'gone',
      code: 'gone',
    });
    expect(tokenAnswer({ access_token: 'a1', ok: false }, map)).toMatchObject({
      message: expect.stringContaining('"ok" is "false"'),
    });
  });
});

describe('a property that the sign-in fills', () => {
  const document = (hosts: readonly string[]): JsonObject => ({
    properties: [...CLIENT_FIELDS, URL_FIELD, SLUG],
    hosts: [...hosts, 'login.example'],
    resource_url: '$Instance$',
  });
  const map = { instance_url: '$Instance$', account: { slug: '$Slug$' } };
  const fill = (hosts: readonly string[], instance_url: Json) =>
    tokenAnswer(
      { access_token: 'a1', instance_url, account: { slug: 'acme' } },
      map,
      document(hosts),
    );

  test('comes with the token', () => {
    expect(fill(['*.crm.example'], 'https://na1.crm.example')).toEqual(
      bound({
        accessToken: 'a1',
        properties: { Instance: 'https://na1.crm.example', Slug: 'acme' },
      }),
    );
  });

  test.each([
    'https://evil.example',
    'https://crm.example',
    'https://na1.crm.example.evil.example',
    'https://na1.crm.example@evil.example',
    'https://evil.example/?https://na1.crm.example',
    'https://evil.example\\.crm.example',
    'javascript:alert(1)',
    'na1.crm.example',
  ])('cannot be %s', (address) => {
    expect(fill(['*.crm.example'], address)).toMatchObject({ status: 'refused' });
  });

  test('missing in the answer is not there, and keeps nothing from working', () => {
    expect(fill(['*.crm.example'], null)).toEqual(
      bound({ accessToken: 'a1', properties: { Slug: 'acme' } }),
    );
  });

  test('is bound, while another property is compared', () => {
    const signIn = oauth2Of(
      { ...WITH_PAGE, token_response_map: { slug: '$Slug$', client: '$Client ID$' } },
      { properties: [...CLIENT_FIELDS, SLUG], API: { Users: USES_SLUG } },
    );
    const context = contextOf({ properties: CLIENT });
    const answer = { access_token: 'a1', slug: 's' };

    expect(signIn.token.bind({ ...answer, client: 'app-1' }, context)).toMatchObject({
      properties: { Slug: 's' },
    });
    expect(signIn.token.bind({ ...answer, client: 'app-2' }, context).status).toBe('refused');
  });

  test('is not longer than any value may be', () => {
    const answer = { access_token: 'a1', account: { slug: 'x'.repeat(70_000) } };

    expect(tokenAnswer(answer, map, document(['*.crm.example']))).toEqual({
      status: 'refused',
      message: 'The value for "Slug" is too long.',
    });
  });
});

const USES_SLUG = { request_method: 'GET', request_path: '/$Slug$/users' } as const;

describe('a property that makes a host', () => {
  const oauth2 = { ...WITH_PAGE, token_response_map: { pod: '$Pod$' } };
  const pod = { label: 'Pod', filled_by: 'sign_in' };
  const answer = (value: string) => ({ access_token: 'a1', pod: value });
  const bind = (document: JsonObject, value: string) =>
    oauth2Of(oauth2, { properties: [...CLIENT_FIELDS, pod], ...document }).token.bind(
      answer(value),
      contextOf({ properties: CLIENT }),
    );

  test.each([
    ['a label of it', 'https://$Pod$.crm.example/v1', 'na7', 'evil.example/'],
    ['all of it', 'https://$Pod$/v1', 'na7.crm.example', 'evil.example'],
    ['its beginning', '$Pod$/v1', 'https://na7.crm.example', 'https://evil.example'],
  ])('by being %s is held to the hosts', (_name, resource_url, good, bad) => {
    const document = { resource_url, hosts: ['*.crm.example', 'login.example'] };

    expect(bind(document, good)).toMatchObject({ properties: { Pod: good } });
    expect(bind(document, bad)).toMatchObject({ status: 'refused' });
  });

  test('through a variable is held to them too', () => {
    const document = {
      variables: { base: 'https://$Pod$' },
      resource_url: '$base$/v1',
      hosts: ['*.crm.example', 'login.example'],
    };

    expect(bind(document, 'na7.crm.example').status).toBe('bound');
    expect(bind(document, 'evil.example')).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('https://evil.example'),
    });
  });
});

describe('the redirect', () => {
  const accounts = { label: 'Accounts', type: 'url', filled_by: 'sign_in' };
  const oauth2 = {
    ...WITH_PAGE,
    token_endpoint: '$Accounts$/token',
    callback_map: {
      'accounts-server': '$Accounts$',
      location: '$location$',
      realmId: '$account_id$',
    },
  };
  const document = {
    properties: [...CLIENT_FIELDS, accounts],
    parameters: { location: 'string' },
    hosts: ['crm.example', 'accounts.crm.example', 'accounts.crm.eu', '*.crm.example'],
  };
  const signIn = oauth2Of(oauth2, document);
  const context = contextOf({ properties: CLIENT });
  const back = (server: string) =>
    signIn.bindCallback?.({ 'accounts-server': server, location: 'eu', realmId: '9' }, context);

  test('brings an address among the fixed hosts, local values and the account', () => {
    expect(back('https://accounts.crm.eu')).toEqual({
      status: 'bound',
      properties: { Accounts: 'https://accounts.crm.eu' },
      locals: { location: 'eu' },
      accountId: '9',
    });
  });

  test.each(['https://evil.crm.example', 'https://evil.example', 'http:accounts.crm.eu'])(
    'cannot send the client secret to %s, whatever hosts with * allow',
    (server) => {
      expect(back(server)).toMatchObject({ status: 'refused' });
    },
  );

  test('an address that was kept is held to the fixed hosts again', () => {
    const kept = { ...CLIENT, Accounts: 'https://evil.crm.example' };
    const request = signIn.token.render(contextOf({ properties: kept }), {
      grant_type: 'refresh_token',
    });

    expect(request).toMatchObject({ status: 'unsafe_value', name: 'token_endpoint' });
  });

  test('an address of the document itself may be any of its hosts', () => {
    const withDefault = { ...accounts, default: 'https://accounts.crm.example' };
    const other = oauth2Of(oauth2, { ...document, properties: [...CLIENT_FIELDS, withDefault] });

    expect(other.token.render(context, { grant_type: 'refresh_token' })).toMatchObject({
      status: 'request',
      request: { url: 'https://accounts.crm.example/token' },
    });
  });

  test('does not come in a flow without a page: what it would fill is free of its rule', () => {
    const { authorization_endpoint: _page, callback_map, ...rest } = oauth2;
    const other = oauth2Of(
      {
        ...rest,
        flow: 'client_credentials',
        callback_map,
        token_response_map: { server: '$Accounts$' },
      },
      {
        ...document,
        properties: [...CLIENT_FIELDS, { ...accounts, default: 'https://accounts.crm.eu' }],
      },
    );
    const kept = { ...CLIENT, Accounts: 'https://na1.crm.example' };

    expect(other.token.render(contextOf({ properties: kept }), { grant_type: 'x' })).toMatchObject({
      request: { url: 'https://na1.crm.example/token' },
    });
  });

  test('never brings a token', () => {
    const map = { ...WITH_PAGE, callback_map: { token: '$location$', access_token: 'x' } };
    const { bindCallback } = oauth2Of(map, { parameters: { location: 'string' } });

    expect(bindCallback?.({ token: 't', access_token: 'x' }, context)).toEqual({
      status: 'bound',
      properties: {},
      locals: { location: 't' },
    });
  });

  test('without a map brings nothing', () => {
    expect(oauth2Of(WITH_PAGE).bindCallback?.({ code: 'c', state: 's' }, context)).toEqual({
      status: 'bound',
      properties: {},
      locals: {},
    });
  });

  test('has its names as own members only', () => {
    const { bindCallback } = oauth2Of(
      { ...WITH_PAGE, callback_map: { toString: '$location$' } },
      { parameters: { location: 'string' } },
    );

    expect(bindCallback?.({}, context)).toMatchObject({ status: 'bound', locals: {} });
  });
});

describe('a login', () => {
  const bind = (answer: Json, map: JsonObject = LOGIN.response_map, document: JsonObject = {}) =>
    sessionOf({ ...LOGIN, response_map: map }, document).login.bind(answer, contextOf({}));

  test('brings the token, its lifetime and local values', () => {
    const map = { id: '$session_token$', valid: '$expires_in$', user: { id: '$agent$' } };
    const document = { parameters: { agent: 'string' } };

    expect(bind({ id: 's1', valid: '900', user: { id: 5 } }, map, document)).toEqual(
      bound({ sessionToken: 's1', expiresInSeconds: 900, locals: { agent: '5' } }),
    );
  });

  test('reads nothing by the names of OAuth2', () => {
    const answer = { token: 's1', access_token: 'a', refresh_token: 'r', expires_in: 5 };

    expect(bind(answer)).toEqual(bound({ sessionToken: 's1' }));
  });

  test('by position', () => {
    const map = { result: ['$agent$', '$session_token$'] };

    expect(bind({ result: [1, 'abc'] }, map, { parameters: { agent: 'string' } })).toEqual(
      bound({ sessionToken: 'abc', locals: { agent: '1' } }),
    );
  });

  test.each<[Json, string]>([
    [{ error: ['denied', ''] }, 'denied'],
    [{ message: 'Wrong password' }, 'Wrong password'],
    [{}, 'The answer has no session_token.'],
    [null, 'The answer has no session_token.'],
  ])('without a token is a refusal: %j', (answer, message) => {
    expect(bind(answer)).toMatchObject({ status: 'refused', message });
  });

  test('fills properties', () => {
    const properties = ['User', 'Password', { label: 'Tenant', filled_by: 'sign_in' }];
    const map = { token: '$session_token$', tenant: '$Tenant$' };

    expect(bind({ token: 's1', tenant: 't-9' }, map, { properties })).toEqual(
      bound({ sessionToken: 's1', properties: { Tenant: 't-9' } }),
    );
  });
});
