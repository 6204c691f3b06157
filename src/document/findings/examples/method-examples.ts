import type { Json, JsonObject } from '../../json-value.ts';
import type { FindingExample } from '../finding-example.ts';

const method = (name: string, request: JsonObject): JsonObject => ({
  API: { [name]: { request_method: 'POST', request_path: '/calls', ...request } },
});
const create = (request: JsonObject): JsonObject => method('CreateActivity', request);
const search = (request: JsonObject): JsonObject =>
  method('SearchContacts', {
    request_path: '/contacts',
    ...request,
    response_map: { items: [{ id: '$contact_id$', name: '$contact_name$' }] },
  });
const find = (response_map: Json): JsonObject => ({
  API: {
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      response_map,
    },
  },
});
const list = (request: JsonObject): JsonObject => ({
  API: {
    Contacts: {
      request_method: 'GET',
      request_path: '/contacts',
      ...request,
      paging: { type: 'page' },
      response_map: { items: [{ id: '$contact_id$', phone: '$phone$' }] },
    },
  },
});

const searchByNumber = (tel: string): JsonObject => ({
  API: {
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { tel },
      response_map: { items: [{ id: '$contact_id$', phone: '$phone$' }] },
    },
  },
});

const CREATE = {
  request_method: 'POST',
  request_path: '/calls',
  request_parameters: { title: '$subject$' },
  response_map: { id: '$activity_id$' },
};
const STOP = {
  request_method: 'PUT',
  request_path: '/calls/$activity_id$',
  request_parameters: { seconds: '$call_duration$' },
};

function uploadAs(request_content_type: string): JsonObject {
  return {
    parameters: { file: 'string', activity_id: 'string', subject: 'string' },
    API: {
      CreateActivity: CREATE,
      UploadFile: {
        request_method: 'POST',
        request_path: '/files',
        request_content_type,
        request_parameters: { call: '$activity_id$', file: '$file$' },
      },
    },
  };
}

/** Two requests of which one needs what the other binds. */
function inSteps(inOrder: boolean): JsonObject {
  const first = {
    request_method: 'POST',
    request_path: '/threads',
    response_map: { id: '$thread_id$' },
  };
  const second = {
    request_method: 'POST',
    request_path: '/calls',
    request_parameters: { thread: '$thread_id$' },
  };
  return {
    parameters: { thread_id: 'string' },
    API: { CreateActivity: { steps: inOrder ? [first, second] : [second, first] } },
  };
}

