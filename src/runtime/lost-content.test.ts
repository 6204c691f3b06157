import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../document/json-value.ts';
import type { MethodName } from '../document/methods.ts';
import type { Values } from '../document/values/values.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';

const PARAMETERS = {
  activity_id: 'string',
  contact_id: 'string',
  contact_type: 'string',
  subject: 'string',
} as const;
const REPLIES = { 'POST /calls': { body: { id: 1 } }, 'GET /calls': { body: { id: 1 } } };
const KEY = { $contact_type$: '$contact_id$' };

function methodOf(parameters: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    request_method: 'POST',
    request_path: '/calls',
    request_parameters: parameters,
    ...more,
  };
}

/** `missing_value`, or the body that left. */
async function outcomeOf(
  name: MethodName,
  method: JsonObject,
  given: { readonly values: Values; readonly properties?: readonly string[] },
): Promise<unknown> {
  const { properties = [], values } = given;
  const document = { parameters: PARAMETERS, properties: [...properties], API: { [name]: method } };
  const crm = scriptedCrm(document, REPLIES);
  const whole = await crm.run(name, { values });
  const [sent] = crm.sent;
  return whole.status === 'not_sent'
    ? `${whole.reason}: ${whole.message}`
    : (sent?.body ?? 'nothing');
}

const LACKS_TYPE = (name: MethodName): string =>
  `missing_value: ${name} needs a value for contact_type.`;
const FORM = { request_content_type: 'application/x-www-form-urlencoded' };

describe('a write whose key has no value', () => {
  test.each<[string, MethodName, JsonObject, Values]>([
    ['is all of the body', 'AssignActivity', methodOf(KEY), { contact_id: '7' }],
    [
      'is all of it, at any depth',
      'UpdateActivity',
      methodOf({ a: { b: KEY } }),
      { contact_id: '7' },
    ],
    ['is all of a form', 'CreateActivity', methodOf(KEY, FORM), { contact_id: '7' }],
    [
      'is all that a GET says',
      'UpdateActivity',
      methodOf(KEY, { request_method: 'GET' }),
      { contact_id: '7' },
    ],
    [
      'is what the method is for',
      'AssignActivity',
      methodOf({ ...KEY, note: '$subject$' }),
      { contact_id: '7', subject: 's' },
    ],
    [
      'has a text beside the value that is missing too',
      'UpdateActivity',
      methodOf({ 'party_$contact_type$@odata.bind': '/$contact_type$s($contact_id$)' }),
      { contact_id: '7' },
    ],
    [
      'is in one of several requests',
      'UpdateActivity',
      { steps: [methodOf(KEY), methodOf({ a: '$subject$' })] },
      { contact_id: '7', subject: 's' },
    ],
  ])('%s: nothing is sent, and the name is told', async (_name, name, method, values) => {
    expect(await outcomeOf(name, method, { values })).toBe(LACKS_TYPE(name));
  });

  test.each<[string, MethodName, JsonObject, Values, string]>([
    ['its value is missing too', 'AssignActivity', methodOf(KEY), {}, '{}'],
    [
      'the rest says something',
      'UpdateActivity',
      methodOf({ ...KEY, note: '$subject$' }),
      { contact_id: '7', subject: 's' },
      '{"note":"s"}',
    ],
    ['it only reads', 'FindActivity', methodOf(KEY), { contact_id: '7' }, '{}'],
    [
      'another key of an assignment goes',
      'AssignActivity',
      methodOf({ contact: '$contact_id$', $subject$: '1' }),
      { contact_id: '7' },
      '{"contact":"7"}',
    ],
  ])('is sent as it is where %s', async (_name, name, method, values, body) => {
    expect(await outcomeOf(name, method, { values })).toBe(body);
  });

  test('names the field of the form that is not filled in', async () => {
    const given = { values: { subject: 's' }, properties: ['Field'] };

    expect(await outcomeOf('UpdateActivity', methodOf({ $Field$: '$subject$' }), given)).toBe(
      'missing_value: UpdateActivity needs a value for Field.',
    );
  });
});
