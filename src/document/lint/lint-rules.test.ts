import { describe, expect, test } from 'vitest';

import { FINDING_CODES } from '../findings/finding-codes.ts';
import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

type Changes = { readonly [key: string]: Json | undefined };

/** Codes of errors and warnings, in the order of the text. */
function codesOf(changes: Changes): readonly string[] {
  return lintDocument(documentWith(changes))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code }) => code);
}

function post(parameters: Json, others: Changes = {}): Changes {
  const request = { request_method: 'POST', request_path: '/x', request_parameters: parameters };
  return { ...others, API: { CreateActivity: request } };
}

describe('rows of errors are counted', () => {
  const rows = (count: number): Json =>
    Array.from({ length: count }, () => ({ status: 423, then: 'skip' }));
  const create = (count: number): Changes => ({
    API: { CreateActivity: { request_method: 'POST', request_path: '/x', errors: rows(count) } },
  });

  test.each<[string, Changes, readonly string[]]>([
    ['a hundred of the document', { errors: rows(100) }, []],
    ['more of the document', { errors: rows(101) }, ['too_many']],
    ['a thousand of methods', create(1000), []],
    ['more of methods', create(1001), ['too_many']],
  ])('%s', (_, changes, codes) => {
    expect(codesOf(changes)).toEqual(codes);
  });
});

describe('what asks whether something is so', () => {
  const create = (method: { readonly [key: string]: Json }): Changes => ({
    API: { CreateActivity: { request_method: 'POST', request_path: '/x', ...method } },
  });

  test.each<[string, Changes, readonly string[]]>([
    ['a comparison', create({ success: 'response.status == 200' }), []],
    ['a member', create({ success: 'response.body.ok' }), []],
    ['a number', create({ success: 'response.status + 1' }), ['expression_type']],
    ['the status alone', create({ success: 'response.status' }), ['expression_type']],
    ['a header', create({ success: "response.headers['X-Ok']" }), ['expression_type']],
    ['a text', create({ errors: [{ when: "'x'", then: 'skip' }] }), ['expression_type']],
    ['a row of the document', { errors: [{ when: '1', then: 'skip' }] }, ['expression_type']],
    [
      'the answer where there is none',
      { variables: { v: { expression: 'response.status' } } },
      ['expression_not_allowed'],
    ],
    [
      'a part that is compared with nothing',
      create({ success: 'response.body.error == null' }),
      ['compared_with_null'],
    ],
    [
      'another part than there is',
      create({ success: 'response.text' }),
      ['expression_not_allowed'],
    ],
    [
      'a name that only a refusal has',
      create({ error_map: { a: '$error_message$', b: '$error_mesage$' } }),
      ['misspelt_name'],
    ],
  ])('%s', (_, changes, codes) => {
    expect(codesOf(changes)).toEqual(codes);
  });
});

