import type { Schema } from '../json-schemas.ts';

/** One operation of an OpenAPI document, with where it stands. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** For links within the page. */
  readonly id: string;
  readonly tag: string;
  readonly node: Schema;
}

/** The operations in the order of the document. */
export function operationsOf(document: Schema): readonly Operation[] {
  return membersOf(document['paths']).flatMap(([path, methods]) =>
    membersOf(methods).map(([method, node]) => ({
      method: method.toUpperCase(),
      path,
      id: textOf(node, 'operationId'),
      tag: listOf(node['tags']).find((tag) => typeof tag === 'string') ?? '',
      node,
    })),
  );
}

/** Members that are objects themselves. */
export function membersOf(value: unknown): readonly (readonly [string, Schema])[] {
  if (!isSchema(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    isSchema(member) ? [[name, member] as const] : [],
  );
}

/** A member that is an object; an empty one where there is none. */
export function memberOf(value: unknown, name: string): Schema {
  const member = isSchema(value) ? value[name] : undefined;
  return isSchema(member) ? member : {};
}

/** A member that is a text; an empty one where there is none. */
export function textOf(value: Schema, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
