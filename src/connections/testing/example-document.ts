/** A small document with an address and a credential among its properties, for tests. */
export const EXAMPLE_DOCUMENT = JSON.stringify({
  id: 'example',
  name: 'Example CRM',
  class: 'crm',
  properties: [
    { label: 'Instance URL', type: 'url' },
    { label: 'API key', type: 'secret' },
    { label: 'Queue', type: 'choice', choices: ['Sales', 'Support'], required: false },
    { label: 'Page size', type: 'number', default: '50' },
    { label: 'Code', type: 'text', pattern: '[A-Z]{2}[0-9]+', required: false },
  ],
  parameters: { user_id: 'string', user_name: 'string' },
  resource_url: '$Instance URL$',
  auth: { type: 'Bearer', token: '$API key$' },
  API: {
    Users: {
      request_method: 'GET',
      request_path: '/api/users?queue=$Queue$&size=$Page size$&code=$Code$',
      response_map: [{ id: '$user_id$', name: '$user_name$' }],
    },
  },
});
