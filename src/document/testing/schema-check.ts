import type { Schema } from '../reference/json-schema.ts';

/**
 * The faults of a value against a JSON Schema, as JSON Pointers with a word. Knows the keywords
 * that `integrationSchema` uses, and throws for any other, so that none is passed over. For tests.
 */
export function schemaFaults(
  value: unknown,
  schema: Schema,
  root = schema,
  path = '',
): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, operand]) => {
    const check = CHECKS[keyword];
    if (check === undefined) {
      throw new Error(`The keyword ${keyword} of JSON Schema is not known here.`);
    }
    return check({ value, operand, schema, root, path });
  });
}

interface Step {
  readonly value: unknown;
  readonly operand: unknown;
  readonly schema: Schema;
  readonly root: Schema;
  readonly path: string;
}
type Check = (step: Step) => readonly string[];

const nothing: Check = () => [];

const CHECKS: Readonly<Record<string, Check>> = {
  $schema: nothing,
  $defs: nothing,
  title: nothing,
  description: nothing,
  examples: nothing,
  default: nothing,
  deprecated: nothing,
  then: nothing,
  $ref: ({ value, operand, root, path }) => {
    const name = String(operand).replace('#/$defs/', '');
    return schemaFaults(value, asSchema(asSchema(root['$defs'])[name]), root, path);
  },
  type: ({ value, operand, path }) => {
    const types = Array.isArray(operand) ? operand : [operand];
    const own = typeOf(value);
    const fits = types.includes(own) || (types.includes('number') && own === 'integer');
    return fits ? [] : [`${path} type`];
  },
  const: ({ value, operand, path }) => (value === operand ? [] : [`${path} const`]),
  pattern: ({ value, operand, path }) =>
    typeof value !== 'string' || new RegExp(String(operand), 'u').test(value)
      ? []
      : [`${path} pattern`],
  maxLength: ({ value, operand, path }) =>
    typeof value !== 'string' || value.length <= Number(operand) ? [] : [`${path} maxLength`],
  minimum: ({ value, operand, path }) =>
    typeof value !== 'number' || value >= Number(operand) ? [] : [`${path} minimum`],
  maximum: ({ value, operand, path }) =>
    typeof value !== 'number' || value <= Number(operand) ? [] : [`${path} maximum`],
  minProperties: ({ value, operand, path }) =>
    membersOf(value).length >= Number(operand) || !isObject(value) ? [] : [`${path} minProperties`],
  required: ({ value, operand, path }) =>
    isObject(value) && Array.isArray(operand)
      ? operand
          .filter((name) => !Object.hasOwn(value, String(name)))
          .map((name) => `${path}/${String(name)} required`)
      : [],
  items: ({ value, operand, root, path }) =>
    Array.isArray(value)
      ? value.flatMap((each, index) =>
          schemaFaults(each, asSchema(operand), root, `${path}/${String(index)}`),
        )
      : [],
  properties: ({ value, operand, root, path }) =>
    membersOf(value).flatMap(([name, member]) => {
      const schema = Object.entries(asSchema(operand)).find(([key]) => key === name)?.[1];
      return schema === undefined
        ? []
        : schemaFaults(member, asSchema(schema), root, `${path}/${name}`);
    }),
  patternProperties: ({ value, operand, root, path }) =>
    membersOf(value).flatMap(([name, member]) =>
      Object.entries(asSchema(operand))
        .filter(([pattern]) => new RegExp(pattern, 'u').test(name))
        .flatMap(([, schema]) => schemaFaults(member, asSchema(schema), root, `${path}/${name}`)),
    ),
  additionalProperties: ({ value, operand, schema, root, path }) =>
    operand === true
      ? []
      : membersOf(value)
          .filter(([name]) => !Object.hasOwn(asSchema(schema['properties'] ?? {}), name))
          .flatMap(([name, member]) =>
            schemaFaults(member, asSchema(operand), root, `${path}/${name}`),
          ),
  anyOf: ({ value, operand, root, path }) => {
    const tries = schemasOf(operand).map((schema) => schemaFaults(value, schema, root, path));
    return tries.some((faults) => faults.length === 0) ? [] : [`${path} anyOf`];
  },
  allOf: ({ value, operand, root, path }) =>
    schemasOf(operand).flatMap((schema) => schemaFaults(value, schema, root, path)),
  if: ({ value, operand, schema, root, path }) =>
    schemaFaults(value, asSchema(operand), root, path).length === 0
      ? schemaFaults(value, asSchema(schema['then']), root, path)
      : [],
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown): readonly [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function asSchema(value: unknown): Schema {
  if (!isObject(value)) throw new Error('A schema is an object.');
  return value;
}

function schemasOf(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.map(asSchema) : [];
}
