import { describe, expect, test } from 'vitest';

import { documentOfExample } from '../findings/finding-example.ts';
import { FINDING_EXAMPLES } from '../findings/finding-examples.ts';
import type { Field, FieldSetName } from './field.ts';
import { FIELDS } from './field-sets.ts';
import { integrationSchema } from '../reference/json-schema.ts';
import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from '../lint/lint-document.ts';
import { documentReference } from '../reference/document-page.ts';
import { schemaFaults } from '../testing/schema-check.ts';
import { startingDocument } from '../starting-document.ts';

/** Names that the examples use and no document of their own declares. */
const DECLARED = {
  properties: [
    'API key',
    'Username',
    'Password',
    'Client ID',
    'Client Secret',
    'Private key',
    'Key ID',
    'Accounts server',
    'Instance URL',
  ].map((label): Json => label),
  parameters: {
    contact_id: 'string',
    activity_id: 'string',
    subject: 'string',
    call_key: 'string',
    upload_ref: 'string',
    user_id: 'string',
    user_name: 'string',
  },
} as const;

const SCHEMA = integrationSchema();

type Tree = Readonly<Record<string, Json>>;

/** Where the example of a field stands in a document: the least that lets it lint. */
const HOLDERS: Readonly<Record<FieldSetName, (example: Tree) => Tree>> = {
  document: (example) => ('tests' in example ? { ...testOf({}), ...example } : example),
  property: (example) => ({
    properties: [
      ...DECLARED.properties,
      {
        label: 'Own field',
        ...('choices' in example ? { type: 'choice' } : {}),
        ...example,
        ...('label' in example ? { label: 'Other field' } : {}),
      },
    ],
    ...('filled_by' in example
      ? { OAuth2: { ...OAUTH2, token_response_map: { field: '$Own field$' } } }
      : {}),
  }),
  parameter: (example) => ({
    parameters: { ...DECLARED.parameters, since: { type: 'ISO8601Date', ...example } },
  }),
  variable_expression: (example) => ({
    variables: { own_value: { expression: 'subject', ...example } },
  }),
  variable_json: (example) => ({ variables: { own_value: example } }),
  variable_text: (example) => ({ variables: { own_value: example } }),
  auth: (example) => ({ auth: { ...authOf(example), ...example } }),
  placement: (example) => ({
    OAuth2: { ...OAUTH2, request_auth: { name: 'A', value: '$access_token$', ...example } },
  }),
  oauth2: (example) => ({ OAuth2: { ...oauth2Of(example), ...example } }),
  assertion: (example) => ({
    OAuth2: {
      ...CLIENT,
      flow: 'jwt_bearer',
      assertion: { private_key: '$Private key$', ...example },
    },
  }),
  flow_type: (example) => ({ OAuth2: { ...OAUTH2, flow_type: example } }),
  method: (example) => ({
    API: {
      Contacts: {
        request_method: 'GET',
        ...('paging' in example ? { request_path: '/c?p=$page$' } : {}),
        ...example,
      },
    },
  }),
  step: (example) => ({ API: { Contacts: { steps: [{ request_method: 'POST', ...example }] } } }),
  paging: (example) => ({
    API: {
      Contacts: {
        request_method: 'GET',
        request_path: '/c?p=$page$',
        paging: { type: 'page', ...example },
      },
    },
  }),
  error_row: (example) => ({ errors: [{ status: 423, then: 'retry', ...example }] }),
  test: (example) => testOf(example),
  test_exchange: (example) => testOf({ exchanges: [example] }),
  test_request: (example) => testOf({ exchanges: [{ request: example }] }),
  test_answer: (example) => testOf({ exchanges: [{ answer: example }] }),
  limits: (example) => ({ limits: { requests: 10, per_seconds: 1, ...example } }),
};
/** A test of a method that the document has. */
function testOf(example: { readonly [key: string]: Json }): { readonly [key: string]: Json } {
  const request = {
    request_method: 'GET',
    request_path: '/c',
    request_parameters: { q: '$phone$' },
  };
  return {
    properties: [...DECLARED.properties, 'Instance URL'].filter(
      (x, i, all) => all.indexOf(x) === i,
    ),
    API: { FindContact: request },
    tests: [{ name: 'a test', method: 'FindContact', ...example }],
  };
}

const CLIENT = {
  client_id: '$Client ID$',
  client_secret: '$Client Secret$',
  token_endpoint: 'https://login.example.com/token',
};
const OAUTH2 = { ...CLIENT, authorization_endpoint: 'https://login.example.com/authorize' };
const PERSON = { username: '$Username$', password: '$Password$' };

/** The other keys that go with one of `OAuth2`, by its flow. */
function oauth2Of(example: Tree): Tree {
  const [key = ''] = Object.keys(example);
  const field = FIELDS.oauth2.fields.find(({ name }) => name === key);
  const flow = key === 'flow' ? example['flow'] : field?.onlyFor?.[0];
  if (flow === undefined || flow === 'authorization_code') return OAUTH2;
  return { ...CLIENT, flow, ...(flow === 'password' ? PERSON : {}) };
}

