import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { bodyText, contextOf, documentOf } from '../testing/render-request.ts';
import { firstRequest } from '../method-requests.ts';

/** The sign-in of a CRM, from the page to the first request after it. */
interface Vendor {
  readonly document: JsonObject;
  readonly properties: Readonly<Record<string, string>>;
  readonly page?: string;
  readonly callback?: Readonly<Record<string, string>>;
  readonly grant: Readonly<Record<string, string>>;
  readonly tokenUrl: string;
  readonly tokenHeaders?: Readonly<Record<string, string>>;
  readonly sent: Readonly<Record<string, string>>;
  readonly answer: Json;
  readonly first: { readonly url: string; readonly headers: readonly (readonly string[])[] };
}

const CODE = { grant_type: 'authorization_code', code: 'c-1' } as const;
const CLIENT = { 'Client ID': 'app', 'Client Secret': 'secret-1' } as const;
const LABELS = ['Client ID', { label: 'Client Secret', type: 'secret' }] as const;
const USERS = { Users: { request_method: 'GET', request_path: '/users' } } as const;

function filled(label: string, type = 'url'): JsonObject {
  return { label, type, filled_by: 'sign_in' };
}

const CREDENTIALS = { client_id: '$Client ID$', client_secret: '$Client Secret$' } as const;

const VENDORS: Readonly<Record<string, Vendor>> = {
  // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
  Salesforce: {
    document: {
      properties: [
        ...LABELS,
        { label: 'Login', default: 'https://login.salesforce.com' },
        filled('Instance'),
      ],
      hosts: ['login.salesforce.com', 'test.salesforce.com', '*.my.salesforce.com'],
      resource_url: '$Instance$/services/data/v61.0',
      OAuth2: {
        ...CREDENTIALS,
        authorization_endpoint: '$Login$/services/oauth2/authorize',
        authorization_parameters: { default: 'scope=api%20refresh_token' },
        token_endpoint: '$Login$/services/oauth2/token',
        token_response_map: { instance_url: '$Instance$', id: '$account_id$' },
      },
    },
    properties: CLIENT,
    page: 'https://login.salesforce.com/services/oauth2/authorize?scope=api%20refresh_token&',
    grant: CODE,
    tokenUrl: 'https://login.salesforce.com/services/oauth2/token',
    sent: { ...CODE, client_id: 'app', client_secret: 'secret-1' },
    answer: {
      access_token: '00Dx!AQ',
      refresh_token: '5Aep',
      instance_url: 'https://acme.my.salesforce.com',
      id: 'https://login.salesforce.com/id/00Dx/005x',
    },
    first: {
      url: 'https://acme.my.salesforce.com/services/data/v61.0/users',
      headers: [['Authorization', 'Bearer 00Dx!AQ']],
    },
  },
  // https://www.zoho.com/crm/developer/docs/api/v8/multi-dc.html
  Zoho: {
    document: {
      properties: [...LABELS, filled('Accounts server'), filled('API domain')],
      hosts: ['accounts.zoho.com', 'accounts.zoho.eu', 'www.zohoapis.com', 'www.zohoapis.eu'],
      resource_url: '$API domain$/crm/v8',
      OAuth2: {
        ...CREDENTIALS,
        pkce: false,
        authorization_endpoint: 'https://accounts.zoho.com/oauth/v2/auth',
        authorization_parameters: { scope: 'ZohoCRM.modules.ALL', access_type: 'offline' },
        callback_map: { 'accounts-server': '$Accounts server$' },
        token_endpoint: '$Accounts server$/oauth/v2/token',
        token_response_map: { api_domain: '$API domain$' },
        request_auth: 'Zoho-oauthtoken',
      },
    },
    properties: CLIENT,
    page: 'https://accounts.zoho.com/oauth/v2/auth?scope=ZohoCRM.modules.ALL&access_type=offline&',
    callback: { 'accounts-server': 'https://accounts.zoho.eu', location: 'eu', code: 'c-1' },
    grant: CODE,
    tokenUrl: 'https://accounts.zoho.eu/oauth/v2/token',
    sent: { ...CODE, client_id: 'app', client_secret: 'secret-1' },
    answer: { access_token: '1000.a', api_domain: 'https://www.zohoapis.eu', expires_in: 3600 },
    first: {
      url: 'https://www.zohoapis.eu/crm/v8/users',
      headers: [['Authorization', 'Zoho-oauthtoken 1000.a']],
    },
  },
  // https://pipedrive.readme.io/docs/marketplace-oauth-authorization
  Pipedrive: {
    document: {
      properties: [...LABELS, filled('API domain')],
      hosts: ['oauth.pipedrive.com', '*.pipedrive.com'],
      resource_url: '$API domain$/api/v2',
      OAuth2: {
        ...CREDENTIALS,
        authorization_endpoint: 'https://oauth.pipedrive.com/oauth/authorize',
        token_endpoint: 'https://oauth.pipedrive.com/oauth/token',
        token_endpoint_auth: 'basic',
        token_response_map: { api_domain: '$API domain$' },
      },
    },
    properties: CLIENT,
    grant: CODE,
    tokenUrl: 'https://oauth.pipedrive.com/oauth/token',
    tokenHeaders: { Authorization: `Basic ${Buffer.from('app:secret-1').toString('base64')}` },
    sent: CODE,
    answer: { access_token: 'v1u:A', api_domain: 'https://acme.pipedrive.com', expires_in: 3599 },
    first: {
      url: 'https://acme.pipedrive.com/api/v2/users',
      headers: [['Authorization', 'Bearer v1u:A']],
    },
  },
  // https://marketplace.gohighlevel.com/docs/Authorization/OAuth2.0
  GoHighLevel: {
    document: {
      properties: [...LABELS, filled('Location', 'text')],
      request_headers: { Version: '2021-07-28' },
      resource_url: 'https://services.leadconnectorhq.com',
      OAuth2: {
        ...CREDENTIALS,
        authorization_endpoint: 'https://marketplace.gohighlevel.com/oauth/chooselocation',
        token_endpoint: 'https://services.leadconnectorhq.com/oauth/token',
        token_parameters: { user_type: 'Location' },
        token_response_map: { locationId: '$Location$' },
      },
      API: { Users: { request_method: 'GET', request_path: '/users/?locationId=$Location$' } },
    },
    properties: CLIENT,
    grant: CODE,
    tokenUrl: 'https://services.leadconnectorhq.com/oauth/token',
    sent: { user_type: 'Location', ...CODE, client_id: 'app', client_secret: 'secret-1' },
    answer: { access_token: 'ey.1', locationId: 'l0c', expires_in: '86399' },
    first: {
      url: 'https://services.leadconnectorhq.com/users/?locationId=l0c',
      headers: [
        ['Version', '2021-07-28'],
        ['Authorization', 'Bearer ey.1'],
      ],
    },
  },
  // https://developers.zoom.us/docs/internal-apps/s2s-oauth: a grant of its own name
  Zoom: {
    document: {
      properties: [...LABELS, 'Account ID'],
      resource_url: 'https://api.zoom.us/v2',
      OAuth2: {
        ...CREDENTIALS,
        flow: 'client_credentials',
        token_endpoint: 'https://zoom.us/oauth/token',
        token_endpoint_auth: 'basic',
        token_parameters: { grant_type: 'account_credentials', account_id: '$Account ID$' },
      },
    },
    properties: { ...CLIENT, 'Account ID': 'acc-1' },
    grant: { grant_type: 'client_credentials' },
    tokenUrl: 'https://zoom.us/oauth/token',
    tokenHeaders: { Authorization: `Basic ${Buffer.from('app:secret-1').toString('base64')}` },
    sent: { account_id: 'acc-1', grant_type: 'account_credentials' },
    answer: { access_token: 'z1', expires_in: 3599 },
    first: { url: 'https://api.zoom.us/v2/users', headers: [['Authorization', 'Bearer z1']] },
  },
};

