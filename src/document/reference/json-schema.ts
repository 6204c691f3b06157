import { jsonKindOf } from '../fields/field.ts';
import type { Field, FieldSetName, MapShape, Shape, TextShape } from '../fields/field.ts';
import { FIELD_SET_NAMES, FIELDS, kindOfSet } from '../fields/field-sets.ts';
import { METHODS, METHOD_ALIASES } from '../methods.ts';
import { PARAMETER_ALIASES, PARAMETERS } from '../names/parameters.ts';

/** A part of a JSON Schema. */
export type Schema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema (draft 2020-12) of integration documents, made from the field tables. A document
 * that lints without error is valid; the schema knows shapes only, not what names mean.
 */
export function integrationSchema(): Schema {
  const { document } = FIELDS;
  const sets = FIELD_SET_NAMES.filter((set) => set !== 'document');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Patchcord integration document',
    description: 'Describes how a phone system finds contacts and logs calls in one CRM.',
    ...objectSchema('document'),
    anyOf: [{ required: ['API'] }, { required: ['api'] }],
    required: document.fields
      .filter((each) => each.required === true && each.aliases === undefined)
      .map((each) => each.name),
    $defs: {
      ...Object.fromEntries(sets.map((set) => [set, objectSchema(set)])),
      tree: {
        description: 'JSON of any form; texts in it may hold placeholders.',
        type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
      },
      method_or_list: valuesOf('API'),
      declaration: valuesOf('parameters'),
      variable: variableSchema(),
      choice: choiceSchema(),
    },
  };
}

function objectSchema(set: FieldSetName): Schema {
  const { fields, description } = FIELDS[set];
  const required = fields.filter((each) => each.required === true).map((each) => each.name);
  const conditions = fields.flatMap((each) => conditionOf(each, set));
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(fields.flatMap(propertiesOf)),
    ...(required.length === 0 ? {} : { required }),
    ...(conditions.length === 0 ? {} : { allOf: conditions }),
  };
}

/** The field under its name, and under each old spelling as deprecated. */
function propertiesOf(field: Field): [string, Schema][] {
  const schema = fieldSchema(field);
  const old = (field.aliases ?? []).map((alias): [string, Schema] => [
    alias,
    { ...schema, deprecated: true },
  ]);
  return [[field.name, schema], ...old];
}

function fieldSchema(field: Field): Schema {
  return {
    description: field.description,
    ...alternatives(field.shapes),
    ...(field.default === undefined ? {} : { default: field.default }),
    examples: [field.example],
  };
}

function conditionOf(field: Field, set: FieldSetName): readonly Schema[] {
  if (field.requiredUnless !== undefined) {
    return [{ anyOf: [{ required: [field.name] }, { required: [field.requiredUnless] }] }];
  }
  if (field.requiredFor === undefined) return [];
  const { key, default: standIn } = kindOfSet(set);
  // Where the key may be left out, its default decides.
  const isDefault = standIn !== undefined && field.requiredFor.includes(standIn);
  return [
    {
      if: {
        properties: { [key]: { pattern: anyCasePattern(field.requiredFor) } },
        ...(isDefault ? {} : { required: [key] }),
      },
      then: { required: [field.name] },
    },
  ];
}

function alternatives(shapes: readonly Shape[]): Schema {
  const [first] = shapes;
  if (first !== undefined && shapes.length === 1) {
    return shapeSchema(first);
  }
  return { anyOf: shapes.map(shapeSchema) };
}

function shapeSchema(shape: Shape): Schema {
  switch (shape.kind) {
    case 'text':
      return textSchema(shape);
    case 'number':
      return {
        type: shape.whole === true && shape.maximum < 1e15 ? 'integer' : 'number',
        minimum: shape.minimum,
        maximum: shape.maximum,
      };
    case 'boolean':
    case 'null':
      return { type: shape.kind };
    case 'object':
      return { $ref: `#/$defs/${shape.fields}` };
    case 'variable':
      return { $ref: '#/$defs/variable' };
    case 'list':
      return { type: 'array', items: alternatives(shape.items) };
    case 'map':
      return mapSchema(shape);
    case 'tree':
      return { $ref: '#/$defs/tree', type: JSON_TYPES[jsonKindOf(shape)] };
  }
}

