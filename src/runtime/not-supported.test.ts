import { describe, expect, test } from 'vitest';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import { compileDocument } from '../document/compile.ts';
import { FIELD_SET_NAMES, FIELDS, PENDING_METHODS } from '../document/fields/field-sets.ts';
import type { Field, FieldSetName, Shape } from '../document/fields/field.ts';
import type { Json, JsonObject } from '../document/json-value.ts';
import type { MethodName } from '../document/methods.ts';
import { systemClock } from '../time/clock.ts';
import { createMethodRunner } from './run-method.ts';
import type { PreparedMethod } from './run-method.ts';

/** A key, or a form of a key, that the tables of fields know and that does not run yet. */
interface Pending {
  readonly set: FieldSetName;
  readonly field: Field;
  /** The value that does not run; without it the field's example stands. */
  readonly value?: Json;
}

const FORMS: Readonly<Record<string, Json>> = {
  text: '$subject$',
  list: ['$subject$'],
  object: { in: 'header', name: 'X-Token', value: '$access_token$' },
};

const ALL: readonly Pending[] = FIELD_SET_NAMES.flatMap((set) =>
  FIELDS[set].fields.flatMap((field): readonly Pending[] => {
    if (field.pending === true) return [{ set, field }];
    return pendingValues(field).map((value) => ({ set, field, value }));
  }),
);

function pendingValues(field: Field): readonly Json[] {
  return field.shapes.flatMap((shape) => {
    const form = shape.kind === 'tree' ? shape.root : shape.kind;
    const own = shape.pending === true ? [FORMS[form] ?? null] : [];
    const inner = shape.kind === 'map' ? shape.values : [];
    return [
      ...own,
      ...choicesOf(shape),
      ...inner.flatMap((each): readonly Json[] => [
        ...(each.pending === true ? [FORMS[each.kind] ?? null] : []),
        ...choicesOf(each),
      ]),
    ];
  });
}

function choicesOf(shape: Shape): readonly Json[] {
  const choices = shape.kind === 'text' ? (shape.choices ?? []) : [];
  return choices.filter(({ pending }) => pending === true).map(({ value }) => value);
}

const REQUEST = { request_method: 'POST', request_path: '/calls' } as const;
const USES_NAME = { ...REQUEST, request_parameters: { a: '$thing$' } } as const;
const SIGN_IN = {
  client_id: 'c',
  client_secret: 's',
  authorization_endpoint: 'https://crm.example/authorize',
  token_endpoint: 'https://crm.example/token',
} as const;
const SESSION = {
  type: 'Session',
  request_method: 'POST',
  request_path: '/login',
  response_map: { token: '$session_token$' },
  present: { in: 'header', name: 'X-Session', value: '$session_token$' },
} as const;

/** The document in which an object of that kind has the member. */
const PLACES: Readonly<Partial<Record<FieldSetName, (key: string, value: Json) => JsonObject>>> = {
  document: (key, value) => {
    if (key === 'API') return { API: { CreateActivity: [REQUEST] } };
    const map = key === 'parameters' || key === 'variables';
    return map ? { API: { CreateActivity: USES_NAME }, [key]: { thing: value } } : { [key]: value };
  },
  property: (key, value) => ({
    hosts: ['crm.example'],
    properties: [{ label: 'Address', type: 'url', [key]: value }],
  }),
  parameter: (key, value) => ({
    API: { CreateActivity: USES_NAME },
    parameters: { thing: { type: 'string', [key]: value } },
  }),
  variable_expression: (key, value) => ({
    API: { CreateActivity: USES_NAME },
    variables: { thing: { expression: 'subject', [key]: value } },
  }),
  variable_json: (key, value) => ({
    API: { CreateActivity: USES_NAME },
    variables: { thing: { [key]: value } },
  }),
  auth: (key, value) => ({
    properties: ['Username', 'Password'],
    auth: { ...SESSION, [key]: value },
  }),
  method: (key, value) => ({
    API: { [key === 'cleared' ? 'UpdateContact' : 'CreateActivity']: methodWith(key, value) },
  }),
  step: (key, value) => ({
    parameters: { upload_ref: 'string' },
    API: { CreateActivity: { steps: [methodWith(key, value)] } },
  }),
};

