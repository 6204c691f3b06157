import type { Json } from '../../src/document/json-value.ts';

/** How many contacts one page of the CRM holds. */
export const RECORDS = 100;

/** A document whose sync asks for changed contacts, page by page, as most CRMs want it. */
export const DOCUMENT = JSON.stringify({
  id: 'list-crm',
  name: 'List CRM',
  class: 'crm',
  properties: [{ label: 'API key', type: 'secret' }],
  parameters: {
    contact_id: 'string',
    firstname: 'string',
    lastname: 'string',
    job_title: 'string',
    company_id: 'string',
    company_name: 'string',
    phone: 'string',
    mobile: 'string',
    email: 'string',
    owner_ref: 'string',
    since: 'ISO8601Date',
  },
  auth: { type: 'Bearer', token: '$API key$' },
  resource_url: 'https://api.example.com/v3',
  request_headers: { Accept: 'application/json' },
  API: {
    Contacts: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: {
        updated_since: '$since$',
        page: '$page$',
        per_page: '$page_size$',
        include: 'company,owner',
      },
      paging: { type: 'page', size: RECORDS },
      response_map: {
        data: [
          {
            id: '$contact_id$',
            name: { first: '$firstname$', last: '$lastname$' },
            title: '$job_title$',
            company: { id: '$company_id$', name: '$company_name$' },
            phones: [{ kind: 'mobile', number: '$mobile$' }, { number: '$phone$' }],
            emails: [{ address: '$email$' }],
            owner: { ref: '$owner_ref$' },
          },
        ],
      },
    },
  },
});

/** What one request is rendered with. */
export interface ListValues {
  readonly since: string;
  readonly page: number;
  readonly apiKey: string;
}

export const VALUES: ListValues = {
  since: '2026-03-01T08:30:00.000Z',
  page: 7,
  apiKey: 'k3y-of-a-customer',
};

/** An answer of 100 contacts with what CRMs send beside the values that are bound. */
export function answer(): Json {
  return {
    data: Array.from({ length: RECORDS }, (_, i) => contact(i)),
    meta: { page: 7, per_page: RECORDS, total: 12_345 },
  };
}

function contact(i: number): Json {
  return {
    id: 100_000 + i,
    type: 'person',
    name: { first: `First ${i}`, last: i % 9 === 0 ? null : `Last ${i}`, prefix: null },
    title: i % 3 === 0 ? '' : 'Head of purchasing',
    company: i % 7 === 0 ? null : { id: 500 + i, name: `Company ${i}`, url: `/companies/${i}` },
    phones: [
      { kind: 'work', number: `+44 20 7946 ${1_000 + i}`, verified: true },
      { kind: 'mobile', number: `+44 7700 90${1_000 + i}`, verified: false },
      ...(i % 5 === 0
        ? [{ kind: 'home', number: `+44 1632 96${1_000 + i}`, verified: false }]
        : []),
    ],
    emails: [
      { kind: 'work', address: `person${i}@example.com` },
      ...(i % 4 === 0 ? [{ kind: 'home', address: `home${i}@example.org` }] : []),
    ],
    owner: { ref: `user-${i % 12}`, name: `Owner ${i % 12}` },
    tags: ['customer', `region-${i % 4}`],
    custom: {
      score: i * 3,
      segment: 'B',
      contract: `C-${i}`,
      notes: 'Prefers to be called early.',
    },
    address: { street: `${i} High Street`, city: 'London', zip: 'EC1A 1BB', country: 'GB' },
    created_at: '2024-05-06T07:08:09Z',
    updated_at: '2026-03-01T09:00:00Z',
    archived: false,
  };
}