/** Examples of methods, their requests and answers. */
export const METHOD_EXAMPLES = {
  unknown_method: {
    bad: method('CreateCall', {}),
    good: method('CreateActivity', {}),
    path: '/API/CreateCall',
    at: '"CreateCall"',
  },
  too_many_methods: {
    bad: { API: manyMethods(201) },
    good: create({}),
    path: '/API',
    at: '"API"',
    inWords: {
      bad: 'A document with 201 members in `API`.',
      good: 'One with those methods that Patchcord runs; there are fewer than twenty.',
    },
  },
  list_as_query: {
    bad: create({ request_method: 'GET', request_parameters: ['$subject$'] }),
    good: create({ request_method: 'GET', request_parameters: { title: '$subject$' } }),
    path: '/API/CreateActivity/request_parameters',
    at: '["$subject$"]',
  },
  duplicate_query_name: {
    bad: search({
      request_method: 'GET',
      request_path: '/contacts?q=all',
      request_parameters: { q: '$prefix$' },
    }),
    good: search({
      request_method: 'GET',
      request_path: '/contacts?kind=all',
      request_parameters: { q: '$prefix$' },
    }),
    path: '/API/SearchContacts/request_parameters/q',
    at: '"q"',
  },
  optional_key: {
    bad: create({ request_parameters: { contact_$activity_type$: '$contact_id$' } }),
    good: create({ request_parameters: { contact: '$contact_id$' } }),
    path: '/API/CreateActivity/request_parameters/contact_$activity_type$',
    at: '$activity_type$',
  },
  equal_keys: {
    bad: {
      parameters: { call_key: 'string', subject: 'string' },
      ...create({ request_parameters: { key_$call_key$: 1, key_$call_id$: 2 } }),
    },
    good: {
      parameters: { call_key: 'string', subject: 'string' },
      ...create({ request_parameters: { key_$call_key$: 1 } }),
    },
    path: '/API/CreateActivity/request_parameters/key_$call_id$',
    at: '"key_$call_id$"',
  },
  text_as_query: {
    bad: create({ request_method: 'GET', request_parameters: 'title=$subject$' }),
    good: create({ request_method: 'GET', request_parameters: { title: '$subject$' } }),
    path: '/API/CreateActivity/request_parameters',
    at: '"title=$subject$"',
  },
  text_without_type: {
    bad: create({ request_parameters: 'Call: $subject$' }),
    good: create({
      request_content_type: 'text/plain; charset=utf-8',
      request_parameters: 'Call: $subject$',
    }),
    path: '/API/CreateActivity/request_parameters',
    at: '"Call: $subject$"',
  },
  json_as_text: {
    bad: create({
      request_content_type: 'application/json',
      request_parameters: '[[$call_duration$]]',
    }),
    good: create({
      request_content_type: 'application/json',
      request_parameters: [['$call_duration$']],
    }),
    path: '/API/CreateActivity/request_parameters',
    at: '"[[$call_duration$]]"',
  },
  json_by_hand: {
    bad: {
      variables: { columns: '{"phone": "$party_number$"}' },
      ...create({ request_parameters: { column_values: '$columns$' } }),
    },
    good: {
      variables: { columns: { json: { phone: '$party_number$' } } },
      ...create({ request_parameters: { column_values: '$columns$' } }),
    },
    path: '/variables/columns',
    at: '$party_number$',
  },
  xml_syntax: {
    bad: create({
      request_content_type: 'text/xml',
      request_parameters: '<call><from>$party_number$</form></call>',
    }),
    good: create({
      request_content_type: 'text/xml',
      request_parameters: '<call><from>$party_number$</from></call>',
    }),
    path: '/API/CreateActivity/request_parameters',
    at: '</form>',
  },
  misplaced_file: {
    bad: uploadAs('application/x-www-form-urlencoded'),
    good: uploadAs('multipart/form-data'),
    path: '/API/UploadFile/request_parameters/file',
    at: '$file$',
  },
  key_without_effect: {
    bad: {
      phone_formats: ['e164', 'national'],
      ...searchByNumber('$phone_digits$'),
    },
    good: {
      phone_formats: ['e164', 'national'],
      ...searchByNumber('$phone$'),
    },
    path: '/phone_formats',
    at: '"phone_formats"',
  },
  no_requests: {
    bad: { API: { CreateActivity: [] } },
    good: { API: { CreateActivity: [{ request_method: 'POST', request_path: '/calls' }] } },
    path: '/API/CreateActivity',
    at: '[]',
  },
  unreachable_request: {
    bad: {
      API: {
        CreateActivity: [
          { request_method: 'POST', request_path: '/calls' },
          {
            when: 'contact_id',
            request_method: 'POST',
            request_path: '/contacts/$contact_id$/calls',
          },
        ],
      },
    },
    good: {
      API: {
        CreateActivity: [
          {
            when: 'contact_id',
            request_method: 'POST',
            request_path: '/contacts/$contact_id$/calls',
          },
          { request_method: 'POST', request_path: '/calls' },
        ],
      },
    },
    path: '/API/CreateActivity/1',
    at: '{\n        "when"',
  },
  unbound_in_step: {
    bad: inSteps(false),
    good: inSteps(true),
    path: '/API/CreateActivity/steps/0/request_parameters/thread',
    at: '$thread_id$',
  },
  method_without_record: {
    bad: { API: { StopCallActivity: STOP } },
    good: { API: { CreateActivity: CREATE, StopCallActivity: STOP } },
    path: '/API/StopCallActivity',
    at: '"StopCallActivity"',
  },
  record_without_id: {
    bad: {
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          request_parameters: { title: '$subject$' },
        },
        StopCallActivity: STOP,
      },
    },
    good: { API: { CreateActivity: CREATE, StopCallActivity: STOP } },
    path: '/API/CreateActivity',
    at: '"CreateActivity"',
  },
  refused_header: {
    bad: { request_headers: { Cookie: 'session=$API key$' } },
    good: { request_headers: { Accept: 'application/json' } },
    path: '/request_headers/Cookie',
    at: '"Cookie"',
  },
  quoted_value: {
    bad: search({ request_parameters: { filter: "startswith(name, '$prefix$')" } }),
    good: search({
      request_parameters: { filter: "startswith(name, '$prefix$')" },
      escape: 'odata',
    }),
    path: '/API/SearchContacts/request_parameters/filter',
    at: '$prefix$',
  },
  missing_id_in_answer: {
    bad: find({ items: [{ name: '$contact_name$', phone: '$phone$' }] }),
    good: find({ items: [{ id: '$contact_id$', name: '$contact_name$', phone: '$phone$' }] }),
    path: '/API/FindContact',
    at: '"response_map"',
  },
  no_number_in_answer: {
    bad: find({ items: [{ id: '$contact_id$', name: '$contact_name$' }] }),
    good: find({ items: [{ id: '$contact_id$', name: '$contact_name$', phone: '$phone$' }] }),
    path: '/API/FindContact/response_map',
    at: '"response_map"',
  },
  request_without_key_value: {
    bad: search({ request_parameters: { limit: '20' } }),
    good: search({ request_parameters: { q: '$prefix$', limit: '20' } }),
    path: '/API/SearchContacts',
    at: '"SearchContacts"',
  },
  literal_in_response: {
    bad: create({ response_map: { id: '$activity_id$', status: 'created' } }),
    good: create({ response_map: { id: '$activity_id$' } }),
    path: '/API/CreateActivity/response_map/status',
    at: '"created"',
  },
  row_fits_all: {
    bad: create({ errors: [{ then: 'retry' }] }),
    good: create({ errors: [{ status: 423, then: 'retry' }] }),
    path: '/API/CreateActivity/errors/0',
    at: '{ "then"',
  },
  response_binds_variable: {
    bad: {
      variables: { call_title: 'Call from $party_number$' },
      ...create({ response_map: { id: '$activity_id$', title: '$call_title$' } }),
    },
    good: {
      variables: { call_title: 'Call from $party_number$' },
      ...create({
        request_parameters: { title: '$call_title$' },
        response_map: { id: '$activity_id$' },
      }),
    },
    path: '/API/CreateActivity/response_map/title',
    at: '$call_title$',
  },
  not_to_be_filled: {
    bad: method('CreateActivity', {
      response_map: { id: '$activity_id$' },
      derive: { subject: 'upper(response.body.title)' },
    }),
    good: {
      parameters: { activity_id: 'string', crm_subject: 'string' },
      ...method('CreateActivity', {
        response_map: { id: '$activity_id$' },
        derive: { crm_subject: 'upper(response.body.title)' },
      }),
    },
    path: '/API/CreateActivity/derive/subject',
    at: '"subject": "upper',
  },
  ambiguous_answer_text: {
    bad: find({ items: [{ id: '$contact_id$', both: '$phone$ $mobile$' }] }),
    good: find({ items: [{ id: '$contact_id$', phone: '$phone$', mobile: '$mobile$' }] }),
    path: '/API/FindContact/response_map/items/0/both',
    at: '"$phone$ $mobile$"',
  },
  number_form_in_answer: {
    bad: find({ items: [{ id: '$contact_id$', phone: '$phone$', mobile: '$mobile_e164$' }] }),
    good: find({ items: [{ id: '$contact_id$', phone: '$phone$', mobile: '$mobile$' }] }),
    path: '/API/FindContact/response_map/items/0/mobile',
    at: '$mobile_e164$',
  },
  paging_without_value: {
    bad: list({ request_parameters: { limit: '$page_size$' } }),
    good: list({ request_parameters: { limit: '$page_size$', page: '$page$' } }),
    path: '/API/Contacts/paging/type',
    at: '"page"',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;

function manyMethods(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`Method${String(i)}`, {}]));
}