function authOf(example: Tree): Tree {
  const [key = ''] = Object.keys(example);
  const field = FIELDS.auth.fields.find(({ name }) => name === key);
  const type = field?.onlyFor?.[0] ?? 'Bearer';
  const rest = {
    Bearer: { token: '$API key$' },
    Basic: { username: '$Username$' },
    ApiKey: { name: 'X-Key', value: '$API key$' },
    Session: {
      ...(key === 'request_url' ? {} : { request_path: '/login' }),
      response_map: { token: '$session_token$' },
      present: { name: 'X-Session', value: '$session_token$' },
    },
  }[type];
  return { type, ...rest };
}

const ALL = Object.entries(FIELDS).flatMap(([set, { fields }]) =>
  fields.map((field): [string, FieldSetName, Field] => [
    `${set}.${field.name}`,
    isSet(set) ? set : 'document',
    field,
  ]),
);

function isSet(name: string): name is FieldSetName {
  return Object.hasOwn(FIELDS, name);
}

function exampleDocument(set: FieldSetName, field: Field): string {
  const held = HOLDERS[set]({ [field.name]: field.example });
  const named = JSON.stringify(field.example).match(/\$(Accounts server|Instance URL)\$/)?.[1];
  const filled = set === 'oauth2' ? named : undefined;
  return documentWith({
    properties: DECLARED.properties.map((label) =>
      label === filled ? { label, filled_by: 'sign_in' } : label,
    ),
    parameters: DECLARED.parameters,
    ...held,
  });
}

describe('each field', () => {
  test.each(ALL)('%s has a description that is a sentence', (_name, _set, { description }) => {
    expect(description).toMatch(/^[^a-z].*[.…]$/s);
  });

  test.each(ALL)('%s has an example that lints without error', (_name, set, field) => {
    const errors = lintDocument(exampleDocument(set, field)).filter(
      ({ severity }) => severity === 'error',
    );
    expect(errors).toEqual([]);
  });

  test.each(ALL)('%s has an example that no finding calls an unknown key', (_name, set, field) => {
    const unknown = lintDocument(exampleDocument(set, field)).filter(
      ({ code }) => code === 'unknown_field',
    );
    expect(unknown).toEqual([]);
  });

  test.each(ALL)('%s has an example that the JSON Schema accepts', (_name, set, field) => {
    expect(schemaFaults(JSON.parse(exampleDocument(set, field)), SCHEMA)).toEqual([]);
  });

  test('stands once in its set', () => {
    for (const { fields } of Object.values(FIELDS)) {
      const names = fields.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('the JSON Schema', () => {
  test('accepts the starting document', () => {
    expect(schemaFaults(JSON.parse(startingDocument('Example')), SCHEMA)).toEqual([]);
  });

  test.each(Object.entries(FINDING_EXAMPLES))('accepts the good example of %s', (_, { good }) => {
    expect(schemaFaults(JSON.parse(documentOfExample(good)), SCHEMA)).toEqual([]);
  });

  test.each([
    ['a missing name', { name: undefined }, '/name required'],
    ['a number as the name', { name: 1 }, '/name type'],
    ['an unknown type of authentication', { auth: { type: 'Magic' } }, '/auth/type anyOf'],
    ['Basic without user name', { auth: { type: 'basic' } }, '/auth/username required'],
    ['a label in a number', { properties: [1] }, '/properties/0 anyOf'],
    ['OAuth2 without its page', { OAuth2: CLIENT }, '/OAuth2/authorization_endpoint required'],
    [
      'the flow password without a user name',
      { OAuth2: { ...CLIENT, flow: 'password', password: '$Password$' } },
      '/OAuth2/username required',
    ],
    ['a login without an answer', { auth: { type: 'session' } }, '/auth/response_map required'],
    [
      'a signature of no known kind',
      { OAuth2: { ...CLIENT, assertion: { private_key: 'x', algorithm: 'none' } } },
      '/OAuth2/assertion/algorithm anyOf',
    ],
    [
      'paging of no kind',
      { API: { Contacts: { request_method: 'GET', paging: {} } } },
      '/API/Contacts anyOf',
    ],
    ['no methods at all', { API: undefined }, ' anyOf'],
  ])('refuses %s', (_name, changes, fault) => {
    expect(schemaFaults(JSON.parse(documentWith(changes)), SCHEMA)).toContain(fault);
  });

  test('asks a flow without a page for none', () => {
    const OAuth2 = { ...CLIENT, flow: 'client_credentials' };

    expect(schemaFaults(JSON.parse(documentWith({ OAuth2 })), SCHEMA)).toEqual([]);
  });
});

describe('the reference pages', () => {
  const page = documentReference();

  test.each(ALL)('%s stands on the page', (_name, _set, { name, description }) => {
    expect(page).toContain(`#### \`${name}\``);
    expect(page).toContain(description);
  });

  test('have examples in JSON', () => {
    for (const [, example] of page.matchAll(/```json\n([^`]*)```/g)) {
      expect(() => JSON.parse(`{${example ?? ''}}`)).not.toThrow();
    }
  });
});
