import { describe, expect, test } from 'vitest';
import { bodyText, contextOf, requestOf } from '../testing/render-request.ts';
import { CLIENT, oauth2Of, WITH_PAGE, WITHOUT_PAGE } from '../testing/sign-in.ts';
import type { JsonObject } from '../json-value.ts';

const CODE = {
  grant_type: 'authorization_code',
  code: 'c/1',
  redirect_uri: 'https://us.example/back',
  code_verifier: 'v',
} as const;
const REFRESH = { grant_type: 'refresh_token', refresh_token: 'r1' } as const;
const OWN = { grant_type: 'client_credentials' } as const;

type Fields = Readonly<Record<string, string>>;

function render(oauth2: JsonObject, fields: Fields, properties: Fields = CLIENT, document = {}) {
  const signIn = oauth2Of({ ...WITH_PAGE, ...oauth2 }, document);
  return signIn.token.render(contextOf({ properties }), fields);
}

function requestFor(oauth2: JsonObject, fields: Fields, document: JsonObject = {}) {
  return requestOf(render(oauth2, fields, CLIENT, document));
}

function form(oauth2: JsonObject, fields: Fields): unknown {
  return Object.fromEntries(new URLSearchParams(bodyText(requestFor(oauth2, fields))));
}

describe('a token request', () => {
  test('is a POST of a form with the grant and the client', () => {
    const request = requestFor({}, CODE);

    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://login.example/token');
    expect(request.body?.contentType).toBe('application/x-www-form-urlencoded');
    expect(form({}, CODE)).toEqual({ ...CODE, client_id: 'app-1', client_secret: 's3cret' });
  });

  test('asks for JSON, since some servers answer a form', () => {
    expect(requestFor({}, CODE).headers).toEqual([['Accept', 'application/json']]);
  });

  test('encodes values so that none can become a field', () => {
    const body = bodyText(requestFor({}, { ...REFRESH, refresh_token: 'a&scope=admin+b' }));

    expect(body).toContain('refresh_token=a%26scope%3Dadmin%2Bb&');
  });

  test('has none of the headers of the document, and no token', () => {
    const document = { request_headers: { 'X-Team': 'a', 'Api-Version': '3' } };

    expect(requestFor({}, REFRESH, document).headers).toEqual([['Accept', 'application/json']]);
  });

  test('keeps the content type as written', () => {
    const content_type = 'application/x-www-form-urlencoded;charset=utf-8';
    const request = requestFor({ token_parameters: { content_type } }, CODE);

    expect(request.body?.contentType).toBe(content_type);
    expect(bodyText(request)).toContain('grant_type=authorization_code');
  });

  test('is JSON where the document says so', () => {
    const request = requestFor({ token_parameters: { content_type: 'application/json' } }, REFRESH);

    expect(JSON.parse(bodyText(request))).toEqual({
      ...REFRESH,
      client_id: 'app-1',
      client_secret: 's3cret',
    });
  });
});

describe('token_parameters', () => {
  const token_parameters = {
    user_type: 'Location',
    audience: '$Client ID$/api',
    gone: '$Absent$',
    _note: 'x',
  };
  const document = { properties: ['Client ID', 'Client Secret', 'Absent'] };

  test.each([CODE, REFRESH, OWN])('are fields of each token request: $grant_type', (fields) => {
    const body = bodyText(requestFor({ token_parameters }, fields, document));

    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      user_type: 'Location',
      audience: 'app-1/api',
      ...fields,
      client_id: 'app-1',
      client_secret: 's3cret',
    });
  });

  test.each([
    'grant_type',
    'code',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'assertion',
    'client_id',
    'client_secret',
  ])('cannot set %s', (name) => {
    const sent = form({ token_parameters: { [name]: 'mine' } }, REFRESH);

    expect(Object.values(sent ?? {})).not.toContain('mine');
  });

  test('may name a grant of the server’s own for client_credentials alone', () => {
    const oauth2 = { token_parameters: { grant_type: 'account_credentials' } };

    expect(form(oauth2, OWN)).toMatchObject({ grant_type: 'account_credentials' });
    expect(form(oauth2, REFRESH)).toMatchObject({ grant_type: 'refresh_token' });
  });
});

