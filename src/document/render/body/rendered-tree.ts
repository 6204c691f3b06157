import { isJsonArray, isJsonObject, jsonMembers } from '../../json-value.ts';
import type { Json } from '../../json-value.ts';

export type RenderedMember = readonly [key: string, value: Rendered];

/** A rendered request tree; the file has a place in it but no text. */
export type Rendered =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'file'; readonly before: string; readonly after: string }
  | {
      readonly kind: 'object';
      readonly members: readonly RenderedMember[];
      /** The name whose value put a bracket into a key: refused where brackets nest keys. */
      readonly bracketsOf?: string;
    }
  | { readonly kind: 'array'; readonly elements: readonly Rendered[] };

/** Opens an object or array that is a plain value, so that every tree can be walked alike. */
export function openValue(rendered: Rendered): Rendered {
  if (rendered.kind !== 'value') return rendered;
  const { value } = rendered;
  if (isJsonArray(value)) return { kind: 'array', elements: value.map(asValue) };
  if (!isJsonObject(value)) return rendered;
  const members = jsonMembers(value).map(([key, member]) => [key, asValue(member)] as const);
  return { kind: 'object', members };
}

function asValue(value: Json): Rendered {
  return { kind: 'value', value };
}
