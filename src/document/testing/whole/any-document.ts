import fc from 'fast-check';

import type { Json, JsonObject } from '../../json-value.ts';
import type { MethodName } from '../../methods.ts';
import { anyRequest, anySteps } from './any-request.ts';
import {
  DATE_PARAMETERS,
  LOCAL_NAMES,
  MARKS,
  TEXT_PARAMETERS,
  anyTemplate,
  anyTree,
} from './any-template.ts';
import type { Mark } from './any-template.ts';

const METHODS: readonly MethodName[] = [
  ...(['Users', 'Contacts', 'Organizations', 'FindContact', 'SearchContacts'] as const),
  ...(['CreateContact', 'UpdateContact', 'DeleteContact', 'CreateActivity'] as const),
  ...(['AnswerCallActivity', 'UpdateActivity', 'AssignActivity', 'StopCallActivity'] as const),
  ...(['UploadFile', 'FindActivity'] as const),
];

export const RESOURCE_URLS = ['literal', 'property', 'subdomain', 'with query'] as const;

/** A whole document with any of the features of the language; most of them lint without error. */
export const anyDocument: fc.Arbitrary<JsonObject> = fc
  .constantFrom('dollar' as const, 'braces' as const)
  .chain((notation) => {
    const mark = MARKS[notation];
    return fc
      .tuple(
        fc.constantFrom(...RESOURCE_URLS).map((kind) => resourceUrl(kind, mark)),
        anyAuth(mark),
        anyParameters(mark),
        anyVariables(mark),
        anyMethods(mark),
        fc.option(fc.constantFrom<Json>('soql', 'odata', ['like', 'sql']), {
          nil: undefined,
          freq: 3,
        }),
        fc.option(fc.constant({ 'X-Source': `phone ${mark('Team')}` }), {
          nil: undefined,
          freq: 3,
        }),
        fc.option(fc.constant(['e164', 'national', 'digits']), { nil: undefined, freq: 3 }),
      )
      .map(([address, auth, parameters, variables, API, escape, headers, formats]) => ({
        id: 'any-crm',
        name: 'Any CRM',
        class: 'crm',
        ...(notation === 'braces' ? { var_char: '{}' } : {}),
        properties: [
          { label: 'API key', type: 'secret' },
          'Team',
          { label: 'Size', type: 'number', default: 7 },
          { label: 'Active', type: 'boolean' },
          { label: 'Plan', type: 'choice', choices: ['small', 'large'] },
          { label: 'Instance URL', type: 'url' },
          'Subdomain',
          'User',
        ],
        parameters,
        variables,
        ...auth,
        ...address,
        ...(escape === undefined ? {} : { escape }),
        ...(headers === undefined ? {} : { request_headers: headers }),
        ...(formats === undefined ? {} : { phone_formats: formats }),
        API,
      }));
  });

function resourceUrl(kind: (typeof RESOURCE_URLS)[number], mark: Mark): JsonObject {
  switch (kind) {
    case 'literal':
      return { resource_url: 'https://api.example.com/v1/' };
    case 'property':
      return { resource_url: `${mark('Instance URL')}/api` };
    case 'subdomain':
      return { resource_url: `https://${mark('Subdomain')}.example.com` };
    case 'with query':
      return { resource_url: `https://api.example.com/v1?team=${mark('Team')}` };
  }
}

function anyAuth(mark: Mark): fc.Arbitrary<JsonObject> {
  const key = mark('API key');
  const oauth2 = {
    client_id: 'client',
    client_secret: key,
    authorization_endpoint: 'https://login.example.com/authorize',
    token_endpoint: 'https://login.example.com/token',
  };
  return fc.constantFrom<JsonObject>(
    {},
    { auth: { type: 'Bearer', token: key } },
    { auth: { type: 'Basic', username: mark('User'), password: key } },
    { auth: { type: 'ApiKey', in: 'header', name: 'X-Api-Key', value: `token ${key}` } },
    { auth: { type: 'ApiKey', in: 'query', name: 'api_key', value: key } },
    { OAuth2: oauth2 },
    { OAuth2: { ...oauth2, request_auth: 'Zoho-oauthtoken' } },
    {
      auth: {
        type: 'Session',
        request_path: '/login',
        request_parameters: { key },
        response_map: { token: mark('session_token') },
        present: { in: 'header', name: 'X-Session', value: mark('session_token') },
      },
    },
  );
}

