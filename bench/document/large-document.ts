import type { Json, JsonObject } from '../../src/document/json-value.ts';

/** The largest text that lint takes, in bytes. */
export const LARGEST_BYTES = 262_144;

/**
 * A document just under 256 KiB, as people write them: indented by two blanks, every method that
 * there is, requests as trees four levels deep, variables of every kind (a tenth of them
 * expressions), maps of answers as large as the requests, rows of errors. The number of custom
 * fields per method is what fills it up; a CRM with so many is rare, its parts are not.
 */
export function largeDocument(): string {
  let low = 1;
  let high = 1_000;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(documentWithFields(middle)) <= LARGEST_BYTES) low = middle;
    else high = middle - 1;
  }
  return documentWithFields(low);
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function documentWithFields(fields: number): string {
  return JSON.stringify(
    {
      id: 'large-crm',
      name: 'Large CRM',
      class: 'crm',
      version: '1.0.0',
      properties: [
        { label: 'Instance URL', type: 'url' },
        { label: 'API key', type: 'secret' },
        ...numbered(40, (i) => `Field key ${i}`),
      ],
      hosts: ['api.example.com', '*.crm.example.com'],
      parameters: parameters(),
      variables: variables(),
      auth: { type: 'Bearer', token: '$API key$' },
      resource_url: '$Instance URL$/api/v2',
      contact_url: '$Instance URL$/contacts/$contact_id$',
      activity_url: '$Instance URL$/calls/$activity_id$',
      request_headers: { Accept: 'application/json', 'X-Request-Source': 'phone-$domain$' },
      errors: [{ status: 423, then: 'retry' }],
      API: methods(fields),
    },
    null,
    2,
  );
}

function parameters(): JsonObject {
  const texts = [
    ...['phone', 'mobile', 'email', 'firstname', 'lastname', 'contact_name', 'contact_id'],
    ...['company_id', 'company_name', 'job_title', 'user_id', 'user_name', 'user_number'],
    ...['activity_id', 'activity_type', 'subject', 'description', 'party_number', 'call_key'],
    ...['calling_number', 'called_number', 'call_cause', 'call_url', 'content_url', 'prefix'],
    ...['call_result', 'domain', 'file', 'filename', 'queue', 'summary'],
    ...numbered(40, (i) => `local_ref_${i}`),
  ];
  return {
    ...Object.fromEntries(texts.map((name) => [name, 'string'])),
    call_duration: 'number',
    call_timestamp: { type: 'ISO8601Date', format: "yyyy-MM-dd'T'HH:mm:ss" },
    call_timestop: 'epoch_seconds',
    since: { type: 'ISO8601Date', default: '2000-01-01T00:00:00.000Z' },
  };
}

function variables(): JsonObject {
  const kinds: readonly ((i: number) => Json)[] = [
    (i) => `$call_duration$ * ${i + 1}`,
    (i) => `Call ${i} with $contact_name$ of $company_name$`,
    (i) => ({
      activity_type: {
        inbound: `Call from $calling_number$ (${i})`,
        outbound: `Call to $called_number$ (${i})`,
        default: 'Call',
      },
    }),
    (i) => ({
      call_result: {
        missed: { activity_type: { inbound: `Missed ${i}`, default: 'No answer' } },
        default: 'Done',
      },
    }),
    (i) => ({
      expression: `call_result == 'answered' ? 'Held ' + upper(subject) : 'Not held ${i}'`,
    }),
    (i) => ({ text: `$user_name$: $summary$ ${i}` }),
  ];
  return Object.fromEntries(
    numbered(240, (i) => [`computed_${i}`, kinds[i % kinds.length]?.(i) ?? ''] as const),
  );
}

function methods(fields: number): JsonObject {
  const list = { request_method: 'GET', paging: { type: 'page', size: 100 } };
  const paged = { page: '$page$', limit: '$page_size$' };
  const contact = { id: '$contact_id$', phone: '$phone$', mobile: '$mobile$', mail: '$email$' };
  const call = (path: string, extra: JsonObject = {}): JsonObject => ({
    request_method: 'POST',
    request_path: path,
    request_headers: { 'X-Call': '$call_key$' },
    request_parameters: { data: { type: 'call', ...extra, custom: custom(fields) } },
    response_map: { data: { id: '$activity_id$', refs: bound(fields) } },
    errors: numbered(5, (i) => ({
      status: 440 + i,
      when: `response.body.code == ${i}`,
      then: 'retry',
    })),
  });
  const person = (path: string): JsonObject => ({
    request_method: 'PUT',
    request_path: path,
    request_parameters: {
      name: { first: '$firstname$', last: '$lastname$' },
      phones: [
        { kind: 'work', number: '$phone$' },
        { kind: 'mobile', number: '$mobile$' },
      ],
      custom: custom(fields),
    },
    response_map: { data: { id: '$contact_id$', refs: bound(fields) } },
  });
  return {
    Users: {
      ...list,
      request_path: '/users',
      request_parameters: paged,
      response_map: { items: [{ id: '$user_id$', name: '$user_name$', refs: bound(fields) }] },
    },
    Contacts: {
      ...list,
      request_path: '/contacts',
      request_parameters: { ...paged, updated_since: '$since$' },
      response_map: { items: [{ ...contact, refs: bound(fields) }] },
    },
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts/search',
      request_parameters: { phone: '$phone_e164$', digits: '$phone_digits$' },
      response_map: { items: [{ ...contact, refs: bound(fields) }] },
    },
    SearchContacts: {
      request_method: 'GET',
      request_path: '/contacts/search',
      request_parameters: { q: '$prefix$' },
      response_map: { items: [{ ...contact, refs: bound(fields) }] },
    },
    CreateContact: { ...person('/contacts'), request_method: 'POST' },
    UpdateContact: person('/contacts/$contact_id$'),
    CreateActivity: call('/calls'),
    UpdateActivity: call('/calls/$activity_id$', { note: '$description$' }),
    StopCallActivity: call('/calls/$activity_id$/end', { seconds: '$call_duration$' }),
    FindActivity: {
      request_method: 'GET',
      request_path: '/calls',
      request_parameters: { external_id: '$call_key$' },
      response_map: { items: [{ external_id: '$call_key$', id: '$activity_id$' }] },
    },
  };
}

/** Fields of a request, in groups as a CRM has them: whole values, texts, conditions, lists. */
function custom(fields: number): JsonObject {
  return Object.fromEntries(
    numbered(fields, (i) => [
      `group_${i}`,
      {
        id: 100 + i,
        label: `Custom field ${i} of the call`,
        value: `$computed_${i % 240}$`,
        text: `$Field key ${i % 40}$: $contact_name$ ($party_number_international$)`,
        refs: [
          { kind: 'contact', ref: '$contact_id$' },
          { kind: 'local', ref: `$local_ref_${i % 40}$` },
        ],
        ...(i % 4 === 0 ? { details: { '@when': 'company_id', company: '$company_name$' } } : {}),
      },
    ]),
  );
}

function bound(fields: number): JsonObject {
  return Object.fromEntries(
    numbered(fields, (i) => [`ref_${i}`, { value: { inner: `$local_ref_${i % 40}$` } }]),
  );
}

function numbered<T>(count: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
