/** The document of the mock CRM: find, create, answer (where wanted) and stop. */
export function crmDocument(host: string, options: { readonly answers: boolean }): string {
  const call = (fields: object): object => ({
    request_method: 'PATCH',
    request_path: '/calls/$activity_id$',
    request_parameters: { call: fields },
  });
  const answer = { answered_at: '$answer_timestamp$', user_id: '$user_id$' };
  return JSON.stringify({
    id: options.answers ? 'bench-crm-answers' : 'bench-crm',
    name: 'Mock CRM',
    class: 'crm',
    version: '1.0.0',
    properties: [{ label: 'Token', type: 'secret', required: true }],
    parameters: {
      ...{ activity_id: 'string', subject: 'string', party_number: 'string', phone: 'string' },
      ...{ user_id: 'string', user_name: 'string', email: 'string', contact_id: 'string' },
      ...{ firstname: 'string', lastname: 'string', company_name: 'string', call_key: 'string' },
      ...{ call_timestamp: 'ISO8601Date', answer_timestamp: 'ISO8601Date' },
      ...{ call_timestop: 'ISO8601Date', call_duration: 'number' },
    },
    resource_url: `http://${host}`,
    auth: { type: 'Bearer', token: '$Token$' },
    API: {
      Users: {
        request_method: 'GET',
        request_path: '/users',
        response_map: { users: [{ id: '$user_id$', name: '$user_name$', email: '$email$' }] },
      },
      FindContact: {
        request_method: 'GET',
        request_path: '/contacts',
        request_parameters: { phone: '$phone$' },
        response_map: {
          contacts: [
            {
              ...{ id: '$contact_id$', first_name: '$firstname$', last_name: '$lastname$' },
              ...{ company: '$company_name$', phone: '$phone$' },
            },
          ],
        },
      },
      CreateActivity: {
        request_method: 'POST',
        request_path: '/calls',
        request_parameters: {
          call: {
            ...{ key: '$call_key$', subject: '$subject$', phone: '$party_number$' },
            ...{ contact_id: '$contact_id$', user_id: '$user_id$', started_at: '$call_timestamp$' },
          },
        },
        response_map: { call: { id: '$activity_id$' } },
      },
      ...(options.answers ? { AnswerCallActivity: call(answer) } : {}),
      StopCallActivity: call({
        ...{ status: 'ended', ended_at: '$call_timestop$', duration: '$call_duration$' },
      }),
    },
  });
}