const JSON_TYPES = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
  object: 'object',
  list: 'array',
} as const;

function textSchema(shape: TextShape): Schema {
  const base: Schema = {
    type: 'string',
    ...(shape.pattern === undefined ? {} : { pattern: `^(?:${shape.pattern})$` }),
    ...(shape.maxLength === undefined ? {} : { maxLength: shape.maxLength }),
  };
  if (shape.choices === undefined) {
    return base;
  }
  const values = shape.choices.map(({ value, description }) => ({ const: value, description }));
  const written = shape.choices.map(({ value }) => value);
  return {
    ...base,
    anyOf: shape.anyCase === true ? [...values, { pattern: anyCasePattern(written) }] : values,
  };
}

/** JSON Schema has no flag for "any case": each letter is written both ways. */
function anyCasePattern(words: readonly string[]): string {
  const both = words.map((word) =>
    word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`),
  );
  return `^(?:${both.join('|')})$`;
}

function mapSchema(shape: MapShape): Schema {
  if (shape.keys === 'method') {
    return { type: 'object', properties: methodProperties(), additionalProperties: true };
  }
  if (shape.keys === 'parameter') {
    return { type: 'object', properties: parameterProperties(), additionalProperties: DECLARATION };
  }
  // Keys that begin with _ or // are the author's comments, of any kind.
  return { type: 'object', patternProperties: { '^(?!_|//)': alternatives(shape.values) } };
}

/** Repeated for each known name, so that editors explain it; the shapes themselves stand once. */
const METHOD: Schema = { $ref: '#/$defs/method_or_list' };
const DECLARATION: Schema = { $ref: '#/$defs/declaration' };

/** The shapes of the values of a map of the document, such as `API`. */
function valuesOf(name: string): Schema {
  const shape = FIELDS.document.fields.find((each) => each.name === name)?.shapes[0];
  return shape?.kind === 'map' ? alternatives(shape.values) : {};
}

function methodProperties(): Schema {
  const known = [...METHODS.values()].map(({ name, purpose, moment }) => {
    return [name, { description: `${purpose} ${moment}`, ...METHOD }] as const;
  });
  const old = [...METHOD_ALIASES].map(
    ([alias, name]) =>
      [alias, { description: `Old spelling of ${name}.`, deprecated: true, ...METHOD }] as const,
  );
  return Object.fromEntries([...known, ...old]);
}

function parameterProperties(): Schema {
  const known = PARAMETERS.map(
    ({ name, description }) => [name, { description, ...DECLARATION }] as const,
  );
  const old = [...PARAMETER_ALIASES].map(
    ([alias, name]) =>
      [alias, { description: `Old name of ${name}.`, deprecated: true, ...DECLARATION }] as const,
  );
  return Object.fromEntries([...known, ...old]);
}

function variableSchema(): Schema {
  return {
    description: 'A variable in one of its object forms.',
    anyOf: [
      { $ref: '#/$defs/variable_expression' },
      { $ref: '#/$defs/variable_text' },
      { $ref: '#/$defs/variable_json' },
      { $ref: '#/$defs/choice' },
    ],
  };
}

function choiceSchema(): Schema {
  return {
    description: 'A choice: one key, the name that it is made by; under it a row for each value.',
    type: 'object',
    minProperties: 1,
    additionalProperties: {
      type: 'object',
      additionalProperties: {
        anyOf: [{ type: ['string', 'number', 'boolean', 'null'] }, { $ref: '#/$defs/choice' }],
      },
    },
    examples: [
      { activity_type: { inbound: 'Call received', outbound: 'Call made', default: 'Call' } },
    ],
  };
}
