/** Label of the document's secret property; its value is the fake CRM's token. */
export const FAKE_CRM_TOKEN_LABEL = 'API token';
/** Label of the document's address property; its value is the fake CRM's origin. */
export const FAKE_CRM_ADDRESS_LABEL = 'Address';

/** Property values of a connection to a fake CRM, by label. */
export function fakeCrmProperties(crm: { origin: string; token: string }): Record<string, string> {
  return { [FAKE_CRM_ADDRESS_LABEL]: crm.origin, [FAKE_CRM_TOKEN_LABEL]: crm.token };
}

/**
 * A complete integration document for `startFakeCrm`, as text. `without` leaves methods out, for
 * CRMs that can do less; `methods` lays method objects over it.
 */
export function fakeCrmDocument(
  options: {
    readonly without?: readonly string[];
    readonly methods?: Readonly<Record<string, unknown>>;
    readonly id?: string;
  } = {},
): string {
  const methods = Object.entries({ ...METHODS, ...options.methods }).filter(
    ([name]) => !(options.without ?? []).includes(name),
  );
  return JSON.stringify(
    {
      id: options.id ?? 'fake-crm',
      name: 'Fake CRM',
      class: 'crm',
      version: '1.0.0',
      properties: [
        { label: FAKE_CRM_ADDRESS_LABEL, type: 'url', required: true },
        { label: FAKE_CRM_TOKEN_LABEL, type: 'secret', required: true },
      ],
      parameters: PARAMETERS,
      resource_url: `$${FAKE_CRM_ADDRESS_LABEL}$`,
      contact_url: `$${FAKE_CRM_ADDRESS_LABEL}$/contacts/$contact_id$`,
      activity_url: `$${FAKE_CRM_ADDRESS_LABEL}$/calls/$activity_id$`,
      auth: { type: 'Bearer', token: `$${FAKE_CRM_TOKEN_LABEL}$` },
      API: Object.fromEntries(methods),
    },
    null,
    2,
  );
}

const PARAMETERS = {
  user_id: 'string',
  user_name: 'string',
  contact_id: 'string',
  activity_id: 'string',
  phone: 'string',
  email: 'string',
  firstname: 'string',
  lastname: 'string',
  company_name: 'string',
  activity_type: 'string',
  subject: 'string',
  description: 'string',
  party_number: 'string',
  calling_number: 'string',
  called_number: 'string',
  user_number: 'string',
  call_duration: 'number',
  call_timestamp: 'ISO8601Date',
  call_timestop: 'ISO8601Date',
  call_cause: 'string',
  call_result: 'string',
  call_key: 'string',
  call_url: 'string',
  content_url: 'string',
  filename: 'string',
  file: 'string',
  prefix: 'string',
};

const CONTACT_MAP = {
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
};

const CONTACT_BODY = {
  first_name: '$firstname$',
  last_name: '$lastname$',
  phone: '$phone$',
  email: '$email$',
  company: '$company_name$',
};

const METHODS: Readonly<Record<string, unknown>> = {
  Users: {
    request_method: 'GET',
    request_path: '/users',
    response_map: {
      users: [{ id: '$user_id$', name: '$user_name$', email: '$email$', phone: '$phone$' }],
    },
  },
  FindContact: {
    request_method: 'GET',
    request_path: '/contacts',
    request_parameters: { phone: '$phone$' },
    response_map: CONTACT_MAP,
  },
  SearchContacts: {
    request_method: 'GET',
    request_path: '/contacts',
    request_parameters: { q: '$prefix$' },
    response_map: CONTACT_MAP,
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
  CreateActivity: {
    request_method: 'POST',
    request_path: '/calls',
    request_parameters: {
      key: '$call_key$',
      contact: '$contact_id$',
      owner: '$user_id$',
      direction: '$activity_type$',
      subject: '$subject$',
      note: '$description$',
      from: '$calling_number$',
      to: '$called_number$',
      started_at: '$call_timestamp$',
    },
    response_map: { id: '$activity_id$' },
  },
  UpdateActivity: {
    request_method: 'PATCH',
    request_path: '/calls/$activity_id$',
    request_parameters: {
      contact: '$contact_id$',
      owner: '$user_id$',
      subject: '$subject$',
      note: '$description$',
      recording_url: '$call_url$',
    },
  },
  StopCallActivity: {
    request_method: 'POST',
    request_path: '/calls/$activity_id$/stop',
    request_parameters: {
      duration: '$call_duration$',
      ended_at: '$call_timestop$',
      cause: '$call_cause$',
      result: '$call_result$',
    },
  },
  UploadFile: {
    request_method: 'POST',
    request_path: '/calls/$activity_id$/recording',
    request_content_type: 'multipart/form-data',
    request_parameters: { file: '$file$' },
  },
  FindActivity: {
    request_method: 'GET',
    request_path: '/calls',
    request_parameters: { key: '$call_key$' },
    response_map: { calls: [{ id: '$activity_id$' }] },
  },
};
