const API = {
  Users: {
    request_method: 'GET',
    request_path: '/api/users',
    response_map: [{ id: '$user_id$', name: '$user_name$' }],
  },
};
const PARAMETERS = { user_id: 'string', user_name: 'string' };
const CLIENT = [
  { label: 'Instance URL', type: 'url' },
  { label: 'Client ID' },
  { label: 'Client secret', type: 'secret' },
];

/** A document with OAuth2; `oauth2` is put over the members of its section. */
export function oauthDocument(
  oauth2: Readonly<Record<string, unknown>> = {},
  more: {
    readonly api?: Readonly<Record<string, unknown>>;
    readonly properties?: readonly unknown[];
    readonly parameters?: Readonly<Record<string, string>>;
    readonly top?: Readonly<Record<string, unknown>>;
  } = {},
): string {
  return JSON.stringify({
    id: 'oauth-crm',
    name: 'OAuth CRM',
    class: 'crm',
    properties: [...CLIENT, ...(more.properties ?? [])],
    parameters: { ...PARAMETERS, ...more.parameters },
    resource_url: '$Instance URL$',
    ...more.top,
    OAuth2: {
      client_id: '$Client ID$',
      client_secret: '$Client secret$',
      flow_type: { default: '0' },
      authorization_endpoint: '$Instance URL$/authorize',
      authorization_parameters: { default: 'scope=api%20refresh_token' },
      token_endpoint: '$Instance URL$/token',
      token_parameters: { content_type: 'application/x-www-form-urlencoded;charset=utf-8' },
      request_auth: 'Bearer',
      ...oauth2,
    },
    API: { ...API, ...more.api },
  });
}

/** The same with the method `Account`, which says whose the sign-in is. */
export const ACCOUNT_DOCUMENT = oauthDocument(
  {},
  {
    parameters: { account_id: 'string', account_name: 'string' },
    api: {
      Account: {
        request_method: 'GET',
        request_path: '/api/me',
        response_map: { id: '$account_id$', name: '$account_name$' },
      },
    },
  },
);

/** A document whose login gives a session; `more` is put over its members. */
export function sessionDocument(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...SESSION, ...more });
}

const SESSION = {
  id: 'session-crm',
  name: 'Session CRM',
  class: 'crm',
  properties: [
    { label: 'Instance URL', type: 'url' },
    { label: 'User' },
    { label: 'Password', type: 'secret' },
  ],
  parameters: PARAMETERS,
  resource_url: '$Instance URL$',
  auth: {
    type: 'Session',
    request_method: 'POST',
    request_path: '/login',
    request_parameters: { user: '$User$', password: '$Password$' },
    response_map: { session: '$session_token$', ttl: '$expires_in$' },
    present: { in: 'header', name: 'Authorization', value: 'Session $session_token$' },
  },
  API,
};
