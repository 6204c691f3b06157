import type { JsonObject } from '../../json-value.ts';
import type { FindingExample } from '../finding-example.ts';

const at = (request: JsonObject): JsonObject => ({
  API: { CreateActivity: { request_method: 'POST', ...request } },
});

/** A recording goes to an address that an earlier answer gave. */
const upload = (request: JsonObject): JsonObject => ({
  parameters: { file: 'string', upload_url: 'string' },
  API: {
    UploadFile: {
      request_method: 'PUT',
      request_url: '$upload_url$',
      request_parameters: '$file$',
      ...request,
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      response_map: { upload: '$upload_url$' },
    },
  },
});

/** Examples of addresses. */
export const ADDRESS_EXAMPLES = {
  invalid_url: {
    bad: { resource_url: 'api.example.com' },
    good: { resource_url: 'https://api.example.com' },
    path: '/resource_url',
    at: '"api.example.com"',
  },
  plain_http: {
    bad: { resource_url: 'http://api.example.com' },
    good: { resource_url: 'https://api.example.com' },
    path: '/resource_url',
    at: '"http:',
  },
  unsafe_link: {
    bad: { contact_url: 'javascript:open($contact_id$)' },
    good: { contact_url: 'https://app.example.com/contacts/$contact_id$' },
    path: '/contact_url',
    at: '"javascript:',
  },
  credentials_in_url: {
    bad: { resource_url: 'https://ann:word@api.example.com' },
    good: {
      properties: ['Username', 'Password'],
      auth: { type: 'Basic', username: '$Username$', password: '$Password$' },
      resource_url: 'https://api.example.com',
    },
    path: '/resource_url',
    at: '"https://ann',
  },
  address_from_answer: {
    bad: { hosts: ['*.example.com'], ...upload({}) },
    good: { hosts: ['*.example.com'], ...upload({ auth: 'none' }) },
    path: '/API/UploadFile/request_url',
    at: '"$upload_url$"',
  },
  host_not_declared: {
    bad: { hosts: ['*.example.org'], resource_url: 'https://api.example.com' },
    good: { hosts: ['*.example.com'], resource_url: 'https://api.example.com' },
    path: '/resource_url',
    at: '"https://api.example.com"',
  },
  invalid_host: {
    bad: { hosts: ['api.example.com', '*.com'] },
    good: { hosts: ['api.example.com', '*.example.com'] },
    path: '/hosts/1',
    at: '"*.com"',
  },
  percent_in_path: {
    bad: at({ request_path: "/calls?where=name LIKE '%acme%'" }),
    good: at({ request_path: '/calls', request_parameters: { where: "name LIKE '%acme%'" } }),
    path: '/API/CreateActivity/request_path',
    at: '%acme',
  },
  dot_segment: {
    bad: at({ request_path: '/v2/../admin/calls' }),
    good: at({ request_path: '/admin/calls' }),
    path: '/API/CreateActivity/request_path',
    at: '"/v2/../admin/calls"',
  },
  path_and_url: {
    bad: at({ request_path: '/calls', request_url: 'https://api.example.com/v2/calls' }),
    good: at({ request_url: 'https://api.example.com/v2/calls' }),
    path: '/API/CreateActivity/request_path',
    at: '"request_path"',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;
