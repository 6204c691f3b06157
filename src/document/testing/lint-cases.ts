import type { FindingCode } from '../findings/finding-codes.ts';
import type { Json } from '../json-value.ts';

/** A document that has the finding, and one as near as possible that has not. */
export interface LintCase {
  readonly bad: string;
  readonly good: string;
  /** The words at which the finding stands: the first of them in the text. */
  readonly at?: string;
}

type Tree = { readonly [key: string]: Json };

const BASE = {
  id: 'example',
  name: 'Example',
  class: 'crm',
  resource_url: 'https://api.example.com',
  API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } },
} as const;

/** A small, faultless document with some keys changed; `undefined` leaves one out. */
export function documentWith(changes: { readonly [key: string]: Json | undefined }): string {
  const merged = Object.entries({ ...BASE, ...changes }).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(merged), null, 2);
}

function method(name: string, changes: Tree, others: Tree = {}): string {
  const request = { request_method: 'POST', request_path: '/x', ...changes };
  return documentWith({ ...others, API: { [name]: request } });
}

function body(parameters: Json, others: Tree = {}): string {
  return method('CreateActivity', { request_parameters: parameters }, others);
}

function variable(definition: Json, others: Tree = {}): string {
  return documentWith({ variables: { v: definition }, ...others });
}

/** `v0` is a text, every other one is made with the one before. */
function chain(length: number): Tree {
  return Object.fromEntries(
    Array.from({ length }, (_, i) => [`v${String(i)}`, i === 0 ? 'x' : `$v${String(i - 1)}$`]),
  );
}

function hosts(length: number): readonly string[] {
  return Array.from({ length }, (_, i) => `h${String(i)}.example.com`);
}

const FIND = { request_method: 'GET', request_parameters: { q: '$phone$' } };
const CALLER = { parameters: { phone: 'string', contact_id: 'string' } };
const GOOD = documentWith({});
const replaced = (from: string, to: string): string => GOOD.replace(from, to);

const OAUTH2 = {
  client_id: 'c',
  client_secret: '$Secret$',
  flow_type: '0',
  authorization_endpoint: 'https://a.example/authorize',
  token_endpoint: 'https://a.example/token',
};

const CLIENT = {
  client_id: 'c',
  client_secret: '$Secret$',
  token_endpoint: 'https://a.example/token',
};

const SESSION = {
  type: 'Session',
  request_path: '/login',
  response_map: { token: '$session_token$' },
  present: { name: 'X-Session', value: '$session_token$' },
};

const FILLED = { label: 'Instance', filled_by: 'sign_in' };

/** A document in which the token answer, or what stands in its place, fills `Instance`. */
function filling(property: Tree, changes: Tree, oauth2: Tree = {}): string {
  const token_response_map = { instance: '$Instance$' };
  return documentWith({
    properties: [{ ...FILLED, ...property }, 'Secret'],
    OAuth2: { ...OAUTH2, token_response_map, ...oauth2 },
    API: {
      CreateActivity: { request_method: 'POST', request_url: '$Instance$/calls' },
    },
    hosts: ['a.example', '*.crm.example', 'api.example.com'],
    ...changes,
  });
}

