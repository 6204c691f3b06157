import type { FindingExample } from '../finding-example.ts';

const KEY = { label: 'API key', type: 'secret' } as const;

/** Examples of credentials. */
export const SECRET_EXAMPLES = {
  secret_in_document: {
    bad: { auth: { type: 'Bearer', token: 'k3y-0f-0ur-0wn-CRM' } },
    good: { properties: [KEY], auth: { type: 'Bearer', token: '$API key$' } },
    path: '/auth/token',
    at: '"k3y',
  },
  possible_secret: {
    bad: {
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          request_parameters: { password: 'changeme1' },
        },
      },
    },
    good: {
      properties: [{ label: 'Password', type: 'secret' }],
      auth: { type: 'ApiKey', in: 'header', name: 'X-Password', value: '$Password$' },
    },
    path: '/API/CreateActivity/request_parameters/password',
    at: '"changeme1"',
  },
  secret_in_request: {
    bad: {
      properties: [KEY],
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          request_parameters: { key: '$API key$', title: '$subject$' },
        },
      },
    },
    good: { properties: [KEY], request_headers: { 'X-Api-Key': '$API key$' } },
    path: '/API/CreateActivity/request_parameters/key',
    at: '$API key$',
  },
  secret_in_link: {
    bad: {
      properties: [KEY],
      contact_url: 'https://app.example.com/contacts/$contact_id$?key=$API key$',
    },
    good: { properties: [KEY], contact_url: 'https://app.example.com/contacts/$contact_id$' },
    path: '/contact_url',
    at: '$API key$',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;
