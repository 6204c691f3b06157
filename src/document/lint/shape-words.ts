import type { Shape } from '../fields/field.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { nearName } from './near-name.ts';

/** The kind of a shape that fits a node. */
export const KINDS = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
  object: 'object',
  array: 'list',
} as const;

/** The kinds in words, for messages. */
export const KIND_WORDS = {
  text: 'a text in quotes',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object { … }',
  list: 'a list [ … ]',
} as const;

/** How to write a value of the wrong kind, where its author's meaning is plain. */
export function kindFix(node: JsonNode, shapes: readonly Shape[]): string | undefined {
  const wantsText = shapes.some((each) => each.kind === 'text');
  if (wantsText && (node.kind === 'number' || node.kind === 'boolean')) {
    return `write "${node.kind === 'number' ? node.source : String(node.value)}" in quotes`;
  }
  const wantsFlag = shapes.some((each) => each.kind === 'boolean');
  if (wantsFlag && node.kind === 'string') {
    return 'write true or false, without quotes';
  }
  const wantsList = shapes.some((each) => each.kind === 'list');
  return wantsList && node.kind === 'string' ? `write ["${node.value}"]` : undefined;
}

/** What people write who know other languages, and what they mean. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  text: 'string',
  str: 'string',
  varchar: 'string',
  int: 'number',
  integer: 'number',
  float: 'number',
  double: 'number',
  decimal: 'number',
  bool: 'boolean',
  datetime: 'ISO8601Date',
  timestamp: 'ISO8601Date',
  iso8601: 'ISO8601Date',
  password: 'secret',
  string: 'text',
  token: 'Bearer',
  apikey: 'ApiKey',
  api_key: 'ApiKey',
};

/** Which of the values was meant, where a word of another language or a misspelling says so. */
export function choiceFix(value: string, values: readonly string[]): string | undefined {
  const lower = value.toLowerCase();
  const other = Object.hasOwn(OTHER_WORDS, lower) ? OTHER_WORDS[lower] : undefined;
  const meant = values.find((each) => each === other) ?? nearName(value, values);
  return meant === undefined ? undefined : `write "${meant}"`;
}
