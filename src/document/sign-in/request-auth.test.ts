import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { contextOf, documentOf } from '../testing/render-request.ts';
import { CLIENT, WITH_PAGE } from '../testing/sign-in.ts';
import { firstRequest } from '../method-requests.ts';

function render(request_auth: Json | undefined, accessToken?: string, document: JsonObject = {}) {
  const OAuth2 = request_auth === undefined ? WITH_PAGE : { ...WITH_PAGE, request_auth };
  return firstRequest(
    documentOf({ properties: ['Client ID', 'Client Secret'], OAuth2, ...document }),
    'CreateActivity',
  )?.render(
    contextOf({
      properties: CLIENT,
      ...(accessToken === undefined ? {} : { context: { accessToken } }),
    }),
  );
}

describe('request_auth', () => {
  test.each<[Json | undefined, string]>([
    [undefined, 'Bearer a1'],
    ['Bearer', 'Bearer a1'],
    ['bearer', 'bearer a1'],
    ['Zoho-oauthtoken', 'Zoho-oauthtoken a1'],
    [' token ', 'token a1'],
    ['OAuth $access_token$', 'OAuth a1'],
    ['$access_token$', 'a1'],
    [{ name: 'Authorization', value: '$access_token$' }, 'a1'],
    [{ in: 'header', name: 'Authorization', value: 'T $access_token$.' }, 'T a1.'],
  ])('%j is Authorization: %s', (request_auth, expected) => {
    expect(render(request_auth, 'a1')).toMatchObject({
      request: { headers: [['Authorization', expected]] },
    });
  });

  test('may name another header', () => {
    expect(render({ name: 'X-Token', value: '$access_token$' }, 'a1')).toMatchObject({
      request: { headers: [['X-Token', 'a1']] },
    });
  });

  test('may place the token in the query', () => {
    const placement = { in: 'query', name: 'oauth_token', value: '$access_token$' };

    expect(render(placement, 'a&1')).toMatchObject({
      request: { url: 'https://crm.example/calls?oauth_token=a%261', headers: [] },
    });
  });

  test.each<[Json | undefined]>([
    [undefined],
    ['Zoho-oauthtoken'],
    ['T $access_token$'],
    [{ name: 'X', value: '$access_token$' }],
  ])('%j without a token stops the request', (request_auth) => {
    expect(render(request_auth)).toEqual({ status: 'missing_value', name: 'access_token' });
    expect(render(request_auth, '')).toEqual({ status: 'missing_value', name: 'access_token' });
  });

  test.each<[Json | undefined]>([[undefined], ['Token'], [{ name: 'X', value: '$access_token$' }]])(
    '%j with a token that would break the header stops the request',
    (request_auth) => {
      expect(render(request_auth, 'a\r\nX-Evil: 1')).toMatchObject({
        status: 'unsafe_value',
        name: 'access_token',
      });
    },
  );

  test('beats auth where both are there', () => {
    const auth = { type: 'ApiKey', name: 'X-Key', value: '$Client ID$' };

    expect(render('Bearer', 'a1', { auth })).toMatchObject({
      request: { headers: [['Authorization', 'Bearer a1']] },
    });
  });
});
