import type { Schema } from './json-schemas.ts';

/** Schemas of a contract refer to themselves nowhere; more levels than this would be a fault. */
const MAX_DEPTH = 24;

/**
 * A value that a JSON Schema describes, put together from the `examples` of the schema and of its
 * members; `components` are the schemas that references name. A member of no known value is left out.
 */
export function exampleOf(
  schema: Schema,
  components: Readonly<Record<string, Schema>>,
  depth = 0,
): unknown {
  if (depth > MAX_DEPTH) return undefined;
  const deeper = (part: unknown): unknown =>
    isSchema(part) ? exampleOf(part, components, depth + 1) : undefined;
  const { $ref, examples, enum: values } = schema;
  if (Array.isArray(examples)) return examples[0];
  if (typeof $ref === 'string') return deeper(components[$ref.split('/').at(-1) ?? '']);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(values)) return values[0];
  if ('default' in schema) return schema['default'];
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return choices.map(deeper).find((value) => value !== undefined);
  if (Array.isArray(schema['type']) && schema['type'].includes('null')) return null;
  switch (schema['type']) {
    case 'object': {
      const members = Object.entries(isSchema(schema['properties']) ? schema['properties'] : {})
        .map(([name, member]) => [name, deeper(member)] as const)
        .filter(([, value]) => value !== undefined);
      return Object.fromEntries(members);
    }
    case 'array': {
      const item = deeper(schema['items']);
      return item === undefined ? [] : [item];
    }
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      // A text or a number says nothing without an example of its own.
      return undefined;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
