import type { Json, JsonObject } from '../../json-value.ts';
import type { FindingExample } from '../finding-example.ts';

const sent = (request_parameters: Json): JsonObject => ({
  API: { CreateActivity: { request_method: 'POST', request_path: '/calls', request_parameters } },
});
const found = (answer: JsonObject): JsonObject => ({
  API: {
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      response_map: { items: [answer] },
    },
  },
});

/** Examples of names and placeholders. */
export const NAME_EXAMPLES = {
  misspelt_name: {
    bad: sent({ person: '$contactid$' }),
    good: sent({ person: '$contact_id$' }),
    path: '/API/CreateActivity/request_parameters/person',
    at: '$contactid$',
  },
  unknown_name: {
    bad: sent({ office: '$branch code$' }),
    good: { properties: ['branch code'], ...sent({ office: '$branch code$' }) },
    path: '/API/CreateActivity/request_parameters/office',
    at: '$branch code$',
  },
  unknown_name_in_answer: {
    bad: found({ id: '$contact_id$', phone: '$phone$', owner: '$account_manager$' }),
    good: {
      parameters: { contact_id: 'string', phone: 'string', account_manager: 'string' },
      ...found({ id: '$contact_id$', phone: '$phone$', owner: '$account_manager$' }),
    },
    path: '/API/FindContact/response_map/items/0/owner',
    at: '$account_manager$',
  },
  misplaced_name: {
    bad: sent({ title: '$subject$', page: '$page$' }),
    good: {
      API: {
        Contacts: {
          request_method: 'GET',
          request_path: '/contacts',
          request_parameters: { page: '$page$' },
          paging: { type: 'page' },
          response_map: { items: [{ id: '$contact_id$', phone: '$phone$' }] },
        },
      },
    },
    path: '/API/CreateActivity/request_parameters/page',
    at: '$page$',
  },
  undeclared_parameter: {
    bad: { parameters: { subject: 'string' }, ...sent({ length: '$call_duration$' }) },
    good: {
      parameters: { subject: 'string', call_duration: 'number' },
      ...sent({ length: '$call_duration$' }),
    },
    path: '/API/CreateActivity/request_parameters/length',
    at: '$call_duration$',
  },
  misspelt_parameter: {
    bad: { parameters: { call_durations: 'number' } },
    good: { parameters: { call_duration: 'number' } },
    path: '/parameters/call_durations',
    at: '"call_durations"',
  },
  old_parameter_name: {
    bad: { parameters: { call_id: 'string' } },
    good: { parameters: { call_key: 'string' } },
    path: '/parameters/call_id',
    at: '"call_id"',
  },
  property_shadows_parameter: {
    bad: { properties: ['domain'] },
    good: { properties: ['Domain of the CRM'] },
    path: '/properties/0',
    at: '"domain"',
  },
  duplicate_name: {
    bad: { properties: ['API key'], variables: { 'API key': 'Key of $subject$' } },
    good: { properties: ['API key'], variables: { 'Title of the call': 'Key of $subject$' } },
    path: '/variables/API key',
    at: '"API key": "Key',
  },
  invalid_label: {
    bad: { properties: ['Price in $'] },
    good: { properties: ['Price in dollars'] },
    path: '/properties/0',
    at: '"Price',
  },
  other_notation: {
    bad: sent({ person: '{contact_id}' }),
    good: { var_char: '{}', ...sent({ person: '{contact_id}' }) },
    path: '/API/CreateActivity/request_parameters/person',
    at: '{contact_id}',
  },
  lone_marker: {
    bad: sent({ person: '$contact_id' }),
    good: sent({ person: '$contact_id$' }),
    path: '/API/CreateActivity/request_parameters/person',
    at: '$contact_id',
  },
  unused_property: {
    bad: { properties: ['Team'] },
    good: { properties: ['Team'], ...sent({ team: '$Team$' }) },
    path: '/properties/0',
    at: '"Team"',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;
