const MAP = {
  records: [
    {
      id: '$contact_id$',
      name: '$contact_name$',
      phone: '$phone$',
      company_id: '$company_id$',
      changed_at: '$since$',
      deleted: '$deleted$',
    },
  ],
};
const MOVING = { cursor: '$cursor$', next: '$next_url$', more: '$has_more$' };

/** A method object of `Contacts`, paged in one of the ways. */
export function people(paging: 'none' | 'page' | 'offset' | 'cursor' | 'next_url' | 'link_header') {
  const parameters = {
    none: {},
    page: { page: '$page$' },
    offset: { offset: '$offset$' },
    cursor: { paged: '1', cursor: '$cursor$' },
    next_url: { paged: '1' },
    link_header: { paged: '1' },
  }[paging];
  const moving = {
    ...{ none: {}, page: {}, offset: {}, link_header: {} },
    cursor: { cursor: MOVING.cursor },
    next_url: { next: MOVING.next },
  }[paging];
  return {
    request_method: 'GET',
    request_path: '/people',
    request_parameters: { ...parameters, since: '$since$' },
    ...(paging === 'none' ? {} : { paging: { type: paging } }),
    response_map: { ...MAP, ...moving },
  };
}

/** `Organizations`, all at once. */
export const COMPANIES = {
  request_method: 'GET',
  request_path: '/companies',
  response_map: { records: [{ id: '$company_id$', name: '$company_name$' }] },
};

/** A document of these methods, as text, for the address of a CRM. */
export function syncDocument(
  methods: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    ...{ id: 'lists', name: 'Lists', class: 'crm' },
    properties: [{ label: 'Address', type: 'url', required: true }],
    parameters: {
      ...{ contact_id: 'string', contact_name: 'string', phone: 'string', company_id: 'string' },
      ...{ company_name: 'string', since: 'ISO8601Date' },
    },
    resource_url: '$Address$',
    ...more,
    API: methods,
  });
}
