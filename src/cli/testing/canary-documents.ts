/** The secret properties of the document that shows them all. */
export const LABELS = Array.from({ length: 20 }, (_, at) => `Secret ${at + 1}`);

/** Shows every secret property in a place of its own: headers, Basic, query, body. */
export const ECHO_DOCUMENT = JSON.stringify({
  id: 'echo',
  name: 'Echo',
  class: 'crm',
  version: '1.0.0',
  properties: [
    { label: 'Address', type: 'url', required: true },
    { label: 'Mode', type: 'text', required: true },
    ...LABELS.map((label) => ({ label, type: 'secret', required: true })),
  ],
  parameters: {
    ...Object.fromEntries(
      [
        ...['user_id', 'user_name', 'contact_id', 'activity_id', 'phone', 'call_key', 'subject'],
        ...['content_url', 'call_url'],
      ].map((name) => [name, 'string']),
    ),
  },
  resource_url: '$Address$',
  auth: { type: 'Basic', username: 'echo', password: '$Secret 1$' },
  request_headers: {
    'X-Mode': '$Mode$',
    ...Object.fromEntries(LABELS.slice(3).map((label, at) => [`X-Secret-${at}`, `$${label}$`])),
  },
  API: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      response_map: { users: [{ id: '$user_id$', name: '$user_name$' }] },
    },
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$', key: '$Secret 2$' },
      response_map: { contacts: [{ id: '$contact_id$' }] },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: {
        call: '$call_key$',
        subject: '$subject$',
        token: '$Secret 3$',
        links: ['$content_url$', '$call_url$'],
      },
      response_map: { id: '$activity_id$' },
    },
  },
});

/** Signs in by itself, so that tokens come and go too. */
export const SIGN_IN_DOCUMENT = JSON.stringify({
  ...JSON.parse(ECHO_DOCUMENT),
  id: 'echo-oauth2',
  name: 'Echo with OAuth2',
  properties: [
    { label: 'Address', type: 'url', required: true },
    { label: 'Mode', type: 'text', required: true },
    { label: 'Client secret', type: 'secret', required: true },
  ],
  auth: undefined,
  request_headers: { 'X-Mode': '$Mode$' },
  OAuth2: {
    flow: 'client_credentials',
    client_id: 'patchcord',
    client_secret: '$Client secret$',
    token_endpoint: '$Address$/token',
  },
  API: {
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      response_map: { contacts: [{ id: '$contact_id$' }] },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: { call: '$call_key$', subject: '$subject$' },
      response_map: { id: '$activity_id$' },
    },
  },
});