test.each(Object.entries(VENDORS))('%s, from the page to the first request', (_name, vendor) => {
  const document = documentOf({ API: USERS, ...vendor.document });
  const { signIn } = document;
  if (signIn.kind !== 'oauth2') throw new TypeError('no OAuth2');
  const known: Record<string, string> = { ...vendor.properties };
  const context = () => contextOf({ properties: { ...known } });

  const page = signIn.authorizationUrl?.(context(), { redirectUri: 'https://us/back', state: 's' });
  const back = vendor.callback && signIn.bindCallback?.(vendor.callback, context());
  if (back?.status === 'bound') Object.assign(known, back.properties);
  const token = signIn.token.render(context(), vendor.grant);
  if (token.status !== 'request') throw new TypeError(JSON.stringify(token));
  const answer = signIn.token.bind(vendor.answer, context());
  if (answer.status !== 'bound') throw new TypeError(answer.message);
  Object.assign(known, answer.properties);
  const { accessToken = '' } = answer;
  const first = firstRequest(document, 'Users')?.render(
    contextOf({ properties: known, context: { accessToken } }),
  );

  if (vendor.page !== undefined) {
    expect(page?.status === 'url' && page.url).toContain(`${vendor.page}response_type=code&`);
  }
  expect(token.request.url).toBe(vendor.tokenUrl);
  expect(Object.fromEntries(token.request.headers)).toEqual({
    Accept: 'application/json',
    ...vendor.tokenHeaders,
  });
  expect(Object.fromEntries(new URLSearchParams(bodyText(token.request)))).toEqual(vendor.sent);
  expect(first).toMatchObject({ status: 'request', request: vendor.first });
});
