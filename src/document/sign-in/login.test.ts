import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { bodyText, contextOf, documentOf, requestOf } from '../testing/render-request.ts';
import { LOGIN, sessionOf } from '../testing/sign-in.ts';
import { firstRequest } from '../method-requests.ts';

const PERSON = { User: 'alice', Password: 'p"w' } as const;

function login(
  auth: JsonObject,
  document: JsonObject = {},
  properties: Readonly<Record<string, string>> = PERSON,
) {
  return sessionOf({ ...LOGIN, ...auth }, document).login.render(contextOf({ properties }), {});
}

describe('a login request', () => {
  test('is a POST of JSON to the path after resource_url', () => {
    const request = requestOf(login({}));

    expect(request.method).toBe('POST');
    expect(request.url).toBe('https://crm.example/login');
    expect(request.body?.contentType).toBe('application/json');
    expect(JSON.parse(bodyText(request))).toEqual({ user: 'alice', password: 'p"w' });
  });

  test('may have another method, address and content type', () => {
    const { request_path: _path, ...rest } = LOGIN;
    const auth = {
      ...rest,
      request_method: 'PUT',
      request_url: 'https://login.example/session?v=2',
      request_content_type: 'application/x-www-form-urlencoded',
    };
    const request = requestOf(sessionOf(auth).login.render(contextOf({ properties: PERSON }), {}));

    expect(request.method).toBe('PUT');
    expect(request.url).toBe('https://login.example/session?v=2');
    expect(bodyText(request)).toBe('user=alice&password=p%22w');
  });

  test('of GET has its parameters in the query', () => {
    const request = requestOf(login({ request_method: 'GET' }));

    expect(request.url).toBe('https://crm.example/login?user=alice&password=p%22w');
    expect(request.body).toBeUndefined();
  });

  test('may be a text, and have placeholders in keys', () => {
    const text = {
      request_content_type: 'text/xml',
      request_parameters: '<login user="$User$" password="$Password$"/>',
    };
    const keys = { request_path: '/login?$User$=1', request_parameters: { $User$: '$Password$' } };

    expect(bodyText(requestOf(login(text)))).toBe('<login user="alice" password="p&quot;w"/>');
    expect(requestOf(login(keys)).url).toBe('https://crm.example/login?alice=1');
    expect(bodyText(requestOf(login(keys)))).toBe('{"alice":"p\\"w"}');
  });

  test('sends no key that it does not have', () => {
    expect(requestOf(login({ query: { a: '1' } })).url).toBe('https://crm.example/login');
  });

  test('keeps the positions of a list, as RPC wants it', () => {
    const request_parameters = {
      method: 'common.db.login',
      params: ['$User$', { password: '$Password$' }, 'en'],
    };

    expect(JSON.parse(bodyText(requestOf(login({ request_parameters }))))).toEqual({
      method: 'common.db.login',
      params: ['alice', { password: 'p"w' }, 'en'],
    });
  });

  test('has the headers of the document, its own beat them, and no token', () => {
    const request_headers = { Accept: 'application/json', 'X-App': 'b' };
    const document = { request_headers: { 'x-app': 'a', 'X-Version': '3' } };
    const session = sessionOf({ ...LOGIN, request_headers }, document);
    const context = contextOf({ properties: PERSON, context: { sessionToken: 'old' } });

    expect(requestOf(session.login.render(context, {})).headers).toEqual([
      ['X-App', 'b'],
      ['X-Version', '3'],
      ['Accept', 'application/json'],
    ]);
  });

  test('is Basic where it has a user name', () => {
    const { request_parameters: _body, ...rest } = LOGIN;
    const auth = { ...rest, username: '$User$', password: '$Password$' };
    const request = requestOf(sessionOf(auth).login.render(contextOf({ properties: PERSON }), {}));

    expect(request.headers).toEqual([
      ['Authorization', `Basic ${Buffer.from('alice:p"w').toString('base64')}`],
    ]);
    expect(request.body).toBeUndefined();
  });

  test('tells what is missing in its path, and drops what is missing in its body', () => {
    expect(login({ request_path: '/login/$User$' }, {}, {})).toEqual({
      status: 'missing_value',
      name: 'User',
    });
    expect(bodyText(requestOf(login({}, {}, { User: 'alice' })))).toBe('{"user":"alice"}');
  });

  test('goes to a pinned origin only', () => {
    const document = { properties: ['User', 'Password', 'URL'], resource_url: '$URL$' };
    const session = sessionOf(LOGIN, document);
    const context = contextOf({
      properties: { ...PERSON, URL: 'https://evil.example' },
      context: { origins: ['https://crm.example'] },
    });

    expect(session.login.render(context, {})).toMatchObject({
      status: 'unsafe_value',
      name: 'evil.example',
    });
  });

  test('takes the defaults of properties', () => {
    const properties = ['User', 'Password', { label: 'DB', default: 'main' }];
    const request = requestOf(login({ request_path: '/$DB$/login' }, { properties }));

    expect(request.url).toBe('https://crm.example/main/login');
  });
});

test('the type of a login is read without case', () => {
  expect(requestOf(login({ type: 'sESSION' })).url).toBe('https://crm.example/login');
});

describe('the session token', () => {
  const render = (present: JsonObject, token?: string, document: JsonObject = {}) =>
    firstRequest(
      documentOf({
        properties: ['User', 'Password'],
        auth: { ...LOGIN, present },
        ...document,
      }),
      'CreateActivity',
    )?.render(
      contextOf({
        properties: PERSON,
        values: { agent: '1' },
        ...(token === undefined ? {} : { context: { sessionToken: token } }),
      }),
    );

  test('is sent in a header', () => {
    const present = { name: 'Authorization', value: 'Session $session_token$' };

    expect(render(present, 's1')).toMatchObject({
      request: { headers: [['Authorization', 'Session s1']] },
    });
  });

  test('is sent in the query', () => {
    expect(render({ in: 'query', name: 'sid', value: '$session_token$' }, 's/1')).toMatchObject({
      request: { url: 'https://crm.example/calls?sid=s%2F1', headers: [] },
    });
  });

  test('may be put into another form by a variable, with other values', () => {
    const expression = "base64(properties['User'] + ':' + agent + ':' + session_token)";
    const document = { parameters: { agent: 'string' }, variables: { ticket: { expression } } };
    const present = { name: 'Authorization', value: 'Session $ticket$' };

    expect(render(present, 's1', document)).toMatchObject({
      request: {
        headers: [['Authorization', `Session ${Buffer.from('alice:1:s1').toString('base64')}`]],
      },
    });
  });

  test('that is not there stops the request', () => {
    expect(render({ name: 'X-S', value: '$session_token$' })).toEqual({
      status: 'missing_value',
      name: 'session_token',
    });
  });

  test('that would break its header stops the request', () => {
    expect(render({ name: 'X-S', value: '$session_token$' }, 'a\nb')).toMatchObject({
      status: 'unsafe_value',
      name: 'session_token',
    });
  });
});
