import * as z from 'zod';

/** A JSON Schema, or any other object of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

/** JSON Schemas of one document: what has an `id` stands once among the components. */
export interface Schemas {
  /** The schema itself, or a reference to its component. */
  of(schema: z.ZodType): Schema;
  /** All components so far, by id. */
  components(): Readonly<Record<string, Schema>>;
}

/** Collects schemas; one in `replace` stands in for the schema with the same id. */
export function createSchemas(replace: Readonly<Record<string, z.ZodType>>): Schemas {
  const components: Record<string, Schema> = {};
  const convert = (schema: z.ZodType): Schema => {
    // Inside an object a schema with an id becomes a reference; at the root it would not.
    const wrapped = z.toJSONSchema(z.object({ member: schema }), {
      target: 'draft-2020-12',
      io: 'input',
      unrepresentable: 'any',
    });
    const { $defs, properties } = redirect(wrapped);
    for (const [id, definition] of Object.entries(isSchema($defs) ? $defs : {})) {
      if (!isSchema(definition) || Object.hasOwn(components, id)) continue;
      components[id] = definition;
      const stand = Object.hasOwn(replace, id) ? replace[id] : undefined;
      if (stand !== undefined) components[id] = convert(stand);
    }
    const member = isSchema(properties) ? properties['member'] : undefined;
    return isSchema(member) ? member : {};
  };
  return {
    of: convert,
    components: () =>
      Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Local references of one schema become references into the components of the document. */
function redirect(schema: unknown): Schema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  const parsed: unknown = JSON.parse(text);
  return isSchema(parsed) ? parsed : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
