import { fieldNamed, PENDING_METHODS } from '../../src/document/fields/field-sets.ts';
import type { FieldSetName } from '../../src/document/fields/field.ts';
import { methodNamed } from '../../src/document/methods.ts';
import { PARAMETERS } from '../../src/document/names/parameters.ts';
import { typeNamed } from '../../src/document/names/parameter-type.ts';

/** Words of `needs` that are no key of a document. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['placeholder_in_key', false],
  ['phone_forms', true],
  ['text_body', true],
  ['method_array', false],
  ['lines', true],
  ['json', true],
  ['auth:none', true],
  ['properties:type', true],
  ['response_map:text', false],
  ['request_auth', true],
  ['ApiKey', true],
  ['Session', true],
  ['@when', true],
]);

/** Where a key is looked for; the first set that knows it decides. */
const SETS: readonly FieldSetName[] = [
  'method',
  'document',
  'parameter',
  'property',
  'variable_expression',
  'paging',
];

/** True when a word of `needs` names something that runs today. */
export function isSupported(word: string): boolean {
  const special = WORDS.get(word);
  if (special !== undefined) return special;
  const method = methodNamed(word);
  if (method !== undefined) return !PENDING_METHODS.includes(method);
  if (PARAMETERS.some(({ name }) => name === word) || typeNamed(word) !== undefined) return true;
  const field = SETS.map((set) => fieldNamed(set, word)).find((found) => found !== undefined);
  return field !== undefined && field.pending !== true;
}
