import type { Field, FieldSetName } from './field.ts';
import { AUTH_FIELDS, PLACEMENT_FIELDS } from './auth-fields.ts';
import { DOCUMENT_FIELDS, LIMITS_FIELDS } from './document-fields.ts';
import { ERROR_ROW_FIELDS, METHOD_FIELDS, PAGING_FIELDS, STEP_FIELDS } from './method-fields.ts';
import { ASSERTION_FIELDS, FLOW_TYPE_FIELDS, OAUTH2_FIELDS } from './oauth2-fields.ts';
import {
  PARAMETER_FIELDS,
  PROPERTY_FIELDS,
  VARIABLE_EXPRESSION_FIELDS,
  VARIABLE_JSON_FIELDS,
  VARIABLE_TEXT_FIELDS,
} from './name-fields.ts';
import {
  TEST_ANSWER_FIELDS,
  TEST_EXCHANGE_FIELDS,
  TEST_FIELDS,
  TEST_REQUEST_FIELDS,
} from './test-fields.ts';

export interface FieldSet {
  /** Heading on the reference page. */
  readonly title: string;
  /** The object in a sentence: "is no key of …". */
  readonly phrase: string;
  /** What the object is, in a sentence. */
  readonly description: string;
  readonly fields: readonly Field[];
  /** The key whose value `requiredFor` and `onlyFor` name; without it `type`. */
  readonly kindKey?: string;
}

/**
 * The one description of every key of a document. Validation, the JSON Schema, the reference page
 * and the scrubbing of secrets come from it.
 */
export const FIELDS: Readonly<Record<FieldSetName, FieldSet>> = {
  document: {
    title: 'Document',
    phrase: 'the document',
    description: 'The keys of the document itself.',
    fields: DOCUMENT_FIELDS,
  },
  property: {
    title: 'Property',
    phrase: 'a property',
    description: 'An element of `properties`: a label, or an object with these keys.',
    fields: PROPERTY_FIELDS,
  },
  parameter: {
    title: 'Parameter type',
    phrase: "a parameter's type",
    description:
      'The value of a member of `parameters`: the name of a type, or an object with these keys.',
    fields: PARAMETER_FIELDS,
  },
  variable_expression: {
    title: 'Variable: expression',
    phrase: 'a variable with "expression"',
    description: 'A variable computed by a formula.',
    fields: VARIABLE_EXPRESSION_FIELDS,
  },
  variable_text: {
    title: 'Variable: text',
    phrase: 'a variable with "text"',
    description: 'A variable that is a text even if it looks like arithmetic.',
    fields: VARIABLE_TEXT_FIELDS,
  },
  variable_json: {
    title: 'Variable: JSON text',
    phrase: 'a variable with "json"',
    description: 'A variable that is JSON text.',
    fields: VARIABLE_JSON_FIELDS,
  },
  auth: {
    title: 'Authentication',
    phrase: '"auth"',
    description: 'The object `auth`.',
    fields: AUTH_FIELDS,
  },
  placement: {
    title: 'Place of a token',
    phrase: 'the place of a token',
    description: 'Where and how a token is sent.',
    fields: PLACEMENT_FIELDS,
  },
  oauth2: {
    title: 'OAuth 2.0',
    phrase: '"OAuth2"',
    description: 'The object `OAuth2`.',
    fields: OAUTH2_FIELDS,
    kindKey: 'flow',
  },
  flow_type: {
    title: 'OAuth 2.0: flow type',
    phrase: '"flow_type"',
    description: '`flow_type` written as an object.',
    fields: FLOW_TYPE_FIELDS,
  },
  assertion: {
    title: 'OAuth 2.0: assertion',
    phrase: '"assertion"',
    description:
      'The object `assertion`, a JSON Web Token by which the application signs in (RFC 7523). `iat`, `exp` and `jti` are added to it.',
    fields: ASSERTION_FIELDS,
  },
  method: {
    title: 'Method',
    phrase: 'a method',
    description: 'A member of `API`: one request and the meaning of its answer.',
    fields: METHOD_FIELDS,
  },
  step: {
    title: 'Step',
    phrase: 'a step',
    description: 'An element of `steps` of a method.',
    fields: STEP_FIELDS,
  },
  paging: {
    title: 'Paging',
    phrase: '"paging"',
    description: 'The object `paging` of a method.',
    fields: PAGING_FIELDS,
  },
  error_row: {
    title: 'Error row',
    phrase: 'a row of "errors"',
    description: 'An element of `errors`.',
    fields: ERROR_ROW_FIELDS,
  },
  limits: {
    title: 'Limits',
    phrase: '"limits"',
    description: 'The object `limits`.',
    fields: LIMITS_FIELDS,
  },
  test: {
    title: 'Test',
    phrase: 'a test',
    description: 'An element of `tests`: one method with given values and answers.',
    fields: TEST_FIELDS,
  },
  test_exchange: {
    title: 'Test: exchange',
    phrase: 'an exchange of a test',
    description: 'An element of `exchanges` of a test: one request, and the answer to it.',
    fields: TEST_EXCHANGE_FIELDS,
  },
  test_request: {
    title: 'Test: request',
    phrase: 'the request of a test',
    description: 'The request that must be sent.',
    fields: TEST_REQUEST_FIELDS,
  },
  test_answer: {
    title: 'Test: answer',
    phrase: 'the answer of a test',
    description: 'What the CRM answers.',
    fields: TEST_ANSWER_FIELDS,
  },
};

/** The names of all sets, in the order of the reference. */
export const FIELD_SET_NAMES: readonly FieldSetName[] = Object.keys(FIELDS).filter(isFieldSetName);

function isFieldSetName(name: string): name is FieldSetName {
  return Object.hasOwn(FIELDS, name);
}

/** The field of that name or old spelling in a set; exact case. */
export function fieldNamed(set: FieldSetName, name: string): Field | undefined {
  return FIELDS[set].fields.find(
    (each) => each.name === name || each.aliases?.includes(name) === true,
  );
}

/** What `requiredFor` and `onlyFor` of a set's fields are about: the key, and its value if absent. */
export function kindOfSet(set: FieldSetName): { readonly key: string; readonly default?: string } {
  const { kindKey = 'type' } = FIELDS[set];
  const standIn = fieldNamed(set, kindKey)?.default;
  return typeof standIn === 'string' ? { key: kindKey, default: standIn } : { key: kindKey };
}