describe('the client', () => {
  test('is Basic where the document says so, both parts encoded as a form (RFC 6749, 2.3.1)', () => {
    const oauth2 = { token_endpoint_auth: 'basic' };
    const properties = { 'Client ID': 'a:b', 'Client Secret': 'ü %' };
    const request = requestOf(render(oauth2, REFRESH, properties));

    const pair = Buffer.from('a%3Ab:%C3%BC%20%25').toString('base64');
    expect(request.headers).toContainEqual(['Authorization', `Basic ${pair}`]);
    expect(bodyText(request)).toBe('grant_type=refresh_token&refresh_token=r1');
  });

  test('may stand in the body beside Basic, by a field of the document', () => {
    const oauth2 = {
      token_endpoint_auth: 'basic',
      token_parameters: { client_id: '$Client ID$' },
    };

    expect(form(oauth2, REFRESH)).toEqual({ client_id: 'app-1', ...REFRESH });
  });

  test.each(['body', 'basic'])('without a secret says who it is: %s', (token_endpoint_auth) => {
    const { client_secret: _secret, ...rest } = WITH_PAGE;
    const signIn = oauth2Of({ ...rest, token_endpoint_auth }, { properties: ['Client ID'] });
    const context = contextOf({ properties: { 'Client ID': 'app-1' } });
    const request = requestOf(signIn.token.render(context, REFRESH));

    expect(bodyText(request)).toBe('grant_type=refresh_token&refresh_token=r1&client_id=app-1');
    expect(request.headers).toEqual([['Accept', 'application/json']]);
  });

  test('without an id is told by its name, and nothing is sent', () => {
    expect(render({}, CODE, { 'Client Secret': 's' })).toEqual({
      status: 'missing_value',
      name: 'Client ID',
    });
  });
});

describe('the flow password', () => {
  const oauth2 = { ...WITHOUT_PAGE, flow: 'password', username: '$User$', password: '$Password$' };
  const document = { properties: ['Client ID', 'Client Secret', 'User', 'Password'] };
  const properties = { ...CLIENT, User: 'alice', Password: 'p&w' };
  const signIn = oauth2Of(oauth2, document);

  test('sends user name and password at first', () => {
    const request = requestOf(
      signIn.token.render(contextOf({ properties }), { grant_type: 'password' }),
    );

    expect(Object.fromEntries(new URLSearchParams(bodyText(request)))).toEqual({
      grant_type: 'password',
      username: 'alice',
      password: 'p&w',
      client_id: 'app-1',
      client_secret: 's3cret',
    });
  });

  test('sends neither when a token is renewed', () => {
    const request = requestOf(signIn.token.render(contextOf({ properties }), REFRESH));

    expect(bodyText(request)).not.toMatch(/alice|p%26w|username/);
  });

  test('tells which of the two is missing', () => {
    const context = contextOf({ properties: { ...CLIENT, User: 'alice' } });

    expect(signIn.token.render(context, { grant_type: 'password' })).toEqual({
      status: 'missing_value',
      name: 'Password',
    });
  });
});

describe('the token endpoint', () => {
  const AT_INSTANCE = { token_endpoint: '$Instance$/oauth/token' };
  const document = { properties: ['Client ID', 'Client Secret', 'Instance'] };
  const instance = (Instance: string): Fields => ({ ...CLIENT, Instance });

  test('may begin with a property', () => {
    const properties = instance('https://acme.example/base/');

    expect(requestOf(render(AT_INSTANCE, CODE, properties, document)).url).toBe(
      'https://acme.example/base/oauth/token',
    );
  });

  test('is one of the pinned origins', () => {
    const signIn = oauth2Of({ ...WITH_PAGE, ...AT_INSTANCE }, document);
    const context = contextOf({
      properties: instance('https://evil.example'),
      context: { origins: ['https://crm.example', 'https://acme.example'] },
    });

    expect(signIn.token.render(context, CODE)).toMatchObject({
      status: 'unsafe_value',
      name: 'evil.example',
    });
  });

  test.each(['javascript:alert(1)', 'ftp://acme.example', 'acme.example', ''])(
    'is http or https: %j',
    (address) => {
      expect(render(AT_INSTANCE, CODE, instance(address), document).status).not.toBe('request');
    },
  );

  test('must be one of the hosts', () => {
    const withHosts = { ...document, hosts: ['crm.example', 'login.example'] };

    expect(render(AT_INSTANCE, CODE, instance('https://evil.example'), withHosts)).toMatchObject({
      status: 'unsafe_value',
    });
  });
});
