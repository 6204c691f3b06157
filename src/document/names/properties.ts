import { isJsonArray, isJsonObject, jsonMember, jsonText } from '../json-value.ts';
import type { Json, JsonObject } from '../json-value.ts';
import { credentialLabels } from './credential-labels.ts';

const PROPERTY_TYPES = ['text', 'secret', 'url', 'number', 'boolean', 'choice'] as const;

export type PropertyType = (typeof PROPERTY_TYPES)[number];

/** A field of the connection's form; `label` is also the placeholder's name. */
export interface PropertyField {
  readonly label: string;
  readonly type: PropertyType;
  /** Declared secret, or used as a credential. */
  readonly secret: boolean;
  readonly required: boolean;
  readonly help?: string;
  readonly example?: string;
  readonly default?: string;
  /** A regular expression that the whole value must match. */
  readonly pattern?: string;
  readonly choices?: readonly string[];
  /** Bound from an answer of the sign-in: not in the form, and refused there. */
  readonly filledBySignIn: boolean;
}

/** The fields that a document's `properties` declare, in order; of two with one label the first. */
export function readProperties(document: Json): readonly PropertyField[] {
  const declared = jsonMember(document, 'properties');
  if (!isJsonArray(declared)) return [];
  const credentials = credentialLabels(document, declared);
  const fields = new Map<string, PropertyField>();
  for (const element of declared) {
    const field = readField(element, credentials);
    if (field !== undefined && !fields.has(field.label)) fields.set(field.label, field);
  }
  return [...fields.values()];
}

export type PropertyValues = Readonly<Record<string, string>>;

/** Completes property values: where one is missing or empty, the field's `default` stands in. */
export function completeProperties(
  fields: readonly PropertyField[],
): (given: PropertyValues) => PropertyValues {
  const standIns = fields.flatMap(({ label, default: standIn }) =>
    standIn === undefined ? [] : [[label, standIn] as const],
  );
  if (standIns.length === 0) return (given) => given;
  return (given) => {
    const missing = standIns.filter(
      ([label]) => !Object.hasOwn(given, label) || given[label] === '',
    );
    return missing.length === 0 ? given : { ...given, ...Object.fromEntries(missing) };
  };
}

function readField(element: Json, credentials: ReadonlySet<string>): PropertyField | undefined {
  if (typeof element === 'string') {
    const secret = credentials.has(element);
    return { label: element, type: 'text', secret, required: true, filledBySignIn: false };
  }
  const label = jsonText(element, 'label');
  if (label === undefined || !isJsonObject(element)) return undefined;
  const type = propertyType(jsonText(element, 'type'));
  const filledBySignIn = jsonText(element, 'filled_by') === 'sign_in';
  const secret = jsonMember(element, 'secret') ?? (type === 'secret' || credentials.has(label));
  return {
    label,
    type,
    secret: secret === true || type === 'secret',
    required:
      !filledBySignIn &&
      jsonMember(element, 'required') !== false &&
      jsonMember(element, 'default') === undefined,
    filledBySignIn,
    ...readWords(element),
  };
}

function readWords(element: JsonObject): Partial<PropertyField> {
  const choices = jsonMember(element, 'choices');
  const standIn = jsonMember(element, 'default');
  const words: { -readonly [Key in keyof PropertyField]?: PropertyField[Key] } = {};
  const help = jsonText(element, 'help');
  const example = jsonText(element, 'example');
  const pattern = jsonText(element, 'pattern');
  if (help !== undefined) words.help = help;
  if (example !== undefined) words.example = example;
  if (pattern !== undefined) words.pattern = pattern;
  if (typeof standIn === 'string') words.default = standIn;
  if (typeof standIn === 'number' || typeof standIn === 'boolean') words.default = String(standIn);
  if (isJsonArray(choices)) {
    words.choices = choices.flatMap((choice) => choiceText(choice));
  }
  return words;
}

function choiceText(choice: Json): readonly string[] {
  if (typeof choice === 'string') return [choice];
  return typeof choice === 'number' || typeof choice === 'boolean' ? [String(choice)] : [];
}

function propertyType(name: string | undefined): PropertyType {
  return PROPERTY_TYPES.find((type) => type === name?.toLowerCase()) ?? 'text';
}