/** One case for each code of lint. */
export const LINT_CASES: Readonly<Record<FindingCode, LintCase>> = {
  byte_order_mark: { bad: `\ufeff${GOOD}`, good: GOOD },
  curly_quotes: { bad: replaced('"example"', '“example”'), good: GOOD, at: '“' },
  single_quotes: { bad: replaced('"example"', "'example'"), good: GOOD, at: "'" },
  missing_quotes: { bad: replaced('"id"', 'id'), good: GOOD, at: 'id' },
  trailing_comma: { bad: replaced('"/calls"', '"/calls",'), good: GOOD },
  missing_comma: { bad: replaced('"example",', '"example"'), good: GOOD, at: '"name"' },
  comment: {
    bad: replaced('"id"', '// note\n"id"'),
    good: documentWith({ '//': 'note' }),
    at: '// note',
  },
  invisible_character: { bad: replaced('"id":', '"id":\u00a0'), good: GOOD, at: '\u00a0' },
  json_syntax: { bad: replaced('"id": ', '"id" '), good: GOOD, at: '"example"' },
  duplicate_key: { bad: replaced('"class"', '"name": "Again", "class"'), good: GOOD },
  refused_key: {
    bad: body({ constructor: 'x' }),
    good: body({ builder: 'x' }),
    at: '"constructor"',
  },
  document_too_large: {
    bad: documentWith({ '//': 'x'.repeat(262_144) }),
    good: documentWith({ '//': 'x'.repeat(200_000) }),
  },
  too_deep: {
    bad: replaced('"crm"', `"crm", "//": ${'['.repeat(40)}${']'.repeat(40)}`),
    good: replaced('"crm"', `"crm", "//": ${'['.repeat(30)}${']'.repeat(30)}`),
  },
  too_many_findings: {
    bad: documentWith(
      Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${String(i)}x`, 1])),
    ),
    good: documentWith(
      Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`k${String(i)}x`, 1])),
    ),
  },
  missing_field: { bad: documentWith({ name: undefined }), good: GOOD },
  wrong_type: { bad: documentWith({ name: 12 }), good: documentWith({ name: '12' }), at: '12' },
  invalid_option: {
    bad: method('CreateActivity', { request_method: 'post' }),
    good: method('CreateActivity', { request_method: 'POST' }),
    at: '"post"',
  },
  unknown_field: {
    bad: documentWith({ colour: 'red' }),
    good: documentWith({ _colour: 'red' }),
    at: '"colour"',
  },
  deprecated_field: {
    bad: documentWith({ API: undefined, api: BASE.API }),
    good: GOOD,
    at: '"api"',
  },
  not_supported_yet: {
    bad: method('CreateActivity', { timeout_seconds: 30 }),
    good: method('CreateActivity', { request_headers: { Accept: 'application/json' } }),
    at: '"timeout_seconds"',
  },
  no_methods: { bad: documentWith({ API: {} }), good: GOOD, at: '"API"' },
  too_many_methods: {
    bad: documentWith({
      API: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`M${String(i)}`, {}])),
    }),
    good: documentWith({
      API: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`M${String(i)}`, {}])),
    }),
    at: '"API"',
  },
  too_many: {
    bad: documentWith({ hosts: [...hosts(200), 'api.example.com'] }),
    good: documentWith({ hosts: [...hosts(199), 'api.example.com'] }),
    at: '"hosts"',
  },
  misspelt_name: {
    bad: body({ a: '$contactid$' }),
    good: body({ a: '$contact_id$' }),
    at: '$contactid$',
  },
  unknown_name: {
    bad: body({ a: '$quite unknown$' }),
    good: body({ a: '$quite: unknown$ and $5' }),
    at: '$quite',
  },
  unknown_name_in_answer: {
    bad: method('FindContact', { ...FIND, response_map: [{ a: '$quite unknown$' }] }),
    good: method(
      'FindContact',
      { ...FIND, response_map: [{ a: '$my_ref$' }] },
      { parameters: { my_ref: 'string' } },
    ),
    at: '$quite',
  },
  misplaced_name: {
    bad: body({ a: '$page$' }),
    good: method('Contacts', {
      request_method: 'GET',
      request_parameters: { a: '$page$' },
      paging: { type: 'page' },
    }),
    at: '$page$',
  },
  undeclared_parameter: {
    bad: body({ a: '$contact_id$' }),
    good: body({ a: '$contact_id$' }, { parameters: { contact_id: 'string' } }),
    at: '$contact_id$',
  },
  misspelt_parameter: {
    bad: documentWith({ parameters: { contact_idd: 'string' } }),
    good: documentWith({ parameters: { my_reference: 'string' } }),
    at: '"contact_idd"',
  },
  old_parameter_name: {
    bad: documentWith({ parameters: { call_id: 'string' } }),
    good: documentWith({ parameters: { call_key: 'string' } }),
    at: '"call_id"',
  },
  property_shadows_parameter: {
    bad: documentWith({ properties: ['domain'] }),
    good: documentWith({ properties: ['Domain of the CRM'] }),
    at: '"domain"',
  },
  duplicate_name: {
    bad: documentWith({ properties: ['Key', 'Key'] }),
    good: documentWith({ properties: ['Key', 'Other key'] }),
  },
  invalid_label: {
    bad: documentWith({ properties: ['Price in $'] }),
    good: documentWith({ properties: ['Price in dollars'] }),
    at: '"Price',
  },
  other_notation: {
    bad: body({ a: '{contact_id}' }),
    good: body({ a: '{contact_id}' }, { var_char: '{}' }),
    at: '{contact_id}',
  },
  lone_marker: {
    bad: body({ a: '$contact_id' }, { parameters: { contact_id: 'string' } }),
    good: body({ a: '$contact_id$' }, { parameters: { contact_id: 'string' } }),
    at: '$contact_id',
  },
  unused_property: {
    bad: documentWith({ properties: ['Team'] }),
    good: body({ team: '$Team$' }, { properties: ['Team'] }),
    at: '"Team"',
  },
  choice_unknown_key: {
    bad: variable({ quite_unknown: { a: 'b' } }),
    good: variable({ call_cause: { a: 'b' } }),
    at: '"quite_unknown"',
  },
  choice_keys: {
    bad: variable({ call_cause: { a: 'b' }, subject: { a: 'b' } }),
    good: variable({ call_cause: { a: 'b', default: 'c' } }),
    at: '"subject"',
  },
  choice_row_never_matches: {
    bad: variable({ activity_type: { Inbound: 'x' } }),
    good: variable({ activity_type: { inbound: 'x', default: 'y' } }),
    at: '"Inbound"',
  },
  variable_cycle: {
    bad: documentWith({ variables: { one_part: '$other_part$', other_part: '$one_part$' } }),
    good: documentWith({ variables: { one_part: '$other_part$', other_part: 'x' } }),
    at: '"one_part"',
  },
  chain_too_long: {
    bad: documentWith({ variables: chain(101) }),
    good: documentWith({ variables: chain(100) }),
    at: '"v100"',
  },
  read_as_arithmetic: {
    bad: variable('$call_duration$ * 1000'),
    good: variable({ text: '$call_duration$ * 1000' }),
    at: '"$call_duration$',
  },
  not_arithmetic: {
    bad: variable('$contact_id$ * 1000'),
    good: variable('$user_number$-$party_number$'),
    at: '"$contact_id$',
  },
  date_form: {
    bad: documentWith({ parameters: { since: 'ISO8601Date' } }),
    good: documentWith({ parameters: { since: { type: 'ISO8601Date', format: 'yyyy-MM-dd' } } }),
    at: '"ISO8601Date"',
  },
  invalid_format: {
    bad: documentWith({ parameters: { since: { type: 'ISO8601Date', timezone: 'Mars/Phobos' } } }),
    good: documentWith({
      parameters: { since: { type: 'ISO8601Date', timezone: 'Europe/London' } },
    }),
    at: '"Mars/Phobos"',
  },
  expression_too_long: {
    bad: variable({ expression: `'${'x'.repeat(17_000)}'` }),
    good: variable({ expression: `'${'x'.repeat(1_000)}'` }),
  },
  expression_syntax: {
    bad: variable({ expression: "subject + + 'x'" }),
    good: variable({ expression: "subject + 'x'" }),
  },
  expression_not_allowed: {
    bad: variable({ expression: "subject.matches('a+')" }),
    good: variable({ expression: 'upper(subject)' }),
  },
  expression_type: {
    bad: variable({ expression: 'upper(subject) * 2' }),
    good: variable({ expression: 'call_duration * 2' }),
  },
  expression_argument: {
    bad: variable({ expression: "hash('md99', subject)" }),
    good: variable({ expression: "hash('sha256', subject)" }),
  },
  compared_with_null: {
    bad: variable({ expression: "subject == null ? 'a' : 'b'" }),
    good: variable({ expression: "present(subject) ? 'a' : 'b'" }),
  },
  unknown_variable: {
    bad: variable({ expression: 'quite_unknown' }),
    good: variable({ expression: 'subject' }),
  },
  unknown_function: {
    bad: variable({ expression: 'shout(subject)' }),
    good: variable({ expression: 'upper(subject)' }),
  },
  invalid_url: {
    bad: documentWith({ resource_url: 'api.example.com' }),
    good: documentWith({ resource_url: 'https://api.example.com' }),
    at: '"api.example.com"',
  },
  plain_http: {
    bad: documentWith({ resource_url: 'http://api.example.com' }),
    good: documentWith({ resource_url: 'http://127.0.0.1:8080' }),
    at: '"http:',
  },
  unsafe_link: {
    bad: documentWith({ contact_url: 'javascript:alert(1)' }),
    good: documentWith({ contact_url: 'https://app.example.com/$contact_id$' }),
    at: '"javascript:',
  },
  credentials_in_url: {
    bad: documentWith({ resource_url: 'https://user:word@api.example.com' }),
    good: documentWith({ resource_url: 'https://api.example.com/@user' }),
    at: '"https://user',
  },
  host_not_declared: {
    bad: documentWith({ hosts: ['*.example.org'] }),
    good: documentWith({ hosts: ['*.example.com'] }),
    at: '"https://api.example.com"',
  },
  invalid_host: {
    bad: documentWith({ hosts: ['api.example.com', '*.com'] }),
    good: documentWith({ hosts: ['api.example.com', '*.example.com'] }),
    at: '"*.com"',
  },
  percent_in_path: {
    bad: method('CreateActivity', { request_path: "/q?where=name LIKE '%acme%'" }),
    good: method('CreateActivity', { request_path: '/q?where=a%20b' }),
    at: '%acme',
  },
  dot_segment: {
    bad: method('CreateActivity', { request_path: '/v2/../admin' }),
    good: method('CreateActivity', { request_path: '/v2.0/..admin/...' }),
    at: '"/v2/../admin"',
  },
  path_and_url: {
    bad: method('CreateActivity', { request_url: 'https://api.example.com/y' }),
    good: GOOD,
    at: '"request_path"',
  },
  unknown_method: {
    bad: method('PaintTheHouse', {}),
    good: GOOD,
    at: '"PaintTheHouse"',
  },
  list_as_query: {
    bad: method('CreateActivity', { request_method: 'GET', request_parameters: ['a'] }),
    good: method('CreateActivity', { request_method: 'POST', request_parameters: ['a'] }),
    at: '[',
  },
  duplicate_query_name: {
    bad: method('CreateActivity', {
      request_method: 'GET',
      request_path: '/c?q=a',
      request_parameters: { q: 'b' },
    }),
    good: method('CreateActivity', {
      request_method: 'GET',
      request_path: '/c?q=a',
      request_parameters: { p: 'b' },
    }),
    at: '"q"',
  },
  refused_header: {
    bad: documentWith({ request_headers: { Cookie: 'a=b' } }),
    good: documentWith({ request_headers: { Accept: 'application/json' } }),
    at: '"Cookie"',
  },
  quoted_value: {
    bad: method('SearchContacts', { request_parameters: { filter: "name eq '$prefix$'" } }),
    good: method('SearchContacts', {
      request_parameters: { filter: "name eq '$prefix$'" },
      escape: 'odata',
    }),
    at: '$prefix$',
  },
  missing_id_in_answer: {
    bad: method('FindContact', { ...FIND, response_map: [{ tel: '$phone$' }] }, CALLER),
    good: method(
      'FindContact',
      { ...FIND, response_map: [{ tel: '$phone$', id: '$contact_id$' }] },
      CALLER,
    ),
    at: '"response_map"',
  },
  no_number_in_answer: {
    bad: method('FindContact', { ...FIND, response_map: [{ id: '$contact_id$' }] }, CALLER),
    good: method(
      'FindContact',
      { ...FIND, response_map: [{ tel: 'tel:$phone$', id: '$contact_id$' }] },
      CALLER,
    ),
    at: '"response_map"',
  },
  request_without_key_value: {
    bad: method('SearchContacts', {}),
    good: method(
      'SearchContacts',
      { request_parameters: { q: '$query_text$' } },
      { variables: { query_text: '%$prefix$%' } },
    ),
    at: '"SearchContacts"',
  },
  literal_in_response: {
    bad: method('CreateActivity', { response_map: { type: 'mobile' } }),
    good: method('CreateActivity', { response_map: { id: '$activity_id$' } }),
    at: '"mobile"',
  },
  row_fits_all: {
    bad: method('CreateActivity', { errors: [{ then: 'retry' }] }),
    good: method('CreateActivity', { errors: [{ status: 423, then: 'retry' }] }),
  },
  response_binds_variable: {
    bad: method('CreateActivity', { response_map: { id: '$v$' } }, { variables: { v: 'x' } }),
    good: method(
      'CreateActivity',
      { response_map: { id: '$activity_id$' } },
      { variables: { v: 'x' } },
    ),
    at: '$v$',
  },
  ambiguous_answer_text: {
    bad: method('FindContact', { ...FIND, response_map: [{ n: '$firstname$ $lastname$' }] }),
    good: method('FindContact', { ...FIND, response_map: [{ n: '$contact_name$' }] }),
    at: '"$firstname$',
  },
  number_form_in_answer: {
    bad: method(
      'FindContact',
      { ...FIND, response_map: [{ id: '$contact_id$', tel: '$phone_e164$' }] },
      CALLER,
    ),
    good: method(
      'FindContact',
      { ...FIND, response_map: [{ id: '$contact_id$', tel: '$phone$' }] },
      CALLER,
    ),
    at: '$phone_e164$',
  },
  paging_without_value: {
    bad: method('Contacts', { request_method: 'GET', paging: { type: 'page' } }),
    good: method('Contacts', {
      request_method: 'GET',
      paging: { type: 'page' },
      request_path: '/c?page=$page$',
    }),
    at: '"page"',
  },
  auth_and_oauth2: {
    bad: documentWith({
      auth: { type: 'None' },
      OAuth2: { client_id: '$C$', token_endpoint: 'https://a.example/t' },
    }),
    good: documentWith({ auth: { type: 'None' } }),
    at: '"auth"',
  },
  reserved_authorization_parameter: {
    bad: documentWith({ OAuth2: { ...OAUTH2, authorization_parameters: { state: 'x' } } }),
    good: documentWith({
      OAuth2: { ...OAUTH2, authorization_parameters: { default: 'scope=a%20b', prompt: 'none' } },
    }),
    at: '"state"',
  },
  reserved_token_parameter: {
    bad: documentWith({ OAuth2: { ...OAUTH2, token_parameters: { grant_type: 'x' } } }),
    good: documentWith({ OAuth2: { ...OAUTH2, token_parameters: { user_type: 'Location' } } }),
    at: '"grant_type"',
  },
  token_content_type: {
    bad: documentWith({ OAuth2: { ...OAUTH2, token_parameters: { content_type: 'text/xml' } } }),
    good: documentWith({ OAuth2: { ...OAUTH2, token_parameters: { content_type: 'text/json' } } }),
    at: '"text/xml"',
  },
  flow_differs: {
    bad: documentWith({ OAuth2: { ...CLIENT, flow: 'client_credentials', flow_type: 0 } }),
    good: documentWith({ OAuth2: { ...CLIENT, flow: 'client_credentials' } }),
    at: '"flow_type"',
  },
  token_not_sent: {
    bad: documentWith({ OAuth2: { ...OAUTH2, request_auth: 'Zoho oauthtoken' } }),
    good: documentWith({ OAuth2: { ...OAUTH2, request_auth: 'Zoho-oauthtoken' } }),
    at: '"Zoho',
  },
  token_not_bound: {
    bad: documentWith({ auth: { ...SESSION, response_map: { ok: true } } }),
    good: documentWith({ auth: SESSION }),
    at: '"response_map"',
  },
  token_shown: {
    bad: documentWith({ OAuth2: { ...OAUTH2, token_response_map: { id_token: '$account_id$' } } }),
    good: documentWith({ OAuth2: { ...OAUTH2, token_response_map: { id: '$account_id$' } } }),
    at: '$account_id$',
  },
  no_value_at_sign_in: {
    bad: documentWith({ auth: { ...SESSION, request_parameters: { who: '$user_id$' } } }),
    good: documentWith({ auth: { ...SESSION, request_parameters: { zone: '$timezone$' } } }),
    at: '$user_id$',
  },
  never_filled: {
    bad: filling({}, {}, { token_response_map: { a: '$own_value$' } }),
    good: filling({}, {}),
    at: '"sign_in"',
  },
  filled_too_late: {
    bad: filling({}, {}, { token_endpoint: '$Instance$/token' }),
    good: filling({ default: 'https://a.example' }, {}, { token_endpoint: '$Instance$/token' }),
    at: '"sign_in"',
  },
  hosts_needed: {
    bad: filling({}, { hosts: [] }),
    good: filling({}, {}),
    at: '"sign_in"',
  },
  property_compared: {
    bad: documentWith({
      properties: ['Team', 'Secret'],
      OAuth2: { ...OAUTH2, token_response_map: { team: '$Team$' } },
    }),
    good: documentWith({
      properties: [{ label: 'Team', filled_by: 'sign_in' }, 'Secret'],
      OAuth2: { ...OAUTH2, token_response_map: { team: '$Team$' } },
    }),
    at: '$Team$',
  },
  secret_in_document: {
    bad: documentWith({ auth: { type: 'Bearer', token: 'my-own-secret-token' } }),
    good: documentWith({ auth: { type: 'Bearer', token: '$API key$' }, properties: ['API key'] }),
    at: '"my-own',
  },
  possible_secret: {
    bad: body({ password: 'changeme1' }),
    good: body({ password: '$Password$' }, { properties: ['Password'] }),
    at: '"changeme1"',
  },
  secret_in_request: {
    bad: body({ key: '$Key$' }, { properties: [{ label: 'Key', type: 'secret' }] }),
    good: documentWith({
      request_headers: { 'X-Key': '$Key$' },
      properties: [{ label: 'Key', type: 'secret' }],
    }),
    at: '$Key$',
  },
  secret_in_link: {
    bad: documentWith({
      contact_url: 'https://a.example/?k=$Key$',
      properties: [{ label: 'Key', type: 'secret' }],
    }),
    good: documentWith({ contact_url: 'https://a.example/?k=$Key$', properties: ['Key'] }),
    at: '$Key$',
  },
};
