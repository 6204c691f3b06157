import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { contextOf, documentOf } from '../testing/render-request.ts';
import { firstRequest } from '../method-requests.ts';

const REQUEST = { request_method: 'GET', request_path: '/me' } as const;
const PORTAL = { label: 'Portal', filled_by: 'sign_in' } as const;

function account(response_map: JsonObject, answer: Json, partial: JsonObject = {}) {
  const document = documentOf({
    properties: ['Key', PORTAL],
    parameters: { region: 'string' },
    auth: { type: 'Bearer', token: '$Key$' },
    API: { Account: { ...REQUEST, response_map: { ...FILLS, ...response_map } } },
    ...partial,
  });
  const context = contextOf({ properties: { Key: 'k' } });
  const method = firstRequest(document, 'Account');
  const found = method?.bind.read(answer, context);
  const record = found?.status === 'bound' ? (found.records[0] ?? {}) : {};
  return document.bindAccount(record, context);
}

const FILLS = { portal: '$Portal$' } as const;

describe('the method Account', () => {
  test('tells the account, local values and properties that it fills', () => {
    const map = { id: '$account_id$', org: { name: '$account_name$' }, region: '$region$' };
    const answer = { id: 77, org: { name: 'Acme' }, region: 'eu', portal: 'p-1' };

    expect(account(map, answer)).toEqual({
      status: 'bound',
      accountId: '77',
      accountName: 'Acme',
      locals: { region: 'eu' },
      properties: { Portal: 'p-1' },
    });
  });

  test('takes the first of a list', () => {
    const map = { rows: [{ id: '$account_id$', portal: '$Portal$' }] };
    const answer = {
      rows: [
        { id: 1, portal: 'a' },
        { id: 2, portal: 'b' },
      ],
    };

    expect(account(map, answer)).toMatchObject({ accountId: '1', properties: { Portal: 'a' } });
  });

  test('may fill properties alone', () => {
    expect(account({}, { portal: 'p-1' })).toEqual({
      status: 'bound',
      locals: {},
      properties: { Portal: 'p-1' },
    });
  });

  test('cannot fill an address outside the hosts', () => {
    const partial = {
      properties: ['Key', { ...PORTAL, type: 'url' }],
      hosts: ['crm.example', '*.crm.example'],
    };

    expect(account({}, { portal: 'https://evil.example' }, partial)).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('https://evil.example'),
    });
    expect(account({}, { portal: 'https://na1.crm.example' }, partial)).toMatchObject({
      properties: { Portal: 'https://na1.crm.example' },
    });
  });

  test('cannot make a host with the default of another property', () => {
    const partial = {
      properties: ['Key', PORTAL, { label: 'Domain', default: 'evil.example' }],
      resource_url: 'https://$Portal$.$Domain$',
      API: {
        Account: {
          request_method: 'GET',
          request_url: 'https://crm.example/me',
          response_map: FILLS,
        },
        Users: REQUEST,
      },
      hosts: ['crm.example', '*.crm.example'],
    };

    expect(account({}, { portal: 'na1' }, partial)).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('https://na1.evil.example'),
    });
  });

  test('compares the properties of the form', () => {
    const partial = { properties: ['Key', 'Team', PORTAL] };

    expect(account({ team: '$Team$' }, { portal: 'p', team: 'x' }, partial)).toMatchObject({
      properties: {},
    });
  });

  test('a label such as account_id is a property like any other', () => {
    const partial = { properties: ['Key', PORTAL, { label: 'account_id', filled_by: 'sign_in' }] };

    expect(account({ id: '$account_id$' }, { id: 5, portal: 'p' }, partial)).toEqual({
      status: 'bound',
      locals: {},
      properties: { account_id: '5', Portal: 'p' },
    });
  });
});

describe('a property that the sign-in fills', () => {
  const { properties } = documentOf({
    properties: [PORTAL, { label: 'Team', required: true }],
    API: { Account: { ...REQUEST, response_map: FILLS } },
  });

  test('is asked of nobody', () => {
    expect(properties).toMatchObject([
      { label: 'Portal', filledBySignIn: true, required: false },
      { label: 'Team', filledBySignIn: false, required: true },
    ]);
  });

  test.each(['CreateActivity', 'FindContact'] as const)('is compared by %s', (name) => {
    const document = documentOf({
      properties: [PORTAL],
      API: {
        Account: { ...REQUEST, response_map: FILLS },
        [name]: { ...REQUEST, response_map: { portal: '$Portal$', id: '$activity_id$' } },
      },
    });
    const context = contextOf({ properties: { Portal: 'p-1' } });

    expect(firstRequest(document, name)?.bind.read({ portal: 'p-2', id: 1 }, context).status).toBe(
      'refused',
    );
  });
});

describe('the origins of a document', () => {
  test('are those of methods, token endpoint and login, not of the page that people open', () => {
    const OAuth2 = {
      client_id: 'c',
      authorization_endpoint: 'https://page.example/authorize',
      token_endpoint: '$Tokens$/token',
    };
    const login = {
      type: 'Session',
      request_url: 'https://Login.example:443/in',
      response_map: { token: '$session_token$' },
      present: { name: 'X', value: '$session_token$' },
    };

    expect(
      documentOf({ properties: ['Tokens'], OAuth2 }).originsOf({
        Tokens: 'https://tokens.example:8443',
      }),
    ).toEqual(['https://crm.example', 'https://tokens.example:8443']);
    expect(documentOf({ auth: login }).originsOf({})).toEqual([
      'https://crm.example',
      'https://login.example',
    ]);
  });
});