function anyParameters(mark: Mark): fc.Arbitrary<JsonObject> {
  const text = fc.constantFrom<Json>(
    'string',
    'string',
    'number',
    'boolean',
    { type: 'string', max_length: 5 },
    { type: 'string', default: 'none' },
    { type: 'string', default: `of ${mark('call_key')}` },
  );
  const date = fc.constantFrom<Json>(
    'ISO8601Date',
    'number',
    'epoch_seconds',
    'date',
    { type: 'ISO8601Date', format: 'yyyy-MM-dd HH:mm:ss', timezone: mark('timezone') },
    { type: 'date', format: 'dd.MM.yyyy', timezone: 'Europe/Berlin' },
  );
  const texts = TEXT_PARAMETERS.filter((name) => name !== 'call_key');
  return fc
    .tuple(
      fc.array(text, { minLength: texts.length, maxLength: texts.length }),
      fc.array(date, { minLength: DATE_PARAMETERS.length, maxLength: DATE_PARAMETERS.length }),
    )
    .map(([types, dates]) => ({
      ...Object.fromEntries(texts.map((name, i) => [name, types[i] ?? 'string'])),
      ...Object.fromEntries(DATE_PARAMETERS.map((name, i) => [name, dates[i] ?? 'number'])),
      call_key: 'string',
      call_duration: 'number',
      activity_type: 'string',
      file: 'string',
      ...Object.fromEntries(
        LOCAL_NAMES.map((name, i) => [name, ['string', 'number', 'date', 'object'][i] ?? 'string']),
      ),
    }));
}

function anyVariables(mark: Mark): fc.Arbitrary<JsonObject> {
  const names = ['contact_name', 'party_number', 'subject', 'description', 'Team', 'contact_id'];
  const text = anyTemplate(mark, names);
  return fc
    .tuple(
      fc.constantFrom('* 1000', '/ 60', '+ 5', '- 7 * 2'),
      text,
      text,
      fc.array(text, { minLength: 1, maxLength: 3 }),
      anyTree(mark, 0).chain(() => fc.dictionary(fc.constantFrom('a', 'b'), text, { maxKeys: 2 })),
      fc.constantFrom(
        "call_result == 'answered' ? 'Held' : subject",
        "format_date(call_timestamp, 'yyyy-MM-dd', 'UTC')",
        "join(', ', contact_name, company_name) + left(subject, 3)",
        'minutes(call_duration)',
        "escape_html(description) + hash('sha256', subject)",
      ),
    )
    .map(([operation, plain, title, lines, tree, expression]) => ({
      sum_millis: `${mark('call_duration')} ${operation}`,
      plain_text: { text: plain },
      chosen_title: { activity_type: { inbound: title, outbound: 'Call', default: plain } },
      nested_choice: {
        call_result: {
          missed: { activity_type: { inbound: 'Missed', default: 3 } },
          default: true,
        },
      },
      note_lines: lines,
      json_columns: { json: { [`c-${mark('Team')}`]: tree } },
      held_outcome: { expression },
      forced_text: { text: `${mark('call_duration')} * 1000` },
    }));
}

function anyMethods(mark: Mark): fc.Arbitrary<JsonObject> {
  const forms = (name: MethodName): fc.Arbitrary<Json> =>
    fc.oneof(
      { weight: 4, arbitrary: anyRequest(mark, name) },
      { weight: 1, arbitrary: anySteps(mark, name) },
      { weight: 1, arbitrary: fc.array(anyRequest(mark, name), { minLength: 1, maxLength: 3 }) },
    );
  return fc
    .uniqueArray(fc.constantFrom(...METHODS), { minLength: 1, maxLength: 4 })
    .chain((names) =>
      fc
        .tuple(...names.map(forms))
        .map((methods) => Object.fromEntries(names.map((name, i) => [name, methods[i] ?? {}]))),
    );
}
