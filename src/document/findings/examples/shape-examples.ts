import type { FindingExample } from '../finding-example.ts';

/** Examples of keys and values that do not fit. */
export const SHAPE_EXAMPLES = {
  missing_field: {
    bad: { API: { CreateActivity: { request_path: '/calls' } } },
    good: { API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } } },
    path: '/API/CreateActivity',
    at: '{ "request_path"',
  },
  wrong_type: { bad: { name: 12 }, good: { name: 'Number 12' }, path: '/name', at: '12' },
  invalid_option: {
    bad: { API: { CreateActivity: { request_method: 'post', request_path: '/calls' } } },
    good: { API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } } },
    path: '/API/CreateActivity/request_method',
    at: '"post"',
  },
  unknown_field: {
    bad: { author: 'Ann Example' },
    good: { _author: 'Ann Example' },
    path: '/author',
    at: '"author"',
  },
  deprecated_field: {
    bad: `{
  "id": "example",
  "name": "Example",
  "class": "crm",
  "resource_url": "https://api.example.com",
  "api": {
    "CreateActivity": { "request_method": "POST", "request_path": "/calls" }
  }
}
`,
    good: { API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } } },
    path: '/api',
    at: '"api"',
  },
  no_methods: {
    bad: { API: {} },
    good: { API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } } },
    path: '/API',
    at: '"API"',
  },
  too_many: {
    bad: { hosts: [...hosts(200), 'api.example.com'] },
    good: { hosts: [...hosts(199), 'api.example.com'] },
    path: '/hosts',
    at: '"hosts"',
    inWords: {
      bad: 'A document with 201 elements in `hosts`.',
      good: 'One with 200: `*.example.com` stands for many hosts at once.',
    },
  },
} as const satisfies Readonly<Record<string, FindingExample>>;

function hosts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `host${String(i)}.example.com`);
}