describe('placeholders', () => {
  test.each<[string, Changes, readonly string[]]>([
    ['money', post({ a: '$5 and $$ or $10$' }), []],
    ['a query of GraphQL', post({ a: 'query ($board: ID!) { boards { id } }' }), []],
    ['GraphQL with braces', post({ a: '{ id }' }, { var_char: '{}' }), []],
    ['a field of OData', post({ a: '$select=Id&$filter=x' }), []],
    [
      'a known name twice',
      post({ a: '$subject$subject$' }, { parameters: { subject: 'string' } }),
      [],
    ],
    [
      'a form of a number',
      post({ a: '$party_number_last7$' }, { parameters: { party_number: 'string' } }),
      [],
    ],
    [
      'a misspelt form of a number',
      post({ a: '$party_number_last6$' }, { parameters: { party_number: 'string' } }),
      ['misspelt_name'],
    ],
    [
      'blanks around a known name',
      post({ a: '$ subject $' }, { parameters: { subject: 'string' } }),
      ['misspelt_name'],
    ],
    [
      'an old name',
      post({ a: '$call_id$' }, { parameters: { call_key: 'string' } }),
      ['old_parameter_name'],
    ],
    [
      'an old name, not declared',
      post({ a: '$call_id$' }),
      ['old_parameter_name', 'undeclared_parameter'],
    ],
    [
      'an undeclared name twice',
      post({ a: '$subject$', b: '$subject$' }),
      ['undeclared_parameter'],
    ],
    [
      "a value of one's own",
      post({ a: '$ticket_ref$' }, { parameters: { ticket_ref: 'string' } }),
      [],
    ],
    ['a token outside of authentication', post({ a: '$access_token$' }), ['misplaced_name']],
    ['a name in a key', post({ $subject$: 'x' }, { parameters: { subject: 'string' } }), []],
    [
      'a name in a key of the path',
      {
        parameters: { subject: 'string', phone: 'string' },
        API: {
          CreateActivity: { request_method: 'POST', request_path: '/x?a=$phone$&$subject$=1' },
        },
      },
      [],
    ],
    [
      'a name as the whole of a query',
      {
        parameters: { subject: 'string' },
        API: { CreateActivity: { request_method: 'POST', request_path: '/a=$subject$?$subject$' } },
      },
      [],
    ],
    ['a note of the author', { _todo: '$contactid$', '// hint': '{subject}' }, []],
    [
      'dollars in a document with braces',
      post({ a: '$subject$' }, { var_char: '{}', parameters: { subject: 'string' } }),
      ['other_notation'],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(codesOf(changes)).toEqual(codes);
  });
});

describe('addresses', () => {
  test.each<[string, Changes, readonly string[]]>([
    [
      'a property at the beginning',
      { resource_url: '$Instance$/v1', properties: ['Instance'] },
      [],
    ],
    [
      'a property inside a host',
      { resource_url: 'https://$Sub$.example.com', properties: ['Sub'], hosts: ['*.example.com'] },
      [],
    ],
    ['no scheme', { resource_url: '//api.example.com' }, ['invalid_url']],
    ['another scheme', { resource_url: 'ftp://api.example.com' }, ['invalid_url']],
    ['no host', { resource_url: 'https:///v1' }, ['invalid_url']],
    ['data as a link', { contact_url: 'data:text/html,x' }, ['unsafe_link']],
    ['a script with blanks as a link', { activity_url: ' JavaScript:alert(1)' }, ['unsafe_link']],
    ['a host of hosts', { hosts: ['api.example.com'] }, []],
    ['a host below a star', { hosts: ['*.example.com'] }, []],
    ['a host beside a star', { hosts: ['*.ample.com'] }, ['host_not_declared']],
    ['two stars', { hosts: ['api.example.com', '*.*.example.com'] }, ['invalid_host']],
    ['a star before one label', { hosts: ['api.example.com', '*.example'] }, ['invalid_host']],
    [
      'a star before what can match nothing',
      { hosts: ['api.example.com', '*.a_b.example'] },
      ['invalid_host'],
    ],
    ['a port in hosts', { hosts: ['api.example.com', 'a.example:8443'] }, ['invalid_host']],
    ['a host below two labels of a star', { hosts: ['*.com.example'] }, ['host_not_declared']],
    ['hosts in capitals', { hosts: ['API.Example.Com'] }, []],
    ['a port', { resource_url: 'https://api.example.com:8443', hosts: ['api.example.com'] }, []],
    ['an address in hosts', { hosts: ['https://api.example.com/x'] }, ['invalid_host']],
    [
      'a star in the middle of hosts',
      { hosts: ['api.example.com', 'a.*.example.com'] },
      ['invalid_host'],
    ],
    ['dots in the address', { resource_url: 'https://api.example.com/a/..' }, ['dot_segment']],
    ['an encoded dot', { resource_url: 'https://api.example.com/%2E%2e/a' }, ['dot_segment']],
    [
      'dots after a property',
      { resource_url: '$Instance$/./v1', properties: ['Instance'] },
      ['dot_segment'],
    ],
    [
      'dots in a path, in the form of another system',
      { API: { CreateActivity: { request_method: 'POST', request_path: '/a\\..\\b' } } },
      ['dot_segment'],
    ],
    [
      'dots in a query',
      { API: { CreateActivity: { request_method: 'POST', request_path: '/a?f=/../b' } } },
      [],
    ],
    [
      'dots beside a placeholder',
      {
        parameters: { subject: 'string' },
        API: { CreateActivity: { request_method: 'POST', request_path: '/..$subject$' } },
      },
      [],
    ],
    ['no address at all', { resource_url: undefined }, ['missing_field']],
    [
      'a whole address as a path',
      { API: { CreateActivity: { request_method: 'POST', request_path: 'https://x.example' } } },
      ['invalid_url'],
    ],
    [
      'an encoded blank in a path',
      { API: { CreateActivity: { request_method: 'POST', request_path: '/a%20b' } } },
      [],
    ],
    [
      'a broken code in a path',
      { API: { CreateActivity: { request_method: 'POST', request_path: '/100%' } } },
      ['percent_in_path'],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(codesOf(changes).toSorted()).toEqual(codes.toSorted());
  });
});

describe('headers', () => {
  test.each([
    'Host',
    'content-length',
    'Connection',
    'COOKIE',
    'Transfer-Encoding',
    'Accept-Encoding',
    'Expect',
    'TE',
    'Upgrade',
    'Proxy-Authorization',
    'Sec-Fetch-Mode',
    'Authorization',
    'bad name',
  ])('%s is refused in the document, in a method and as the place of a key', (name) => {
    const inMethod = { request_method: 'POST', request_headers: { [name]: 'x' } };

    expect(codesOf({ request_headers: { [name]: 'x' } })).toEqual(['refused_header']);
    expect(codesOf({ API: { CreateActivity: inMethod } })).toEqual(['refused_header']);
  });

  test.each([
    ['a line break', 'a\r\nX-Evil: 1'],
    ['a line feed', 'a\nb'],
    ['NUL', 'a\u0000b'],
    ['a letter beyond Latin-1', 'a\u2013b'],
    ['a line break beside a placeholder', '$subject$\n'],
  ])('%s is refused in a value', (_name, value) => {
    const inMethod = { request_method: 'POST', request_headers: { 'X-A': value } };
    const declared = { parameters: { subject: 'string' }, properties: ['Key'] };
    const auth = { type: 'ApiKey', in: 'header', name: 'X-Key', value: `${value}$Key$` };

    for (const changes of [
      { request_headers: { 'X-A': value }, auth: { ...auth, value: '$Key$' } },
      { API: { CreateActivity: inMethod }, auth: { ...auth, value: '$Key$' } },
      { auth },
    ]) {
      expect(codesOf({ ...declared, ...changes })).toEqual(['refused_header']);
    }
  });

  test('a value may hold letters of Latin-1 and tabs', () => {
    expect(codesOf({ request_headers: { 'X-A': 'caf\u00e9\t1' } })).toEqual([]);
  });

  test('Authorization may hold a key of another form', () => {
    const auth = { type: 'ApiKey', in: 'header', name: 'Authorization', value: 'token $Key$' };
    expect(codesOf({ auth, properties: ['Key'] })).toEqual([]);
  });

  test('Cookie may not hold a key', () => {
    const auth = { type: 'ApiKey', in: 'header', name: 'Cookie', value: '$Key$' };
    expect(codesOf({ auth, properties: ['Key'] })).toEqual(['refused_header']);
  });
});

describe('credentials', () => {
  test.each<[string, Changes, readonly string[]]>([
    [
      'a token in a header',
      { request_headers: { 'X-Key': 'ghp_a1B2c3D4e5F6g7H8i9J0' } },
      ['secret_in_document'],
    ],
    [
      'a random text in a body',
      post({ k: 'dGhpc0lzQVJhbmRvbUtleTEyMzQ1Njc4OTA' }),
      ['secret_in_document'],
    ],
    ['a private key', post({ k: '-----BEGIN PRIVATE KEY-----' }), ['secret_in_document']],
    ['an id of a record type', post({ k: '0125g000000AbCdEAF' }), []],
    ['a UUID', post({ k: '3f2b8c1e-7d4a-4b6f-9e21-0a1b2c3d4e5f' }), []],
    ['a path', post({ k: 'HUBSPOT_DEFINED/ASSOCIATION/194' }), []],
    [
      'an example of a key in the form',
      {
        properties: [{ label: 'Key', type: 'secret', example: 'ghp_a1B2c3D4e5F6g7H8i9J0' }],
        request_headers: { 'X-Key': '$Key$' },
      },
      [],
    ],
    [
      'a key as the default of the form',
      {
        properties: [{ label: 'Key', type: 'secret', default: 'ghp_a1B2c3D4e5F6g7H8i9J0' }],
        request_headers: { 'X-Key': '$Key$' },
      },
      ['secret_in_document'],
    ],
    [
      'an address with a key inside',
      { properties: [{ label: 'Webhook', type: 'url', secret: true }], resource_url: '$Webhook$' },
      [],
    ],
    [
      'a secret in a variable',
      { properties: [{ label: 'Key', type: 'secret' }], variables: { v: 'x$Key$' } },
      ['secret_in_request'],
    ],
    [
      'an empty password',
      { auth: { type: 'Basic', username: '$Key$', password: '' }, properties: ['Key'] },
      [],
    ],
  ])('%s', (_name, changes, codes) => {
    expect(codesOf(changes)).toEqual(codes);
  });
});

describe('a secret that passes through other names', () => {
  const properties = [{ label: 'API token', type: 'secret' }];
  const parameters = { contact_id: 'string' };
  const link = { contact_url: 'https://evil.example/$v$' };

  test.each<[string, Changes]>([
    ['a variable', { variables: { v: '$API token$' } }],
    ['a text', { variables: { v: { text: '1-$API token$' } } }],
    ['a row of a choice', { variables: { v: { contact_id: { default: '$API token$' } } } }],
    [
      'a row of an inner choice',
      { variables: { v: { contact_id: { a: { contact_name: { default: '$API token$' } } } } } },
    ],
    ['the key of a choice', { variables: { v: { 'API token': { a: 'is a', default: '-' } } } }],
    ['an expression', { variables: { v: { expression: "upper(properties['API token'])" } } }],
    [
      'an expression over a variable',
      { variables: { u: '$API token$', v: { expression: 'upper(u)' } } },
    ],
    ['variables of variables', { variables: { t: '$API token$', u: '$t$', v: 'x$u$' } }],
    ['a default', { parameters: { ...parameters, v: { type: 'string', default: '$API token$' } } }],
    [
      'a default through a variable',
      {
        parameters: { ...parameters, v: { type: 'string', default: '$u$' } },
        variables: { u: '$API token$' },
      },
    ],
    [
      'a variable of a default',
      {
        parameters: { ...parameters, ref: { type: 'string', default: '$API token$' } },
        variables: { v: '$ref$' },
      },
    ],
  ])('%s may not stand in a link, and is told of in a body', (_name, changes) => {
    const declared = { properties, parameters, ...changes };

    expect(codesOf({ ...declared, ...link })).toContain('secret_in_link');
    expect(codesOf({ ...declared, activity_url: 'https://evil.example/?$v$' })).toContain(
      'secret_in_link',
    );
    const found = lintDocument(documentWith(post({ token: '$v$' }, declared)));
    expect(found.map(({ code, path }) => [code, path])).toContainEqual([
      'secret_in_request',
      '/API/CreateActivity/request_parameters/token',
    ]);
  });

  test('a calculation may not stand in a link', () => {
    const pin = [{ label: 'Pin', type: 'number', secret: true }];
    const changes = { properties: pin, variables: { v: '$Pin$ * 1' }, ...link };
    expect(codesOf(changes)).toContain('secret_in_link');
  });

  test('a variable beside it may stand in a link', () => {
    const changes = {
      properties,
      variables: { t: '$API token$', v: 'x' },
      request_headers: { 'X-Key': '$t$' },
      ...link,
    };
    expect(codesOf(changes)).toEqual(['secret_in_request']);
  });
});

describe('a chain of names', () => {
  const names = Array.from({ length: 101 }, (_, i) => `v${String(i)}`);
  const linked = (link: (used: string) => Json): Changes => ({
    variables: Object.fromEntries(
      names.map((name, i) => [name, i === 0 ? 'x' : link(names[i - 1] ?? '')]),
    ),
  });

  test.each<[string, Changes]>([
    ['texts', linked((used) => `$${used}$`)],
    ['rows of choices', linked((used) => ({ contact_id: { default: `$${used}$` } }))],
    ['keys of choices', linked((used) => ({ [used]: { default: 'x' } }))],
    ['expressions', linked((used) => ({ expression: `upper(${used})` }))],
    [
      'defaults',
      {
        parameters: Object.fromEntries(
          names.map((name, i) => [
            `my${name}`,
            { type: 'string', default: `$my${names[i - 1] ?? ''}$` },
          ]),
        ),
      },
    ],
    [
      'defaults in a circle',
      {
        parameters: Object.fromEntries(
          names.map((name, i) => [
            `my${name}`,
            { type: 'string', default: `$my${names[(i + 1) % names.length] ?? ''}$` },
          ]),
        ),
      },
    ],
  ])('of %s is too long beyond a hundred', (_name, changes) => {
    expect(codesOf(changes)).toContain('chain_too_long');
  });

  test('may be wide', () => {
    const all = names.map((name) => `$${name}$`).join('');
    const flat = Object.fromEntries(names.map((name) => [name, 'x']));
    expect(codesOf({ variables: { ...flat, all } })).toEqual([]);
  });
});

describe('a section', () => {
  const many = (length: number): readonly string[] =>
    Array.from({ length }, (_, i) => `n${String(i)}x`);
  const members = (length: number): Json =>
    Object.fromEntries(many(length).map((name) => [name, 'string']));

  test.each<[string, Changes, readonly string[]]>([
    ['properties', { properties: many(1_001) }, ['too_many']],
    ['parameters', { parameters: members(1_001) }, ['too_many']],
    ['variables', { variables: members(1_001) }, ['too_many']],
    ['hosts', { hosts: many(201) }, ['too_many']],
    ['headers', { request_headers: members(201) }, ['too_many']],
    ['limits', { limits: many(11) }, ['too_many']],
    [
      'choices',
      { properties: [{ label: 'c', type: 'choice', choices: many(1_001) }] },
      ['too_many'],
    ],
    ['requests of a method', { API: { Users: many(201) } }, ['too_many_methods']],
    ['steps', { API: { CreateActivity: { steps: many(21) } } }, ['too_many']],
    ['steps of an object', { API: { Users: [{}, { steps: many(21) }] } }, ['too_many']],
  ])('with too many %s is all that is told', (_name, changes, codes) => {
    expect(codesOf({ ...changes, contact_url: '$contactid$' })).toEqual(codes);
  });
});

describe('the address of a sign-in', () => {
  const OAuth2 = {
    client_id: 'c',
    client_secret: '$Secret$',
    flow_type: { default: '0' },
    authorization_endpoint: 'https://a.example/authorize',
    token_endpoint: 'https://a.example/token',
  };
  const found = (authorization_parameters: Json): readonly string[] =>
    codesOf({
      properties: ['Secret'],
      OAuth2: { ...OAuth2, authorization_parameters },
    });

  test.each([
    'response_type',
    'client_id',
    'redirect_uri',
    'state',
    'code_challenge',
    'code_challenge_method',
  ])('may not set %s, as a pair or as a piece of query', (name) => {
    expect(found({ [name]: 'x' })).toEqual(['reserved_authorization_parameter']);
    expect(found({ default: `scope=a&${name}=x` })).toEqual(['reserved_authorization_parameter']);
  });

  test('may set the rest', () => {
    expect(found({ default: 'scope=state', prompt: 'consent' })).toEqual([]);
  });
});

describe('a finding about a credential', () => {
  test('never shows it', () => {
    const secret = 'ghp_a1B2c3D4e5F6g7H8i9J0';
    const found = lintDocument(
      documentWith({
        auth: { type: 'Bearer', token: secret },
        contact_url: `https://u:${secret}@a.example`,
      }),
    );

    expect(found.length).toBeGreaterThan(1);
    expect(JSON.stringify(found)).not.toContain(secret);
  });
});

describe('an expression', () => {
  test('has its problems at their places', () => {
    const expression = "'a' + quite_unknown";
    const text = documentWith({ variables: { v: { expression } } });
    const line = text.split('\n').findIndex((each) => each.includes('quite_unknown'));

    expect(lintDocument(text)).toContainEqual(
      expect.objectContaining({
        code: 'unknown_variable',
        line: line + 1,
        column: (text.split('\n')[line] ?? '').indexOf('quite_unknown') + 1,
      }),
    );
  });

  test.each([
    ['present(file)', []],
    ['file', ['expression_not_allowed']],
    ["file + 'x'", ['expression_not_allowed']],
    ['coalesce(file, filename)', ['expression_not_allowed']],
    ['cursor', ['unknown_variable']],
  ])('%s', (expression, codes) => {
    const found = lintDocument(documentWith({ variables: { v: { expression } } }));

    expect(found.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(
      codes,
    );
  });
});

describe('names that are declared twice', () => {
  test.each<[string, Changes, string]>([
    ['a variable like a property', { properties: ['Key'], variables: { Key: 'x' } }, 'error'],
    ['a variable like a parameter', { variables: { subject: 'x' } }, 'error'],
    ['a variable like a form of a number', { variables: { phone_e164: 'x' } }, 'error'],
    [
      "a variable like a value of one's own",
      { parameters: { lead_ref: 'string' }, variables: { lead_ref: 'x' } },
      'error',
    ],
    ['a property like a parameter', { properties: ['domain'] }, 'warning'],
  ])('%s', (_name, changes, severity) => {
    const found = lintDocument(documentWith(changes)).filter(
      ({ code }) => code === 'duplicate_name' || code === 'property_shadows_parameter',
    );

    expect(found.map((each) => each.severity)).toEqual([severity]);
  });
});

describe('the severity that the language gives', () => {
  test.each([
    ['refused_header', 'error'],
    ['curly_quotes', 'error'],
    ['trailing_comma', 'error'],
    ['comment', 'error'],
    ['missing_quotes', 'error'],
    ['percent_in_path', 'warning'],
    ['literal_in_response', 'info'],
    ['misspelt_name', 'error'],
    ['unknown_name', 'warning'],
    ['unknown_name_in_answer', 'error'],
    ['undeclared_parameter', 'warning'],
    ['old_parameter_name', 'warning'],
    ['misspelt_parameter', 'error'],
    ['invalid_label', 'error'],
    ['choice_unknown_key', 'error'],
    ['choice_keys', 'error'],
    ['variable_cycle', 'error'],
    ['read_as_arithmetic', 'info'],
    ['date_form', 'info'],
    ['compared_with_null', 'error'],
    ['response_binds_variable', 'error'],
    ['list_as_query', 'error'],
    ['duplicate_query_name', 'warning'],
    ['auth_and_oauth2', 'warning'],
    ['unknown_field', 'warning'],
    ['unknown_method', 'warning'],
    ['deprecated_field', 'warning'],
    ['no_number_in_answer', 'warning'],
    ['refused_key', 'error'],
  ] as const)('of %s is %s', (code, severity) => {
    expect(FINDING_CODES[code].severity).toBe(severity);
  });
});

describe('what is read as arithmetic', () => {
  test.each<[string, string, readonly string[]]>([
    ['a duration', '$call_duration$ * 2', ['read_as_arithmetic']],
    ["a number of one's own", '$score$ * 2', ['read_as_arithmetic']],
    ['a property of type number', '$Factor$ * 2', ['read_as_arithmetic']],
    ["a date of one's own", '$due$ * 2', ['not_arithmetic']],
    ['another variable', '$other$ * 2', ['not_arithmetic']],
    ['a text', '$subject$ * 2', ['not_arithmetic']],
    ['two numbers of phones', '$user_number$-$party_number$', []],
    ['a day', '2024-09-10', []],
    ['a fraction', '10/10', []],
  ])('is told of %s', (_name, v, codes) => {
    const text = documentWith({
      parameters: { score: 'number', due: { type: 'date', format: 'yyyyMMdd' } },
      properties: [{ label: 'Factor', type: 'number' }],
      variables: { v, other: 'x' },
    });
    const found = lintDocument(text).filter(({ path }) => path === '/variables/v');

    expect(found.map(({ code }) => code).filter((code) => code.includes('arithmetic'))).toEqual(
      codes,
    );
  });

  test('is told of a row of a choice too', () => {
    const v = { activity_type: { inbound: '$call_duration$ * 2', default: 'x' } };

    expect(lintDocument(documentWith({ variables: { v } }))).toContainEqual(
      expect.objectContaining({
        code: 'read_as_arithmetic',
        path: '/variables/v/activity_type/inbound',
      }),
    );
  });
});

describe('circles of variables', () => {
  test.each<[string, Readonly<Record<string, Json>>, number]>([
    ['a variable that needs itself', { one_thing: '$one_thing$' }, 1],
    [
      'a circle through a choice',
      { one_thing: { second_thing: { a: 'b' } }, second_thing: '$one_thing$' },
      1,
    ],
    [
      'a circle through an expression',
      { one_thing: { expression: 'second_thing' }, second_thing: '$one_thing$' },
      1,
    ],
    ['two circles', { one_thing: '$one_thing$', second_thing: '$second_thing$' }, 2],
    [
      'two ways to one variable',
      { one_thing: '$second_thing$$third_thing$', second_thing: '$third_thing$', third_thing: 'x' },
      0,
    ],
  ])('%s', (_name, variables, count) => {
    const circles = codesOf({ variables }).filter((code) => code === 'variable_cycle');
    expect(circles).toHaveLength(count);
  });
});

describe('requests', () => {
  const search = (request: { readonly [key: string]: Json }, others: Changes = {}): Changes => ({
    ...others,
    API: {
      SearchContacts: { request_method: 'POST', request_parameters: { q: '$prefix$' }, ...request },
    },
    parameters: { prefix: 'string', contact_id: 'string', phone: 'string', call_key: 'string' },
  });
  const answer = { response_map: [{ id: '$contact_id$' }] };

  test.each<[string, Changes, readonly string[]]>([
    [
      'a value used through a variable',
      search(
        { ...answer, request_parameters: { q: '$like_text$' } },
        { variables: { like_text: '$prefix$*' } },
      ),
      [],
    ],
    [
      'a value used through an expression',
      search(
        { ...answer, request_parameters: { q: '$like_text$' } },
        { variables: { like_text: { expression: 'upper(prefix)' } } },
      ),
      [],
    ],
    [
      'a value between quotes',
      search({ ...answer, request_parameters: { q: "name = '$prefix$'" } }),
      ['quoted_value'],
    ],
    [
      'a value behind a pair of quotes',
      search({ ...answer, request_parameters: { q: "'name' = $prefix$" } }),
      [],
    ],
    [
      'a key of ours between quotes',
      search({ ...answer, request_parameters: { q: "'$call_key$' $prefix$" } }),
      [],
    ],
    [
      'a value between quotes in the query of the path',
      search({ ...answer, request_method: 'GET', request_path: "/q?w=n='$prefix$'" }),
      ['quoted_value'],
    ],
    [
      'the same with escape',
      search(
        { ...answer, request_method: 'GET', request_path: "/q?w=n='$prefix$'" },
        { escape: 'soql' },
      ),
      [],
    ],
    [
      'a value between quotes in the path itself, escape or not',
      search(
        { ...answer, request_method: 'GET', request_path: "/q(n='$prefix$')?a=1" },
        { escape: 'odata' },
      ),
      ['quoted_value'],
    ],
    ['no request method', { API: { CreateActivity: { request_path: '/x' } } }, ['missing_field']],
    [
      'steps in place of a request',
      { API: { CreateActivity: { steps: [{ request_method: 'POST' }] } } },
      [],
    ],
    [
      'several requests',
      { API: { CreateActivity: [{ request_method: 'POST' }, { request_method: 'GET' }] } },
      ['unreachable_request'],
    ],
    ['a body as text', post('plain'), []],
    ['a condition by name', post({ a: { '@when': 'subject', b: 1 } }), []],
    ['a condition by expression', post({ a: { '@when': "subject == 'x'", b: 1 } }), []],
    ['a wrong condition', post({ a: { '@when': 'quite_unknown', b: 1 } }), ['unknown_variable']],
    ['a condition by the file', post({ a: { '@when': 'present(file)', b: 1 } }), []],
    [
      'a moving name as condition outside of paging',
      post({ a: { '@when': 'cursor', b: 1 } }),
      ['unknown_variable'],
    ],
    [
      'moving names as conditions of a method with paging',
      search({
        request_parameters: {
          q: '$prefix$',
          c: { '@when': 'cursor', v: '$cursor$' },
          p: { '@when': 'present(cursor) && page_size > 5', v: 1 },
        },
        response_map: { l: [{ id: '$contact_id$' }], next: '$cursor$' },
        paging: { type: 'cursor' },
      }),
      [],
    ],
    ['a condition that is no text', post({ a: { '@when': true, b: 1 } }), ['wrong_type']],
    [
      'a value of ours before the id of an answer',
      {
        parameters: { call_key: 'string', activity_id: 'string' },
        API: {
          CreateActivity: {
            request_method: 'POST',
            response_map: { ref: '$call_key$/$activity_id$' },
          },
        },
      },
      [],
    ],
    [
      'a form of the number that called in an answer',
      search({ response_map: [{ id: '$contact_id$', tel: '$phone_digits$' }] }),
      ['number_form_in_answer'],
    ],
    ['other keys with @', post({ a: { '@odata.bind': 'x', 'party.': 1 } }), []],
  ])('%s', (_name, changes, codes) => {
    expect(codesOf(changes)).toEqual(codes);
  });
});
