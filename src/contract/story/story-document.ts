const CONTACT_BODY = {
  first_name: '$firstname$',
  last_name: '$lastname$',
  phone: '$phone$',
  email: '$email$',
};

/** The document that the story publishes: as small as one can be that finds callers and logs calls. */
export const STORY_DOCUMENT = {
  id: 'example-crm',
  name: 'Example CRM',
  logo: '{{crm.origin}}/logo.png',
  class: 'crm',
  properties: [
    { label: 'CRM address', type: 'url', required: true },
    { label: 'API token', type: 'secret', required: true },
  ],
  resource_url: '$CRM address$',
  contact_url: '$CRM address$/contacts/$contact_id$',
  auth: { type: 'Bearer', token: '$API token$' },
  API: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      response_map: { users: [{ id: '$user_id$', name: '$user_name$', phone: '$phone$' }] },
    },
    Contacts: {
      request_method: 'GET',
      request_path: '/contacts',
      response_map: {
        contacts: [
          {
            id: '$contact_id$',
            first_name: '$firstname$',
            last_name: '$lastname$',
            phone: '$phone$',
            email: '$email$',
            company: '$company_name$',
          },
        ],
      },
    },
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      response_map: {
        contacts: [
          {
            id: '$contact_id$',
            first_name: '$firstname$',
            last_name: '$lastname$',
            phone: '$phone$',
          },
        ],
      },
    },
    SearchContacts: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { q: '$prefix$' },
      response_map: {
        contacts: [
          {
            id: '$contact_id$',
            first_name: '$firstname$',
            last_name: '$lastname$',
            phone: '$phone$',
          },
        ],
      },
    },
    CreateContact: {
      request_method: 'POST',
      request_path: '/contacts',
      request_parameters: CONTACT_BODY,
      response_map: { id: '$contact_id$' },
    },
    UpdateContact: {
      request_method: 'PATCH',
      request_path: '/contacts/$contact_id$',
      request_parameters: CONTACT_BODY,
    },
    DeleteContact: { request_method: 'DELETE', request_path: '/contacts/$contact_id$' },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: {
        key: '$call_key$',
        contact: '$contact_id$',
        owner: '$user_id$',
        direction: '$activity_type$',
        from: '$calling_number$',
      },
      response_map: { id: '$activity_id$' },
    },
    StopCallActivity: {
      request_method: 'POST',
      request_path: '/calls/$activity_id$/stop',
      request_parameters: { duration: '$call_duration$', result: '$call_result$' },
    },
  },
};

/** The document as a person publishes it. */
export function storyDocument(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...STORY_DOCUMENT, ...changes }, null, 2);
}
