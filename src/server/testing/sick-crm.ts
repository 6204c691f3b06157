import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import type { Habit } from '../../runtime/testing/fake-crm-habits.ts';

/** Lists users page by page, at most three of them. */
export const PAGED = fakeCrmDocument({
  methods: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      request_parameters: { page: '$page$' },
      paging: { type: 'page', max_pages: 3 },
      response_map: { users: [{ id: '$user_id$', name: '$user_name$' }] },
    },
  },
});

/** `Users` binds a local value; the name stands for anything else that a CRM tells of its users. */
export const WITH_TEAM = fakeCrmDocument({
  methods: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      response_map: { users: [{ id: '$user_id$', name: '$team$' }] },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: { key: '$call_key$', team: '$team$' },
      response_map: { id: '$activity_id$' },
    },
  },
}).replace('"parameters": {', '"parameters": { "team": "string",');

/** Every page of users has a next one. */
export const endlessPages: Habit = (request, response) => {
  const page = new URL(request.url, 'http://crm.invalid').searchParams.get('page') ?? '0';
  const users = [{ id: `u-${page}`, name: `User ${page}` }];
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ users }));
};

/** The answer to a filter that the CRM does not know: everybody. */
export const everybody: Habit = (_request, response) => {
  const contacts = ['+442079460018', '+442079460019'].map((phone, at) => ({
    id: String(at),
    last_name: 'Somebody',
    phone,
  }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ contacts }));
};
