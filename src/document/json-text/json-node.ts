import { jsonObject, numberFromText } from '../json-value.ts';
import type { Json } from '../json-value.ts';

interface NodeBase {
  /** Where the value begins in the original text, in UTF-16 units from 0. */
  readonly offset: number;
  readonly length: number;
}
export interface ObjectNode extends NodeBase {
  readonly kind: 'object';
  readonly members: readonly Member[];
}
export interface ArrayNode extends NodeBase {
  readonly kind: 'array';
  readonly elements: readonly JsonNode[];
}
export interface StringNode extends NodeBase {
  readonly kind: 'string';
  readonly value: string;
}
export interface NumberNode extends NodeBase {
  readonly kind: 'number';
  /** The number as it is written, so that no digit is lost. */
  readonly source: string;
}
export interface BooleanNode extends NodeBase {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface NullNode extends NodeBase {
  readonly kind: 'null';
}
export type JsonNode = ObjectNode | ArrayNode | StringNode | NumberNode | BooleanNode | NullNode;

export interface Member {
  readonly key: StringNode;
  readonly value: JsonNode;
}

/** The value of a node; every member is an own property, whatever its key. */
export function toJson(node: JsonNode): Json {
  switch (node.kind) {
    case 'object':
      return jsonObject(node.members.map(({ key, value }) => [key.value, toJson(value)]));
    case 'array':
      return node.elements.map(toJson);
    case 'number':
      return numberFromText(node.source) ?? null;
    case 'null':
      return null;
    case 'string':
    case 'boolean':
      return node.value;
  }
}

/** The member of an object node by its key; of a repeated key the last, as JSON.parse does. */
export function memberOf(node: JsonNode | undefined, key: string): Member | undefined {
  return node?.kind === 'object'
    ? node.members.findLast((member) => member.key.value === key)
    : undefined;
}

/** The members of an object node; none for anything else. */
export function membersOf(node: JsonNode | undefined): readonly Member[] {
  return node?.kind === 'object' ? node.members : [];
}

/** The elements of an array node; none for anything else. */
export function elementsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === 'array' ? node.elements : [];
}

/** The text of a string node; `undefined` for anything else. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined;
}
