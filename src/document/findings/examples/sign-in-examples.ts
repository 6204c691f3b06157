import type { JsonObject } from '../../json-value.ts';
import type { FindingExample } from '../finding-example.ts';

const oauth2 = (changes: JsonObject): JsonObject => ({
  OAuth2: {
    client_id: '$Client ID$',
    client_secret: '$Client Secret$',
    authorization_endpoint: 'https://login.example.com/authorize',
    token_endpoint: 'https://login.example.com/token',
    ...changes,
  },
});
const withoutPage = (changes: JsonObject): JsonObject => ({
  OAuth2: {
    client_id: '$Client ID$',
    client_secret: '$Client Secret$',
    token_endpoint: 'https://login.example.com/token',
    ...changes,
  },
});
const session = (changes: JsonObject): JsonObject => ({
  auth: {
    type: 'Session',
    request_path: '/login',
    request_parameters: { key: '$API key$' },
    response_map: { token: '$session_token$' },
    present: { name: 'X-Session', value: '$session_token$' },
    ...changes,
  },
});
/** A document whose address comes with the sign-in. */
const filling = (
  property: JsonObject,
  changes: JsonObject,
  hosts: readonly string[],
): JsonObject => ({
  properties: [
    { label: 'Instance', filled_by: 'sign_in', ...property },
    'Client ID',
    'Client Secret',
  ],
  hosts,
  resource_url: '$Instance$/api',
  ...oauth2({ token_response_map: { instance: '$Instance$' }, ...changes }),
});
const HOSTS = ['login.example.com', '*.crm.example.com'];

/** Examples of the sign-in. */
export const SIGN_IN_EXAMPLES = {
  auth_and_oauth2: {
    bad: { auth: { type: 'Bearer', token: '$API key$' }, ...oauth2({}) },
    good: oauth2({}),
    path: '/auth',
    at: '"auth"',
  },
  reserved_authorization_parameter: {
    bad: oauth2({ authorization_parameters: { state: '1' } }),
    good: oauth2({ authorization_parameters: { default: 'scope=calls%20contacts' } }),
    path: '/OAuth2/authorization_parameters/state',
    at: '"state"',
  },
  reserved_token_parameter: {
    bad: oauth2({ token_parameters: { grant_type: 'authorization_code' } }),
    good: oauth2({ token_parameters: { user_type: 'Location' } }),
    path: '/OAuth2/token_parameters/grant_type',
    at: '"grant_type"',
  },
  token_content_type: {
    bad: oauth2({ token_parameters: { content_type: 'text/xml' } }),
    good: oauth2({ token_parameters: { content_type: 'application/json' } }),
    path: '/OAuth2/token_parameters/content_type',
    at: '"text/xml"',
  },
  flow_differs: {
    bad: withoutPage({ flow: 'client_credentials', flow_type: '0' }),
    good: withoutPage({ flow: 'client_credentials' }),
    path: '/OAuth2/flow_type',
    at: '"flow_type"',
  },
  token_not_sent: {
    bad: oauth2({ request_auth: 'Zoho oauthtoken' }),
    good: oauth2({ request_auth: 'Zoho-oauthtoken' }),
    path: '/OAuth2/request_auth',
    at: '"Zoho',
  },
  token_not_bound: {
    bad: session({ response_map: { ok: true } }),
    good: session({}),
    path: '/auth/response_map',
    at: '"response_map"',
  },
  token_shown: {
    bad: oauth2({ token_response_map: { id_token: '$account_id$' } }),
    good: oauth2({ token_response_map: { account: '$account_id$' } }),
    path: '/OAuth2/token_response_map/id_token',
    at: '$account_id$',
  },
  no_value_at_sign_in: {
    bad: session({ request_parameters: { key: '$API key$', user: '$user_id$' } }),
    good: {
      properties: ['API key', 'User name'],
      ...session({ request_parameters: { key: '$API key$', user: '$User name$' } }),
    },
    path: '/auth/request_parameters/user',
    at: '$user_id$',
  },
  never_filled: {
    bad: filling({}, { token_response_map: { account: '$account_id$' } }, HOSTS),
    good: filling({}, {}, HOSTS),
    path: '/properties/0/filled_by',
    at: '"sign_in"',
  },
  filled_too_late: {
    bad: filling({}, { token_endpoint: '$Instance$/token' }, HOSTS),
    good: filling(
      { default: 'https://eu.crm.example.com' },
      { token_endpoint: '$Instance$/token' },
      HOSTS,
    ),
    path: '/properties/0/filled_by',
    at: '"sign_in"',
  },
  hosts_needed: {
    bad: filling({}, {}, []),
    good: filling({}, {}, HOSTS),
    path: '/properties/0/filled_by',
    at: '"sign_in"',
  },
  property_compared: {
    bad: {
      properties: ['Team', 'Client ID', 'Client Secret'],
      ...oauth2({ token_response_map: { team: '$Team$' } }),
    },
    good: {
      properties: [{ label: 'Team', filled_by: 'sign_in' }, 'Client ID', 'Client Secret'],
      ...oauth2({ token_response_map: { team: '$Team$' } }),
    },
    path: '/OAuth2/token_response_map/team',
    at: '$Team$',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;
