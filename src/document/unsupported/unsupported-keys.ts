import { jsonKindOf } from '../fields/field.ts';
import type { Field, FieldSetName } from '../fields/field.ts';
import { fieldNamed, PENDING_METHODS } from '../fields/field-sets.ts';
import {
  isJsonArray,
  isJsonObject,
  isRawNumber,
  jsonMember,
  jsonMembers,
  jsonText,
} from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { MethodName } from '../methods.ts';

/** Keys that say something about the document and change nothing that a method does. */
const INFORMS_ONLY: ReadonlySet<string> = new Set(['tests']);

/**
 * The keys of a document that are known and do not run yet, as paths such as `tests` or
 * `auth.type Session`.
 */
export function unsupportedInDocument(document: Json): readonly string[] {
  return pendingOfDocument(document);
}

/**
 * The keys that keep a method from running: those of the method itself and those of the document
 * that concern it. Running such a method must answer "not supported yet", never leave a key out.
 */
export function unsupportedInMethod(
  document: Json,
  name: MethodName,
  method: Json,
): readonly string[] {
  const ofDocument = pendingOfDocument(document).filter(
    (key) => key !== 'phone_formats' || name === 'FindContact',
  );
  if (isJsonArray(method)) return [...ofDocument, 'a list of method objects'];
  return [
    ...ofDocument,
    ...(PENDING_METHODS.includes(name) ? [name] : []),
    ...pendingKeys('method', method),
  ];
}

function pendingOfDocument(document: Json): readonly string[] {
  const keys = pendingKeys('document', document).filter((key) => !INFORMS_ONLY.has(key));
  return [...keys, ...pendingTypes(document), ...pendingCredentials(document)];
}

/** Declared types that do not run yet, of parameters and of variables. */
function pendingTypes(document: Json): readonly string[] {
  return [
    ...jsonMembers(jsonMember(document, 'parameters')).flatMap(([name, declared]) => {
      const type = typeof declared === 'string' ? declared : jsonText(declared, 'type');
      const pending = pendingChoice('parameter', 'type', type);
      return pending === undefined ? [] : [`parameters.${name} as ${pending}`];
    }),
    ...jsonMembers(jsonMember(document, 'variables')).flatMap(([name, definition]) => {
      if (jsonMember(definition, 'expression') === undefined) return [];
      const pending = pendingChoice('variable_expression', 'type', jsonText(definition, 'type'));
      return pending === undefined ? [] : [`variables.${name} as ${pending}`];
    }),
  ];
}

/** The choice of a field, as the table spells it, that a value means and that does not run yet. */
function pendingChoice(
  set: FieldSetName,
  key: string,
  value: string | undefined,
): string | undefined {
  const choices = fieldNamed(set, key)?.shapes.flatMap((shape) =>
    shape.kind === 'text' ? (shape.choices ?? []) : [],
  );
  // Without case, as types are read.
  const meant = choices?.find((each) => each.value.toLowerCase() === value?.toLowerCase());
  return meant?.pending === true ? meant.value : undefined;
}

function pendingCredentials(document: Json): readonly string[] {
  const oauth2 = jsonMember(document, 'OAuth2');
  if (oauth2 !== undefined) return pendingKeys('oauth2', oauth2).map((key) => `OAuth2.${key}`);
  const auth = jsonMember(document, 'auth') ?? null;
  return pendingKeys('auth', auth).map((key) => `auth.${key}`);
}

function pendingKeys(set: FieldSetName, value: Json): readonly string[] {
  return jsonMembers(value).flatMap(([key, member]) => {
    const field = fieldNamed(set, key);
    if (field === undefined) return [];
    if (field.pending === true) return [field.name];
    return isPendingShape(field, member) ? [`${field.name} as ${kindOf(member)}`] : [];
  });
}

/** True when every form of this JSON kind that the field may have does not run yet. */
function isPendingShape(field: Field, value: Json): boolean {
  const fitting = field.shapes.filter((shape) => jsonKindOf(shape) === kindOf(value));
  return fitting.length > 0 && fitting.every((shape) => shape.pending === true);
}

function kindOf(value: Json): ReturnType<typeof jsonKindOf> {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || isRawNumber(value)) return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return isJsonObject(value) ? 'object' : 'list';
}