function methodWith(key: string, value: Json): JsonObject {
  if (key === 'steps') return { [key]: value };
  if (key === 'derive') return { ...REQUEST, [key]: { activity_id: 'response.body.id' } };
  if (key === 'response_headers') return { ...REQUEST, [key]: { Location: '/c/$activity_id$' } };
  if (key === 'errors') return { ...REQUEST, [key]: [{ status: 409, then: 'retry' }] };
  if (key === 'response_map') return { ...REQUEST, [key]: '$activity_id$' };
  return { ...REQUEST, [key]: value };
}

function prepare(partial: JsonObject, method?: MethodName): PreparedMethod {
  const document = compileDocument(
    JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: 'https://crm.example',
      parameters: { subject: 'string', activity_id: 'string', upload_ref: 'string' },
      API: { CreateActivity: REQUEST },
      ...partial,
    }),
  );
  const [first = 'CreateActivity'] = document.methods.keys();
  const runner = createMethodRunner({
    egress: {
      send: () => Promise.reject(new Error('nothing may be sent')),
      checkUrl: () => ({ ok: true }),
      close: async () => undefined,
    },
    phones: createPhoneNumbers(),
    clock: systemClock,
    randomId: () => 'boundary',
  });
  return runner.prepare({
    document,
    method: method ?? first,
    connection: {
      id: 'c',
      organizationId: 'o',
      properties: { Address: 'https://crm.example' },
      country: 'GB',
      timezone: 'Europe/London',
      origins: ['https://crm.example'],
    },
    values: { subject: 'A call', contact_id: '1' },
  });
}

/** Keys that say nothing about a request; they are told when a connection is made. */
const INFORMING: ReadonlySet<string> = new Set(['options', 'tests']);

describe('a key that does not run yet is never ignored', () => {
  const keys = ALL.filter(
    ({ set, field }) =>
      set !== 'document' || (!INFORMING.has(field.name) && field.name !== 'OAuth2'),
  );

  test.each(
    keys.map(({ set, field, value }) => ({
      set,
      key: field.name,
      value: value ?? field.example,
    })),
  )('$set: $key as $value', ({ set, key, value }) => {
    const place = PLACES[set];
    if (place === undefined) throw new Error(`this test does not know where ${set} stands`);

    const prepared =
      key === 'phone_formats'
        ? prepare({ [key]: value, API: { FindContact: REQUEST } })
        : prepare(place(key, value));

    expect(prepared).toMatchObject({ status: 'not_sent', reason: 'not_supported' });
    expect(prepared.status === 'not_sent' && prepared.message).toContain('not supported yet');
  });

  test.each(PENDING_METHODS)('the method %s', (method) => {
    const prepared = prepare({ API: { [method]: REQUEST } }, method);

    expect(prepared).toMatchObject({ status: 'not_sent', reason: 'not_supported', name: method });
  });

  test('a placeholder in a key', () => {
    const method = { ...REQUEST, request_parameters: { $subject$: 'x' } };

    expect(prepare({ API: { CreateActivity: method } })).toMatchObject({
      reason: 'not_supported',
      name: 'a placeholder in a key',
    });
  });

  test('a sign-in is told as such', () => {
    expect(prepare({ OAuth2: SIGN_IN })).toEqual({
      status: 'not_sent',
      reason: 'needs_auth',
      name: 'OAuth2',
      message: 'Nobody has signed in at the CRM yet: sign in first.',
    });
  });

  test('options and tests keep no method from running, but the document tells of options', () => {
    const partial = { options: { unknown_callers: 'create_contact' }, tests: [{ name: 'one' }] };

    expect(prepare(partial)).toMatchObject({ status: 'ready' });
  });

  test('phone_formats concern FindContact alone', () => {
    expect(prepare({ phone_formats: ['e164'] })).toMatchObject({ status: 'ready' });
  });
});
