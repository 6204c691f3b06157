import { isJsonArray, jsonMember, REFUSED_KEYS } from '../json-value.ts';
import type { Json, JsonObject } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';
import type { Note, Values } from '../values/values.ts';
import { readValue } from '../values/values.ts';
import type { Difference } from './difference.ts';
import { countsIn, forgetSince, keep, movingIn, newScope, putBack } from './found-scope.ts';
import type { FoundScope } from './found-scope.ts';
import { canFail, holdsDirectly, leavesOf } from './response-map.ts';
import type { BindLeaf, KnownPart, MapNode } from './response-map.ts';

/** The state of reading one answer. */
export interface Walk {
  readonly values: Values;
  readonly properties: Readonly<Record<string, string>>;
  /** One scope per element of the lists that make records. */
  readonly records: FoundScope[];
  readonly moving: FoundScope;
  /** By place in the map, so that a long list is noted once. */
  readonly notes: Map<string, Note>;
  /** What became of the elements that decide whether a write was done. */
  readonly elements: {
    differed: boolean;
    matched: boolean;
    /** One of those that make records differed. */
    passedOver: boolean;
    received: number;
    /** A list of records was there, empty or not. */
    listed: boolean;
    /** One was not there, or null. */
    lacked: boolean;
  };
  /** The first difference from a literal outside any list. */
  difference: Difference | undefined;
  /** The first one inside a list, which by itself refuses nothing. */
  elementDifference: Difference | undefined;
}

/** A walk over an answer, at its beginning. */
export function newWalk({ values, properties }: Pick<Walk, 'values' | 'properties'>): Walk {
  return {
    values,
    properties,
    records: [],
    moving: newScope(),
    notes: new Map(),
    elements: {
      ...{ differed: false, matched: false, passedOver: false, received: 0 },
      ...{ listed: false, lacked: false },
    },
    difference: undefined,
    elementDifference: undefined,
  };
}

/** Reads a value into a scope; false when a literal differs. */
export type Reader = (value: Json | undefined, scope: FoundScope, walk: Walk) => boolean;

/** How a list of the map relates to the records of the answer. */
type ListRole = 'record' | 'above' | 'collect' | 'demand';

export interface ReaderOptions {
  /** The method's own id: the list whose elements hold it makes records. */
  readonly idField: string;
  /** True when the map has the own id at all. */
  readonly bindsId: boolean;
}

/** Compiles a map into a function that reads answers. */
export function compileReader(node: MapNode, options: ReaderOptions): Reader {
  return compile(node, options, { inRecord: false, inList: false });
}

interface Surroundings {
  readonly inRecord: boolean;
  readonly inList: boolean;
}

function compile(node: MapNode, options: ReaderOptions, around: Surroundings): Reader {
  switch (node.kind) {
    case 'nothing':
      return () => true;
    case 'absent':
      return (value, _scope, walk) =>
        value === undefined || value === null || differs(walk, node.path, 'nothing', value);
    case 'equal':
      return compileEqual(node.path, node.parts);
    case 'bind':
      return compileLeaf(node);
    case 'object':
      return compileObject(node, options, around);
    case 'positions': {
      const elements = node.elements.map((element) => compile(element, options, around));
      return (value, scope, walk) => {
        const items = asList(value);
        return elements.every((read, index) => read(items[index], scope, walk));
      };
    }
    case 'each':
    case 'patterns':
      return compileList(node.elements, options, around);
  }
}

function compileObject(
  node: MapNode & { readonly kind: 'object' },
  options: ReaderOptions,
  around: Surroundings,
): Reader {
  const plain = node.members.flatMap(({ key, keyParts, node: leaf }) =>
    keyParts === undefined && isPlain(leaf)
      ? [{ key, leaf, read: compile(leaf, options, around) }]
      : [],
  );
  // What can differ and keeps nothing comes first: where it differs there is nothing to forget.
  const others = node.members
    .filter(({ keyParts, node: member }) => keyParts !== undefined || !isPlain(member))
    .toSorted((a, b) => Number(isCheck(b.node)) - Number(isCheck(a.node)))
    .map(({ key, keyParts, node: member }) => ({
      key,
      keyParts,
      read: compile(member, options, around),
    }));
  return (value, scope, walk) => {
    const first = isJsonArray(value) ? firstOfList(value, node.path, walk) : value;
    const object = hasMembers(first) ? first : undefined;
    for (const { key, keyParts, read } of others) {
      const name = keyParts === undefined ? key : knownKey(keyParts, walk);
      if (name === undefined) continue;
      const inner = object === undefined ? undefined : memberOf(object, name);
      if (!read(inner, scope, walk)) return false;
    }
    if (object === undefined) return true;
    // Most of a map are names that take a text as it is: they are kept without a call.
    for (const { key, leaf, read } of plain) {
      const inner = memberOf(object, key);
      if (inner === undefined || inner === null) continue;
      if (typeof inner !== 'string') read(inner, scope, walk);
      else if (inner !== '') keep(scope, leaf, inner);
    }
    return true;
  };
}

/** True for what only says which answers are meant. */
function isCheck(node: MapNode): boolean {
  return canFail(node) && leavesOf(node).length === 0;
}

/** True where a value may be kept before it shows that the element differs. */
function keepsBeforeItFails(node: MapNode): boolean {
  if (!canFail(node)) return false;
  return node.kind === 'object'
    ? node.members.some((member) => canFail(member.node) && !isCheck(member.node))
    : !isCheck(node);
}

function compileEqual(path: string, parts: readonly KnownPart[]): Reader {
  const literal = textOnly(parts);
  if (literal !== undefined) {
    const expected = `"${literal}"`;
    return (value, _scope, walk) => {
      const text = typeof value === 'string' ? value : scalarText(value);
      return text === literal || differs(walk, path, expected, value);
    };
  }
  return (value, _scope, walk) => {
    const expected = knownText(parts, walk);
    if (expected === undefined) return differs(walk, path, 'a value that is missing', value);
    return scalarText(value) === expected || differs(walk, path, `"${expected}"`, value);
  };
}

function textOnly(parts: readonly KnownPart[]): string | undefined {
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join('');
}

/** A leaf that takes any text as it is. */
type PlainLeaf = BindLeaf & { readonly moving: false };

/** True for a plain leaf. */
function isPlain(node: MapNode): node is PlainLeaf {
  if (node.kind !== 'bind' || node.moving) return false;
  return node.before.length === 0 && node.after.length === 0;
}

/** True for an object, and for a number kept as its digits, whose one member is no answer's. */
function hasMembers(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

/**
 * A member of an object of the answer. What such an object inherits are functions, which no JSON
 * value is, and `__proto__`, which is refused as a key: to ask for an own member takes twice the time.
 */
function memberOf(object: JsonObject, name: string): Json | undefined {
  if (name === 'rawJSON') return jsonMember(object, name);
  const value = object[name];
  return typeof value === 'function' ? undefined : value;
}

function compileLeaf(leaf: BindLeaf): Reader {
  if (isPlain(leaf)) {
    return (value, scope, walk) => {
      const text = leafText(leaf, value, walk);
      if (text !== undefined && text !== '') keep(scope, leaf, text);
      return true;
    };
  }
  return (value, scope, walk) => {
    const text = leafText(leaf, value, walk);
    if (text === undefined) return true;
    const before = knownText(leaf.before, walk);
    const after = knownText(leaf.after, walk);
    if (before === undefined || after === undefined) return true;
    if (text.length < before.length + after.length) return true;
    if (!text.startsWith(before) || !text.endsWith(after)) return true;
    const inner = text.slice(before.length, text.length - after.length);
    if (inner !== '') keep(leaf.moving ? walk.moving : scope, leaf, inner);
    return true;
  };
}

function compileList(
  elements: readonly MapNode[],
  options: ReaderOptions,
  around: Surroundings,
): Reader {
  const role = roleOf(elements, options, around);
  const inside = { inRecord: around.inRecord || role === 'record', inList: true };
  // What has a literal is asked first; one without takes the rest, wherever it stands.
  const readers = elements
    .toSorted((a, b) => Number(canFail(b)) - Number(canFail(a)))
    .map((element) => ({
      read: compile(element, options, inside),
      canFail: canFail(element),
      undo: keepsBeforeItFails(element) ? leavesOf(element) : [],
    }));
  if (readers.length === 0) return () => true;
  if (role === 'demand') {
    return (value, scope, walk) => {
      const items = value === undefined || value === null ? [undefined] : asList(value);
      const met = readers.every((reader) =>
        items.some((item) => attempt(reader, item, scope, walk)),
      );
      if (!met) walk.difference ??= walk.elementDifference;
      return met;
    };
  }
  const ownScope = role === 'record' || role === 'above';
  const counts = ownScope || (!options.bindsId && !around.inList);
  return (value, scope, walk) => {
    const items = asList(value);
    // A CRM's offset counts its own list, whatever we make of the elements.
    if (ownScope && !around.inList) {
      walk.elements.received += items.length;
      if (value === undefined || value === null) walk.elements.lacked = true;
      else walk.elements.listed = true;
    }
    for (const item of items) {
      const target = ownScope ? newScope(scope) : scope;
      const matched = attemptAny(readers, item, target, walk);
      if (matched && role === 'record') walk.records.push(target);
      if (counts && matched) walk.elements.matched = true;
      if (counts && !matched) walk.elements.differed = true;
      if (ownScope && !matched) walk.elements.passedOver = true;
    }
    return true;
  };
}

function roleOf(
  elements: readonly MapNode[],
  { idField }: ReaderOptions,
  { inRecord }: Surroundings,
): ListRole {
  const leaves = elements.flatMap(leavesOf);
  if (leaves.length === 0) return 'demand';
  if (inRecord || !leaves.some((leaf) => leaf.target === idField)) return 'collect';
  return elements.some((element) => holdsDirectly(element, idField)) ? 'record' : 'above';
}

interface ElementReader {
  readonly read: Reader;
  readonly canFail: boolean;
  /** What is forgotten where the element differs after all. */
  readonly undo: readonly BindLeaf[];
}

function attemptAny(
  readers: readonly ElementReader[],
  item: Json | undefined,
  scope: FoundScope,
  walk: Walk,
): boolean {
  for (const reader of readers) if (attempt(reader, item, scope, walk)) return true;
  return false;
}

const NO_COUNTS: readonly number[] = [];
const NO_TEXTS: FoundScope['texts'] = [];

/** Reads an element; one that differs leaves nothing behind. */
function attempt(
  { read, canFail: mayDiffer, undo }: ElementReader,
  item: Json | undefined,
  scope: FoundScope,
  walk: Walk,
): boolean {
  if (!mayDiffer) return read(item, scope, walk);
  const records = walk.records.length;
  const earlier = walk.difference;
  const own = undo.length === 0 ? NO_COUNTS : countsIn(scope, undo);
  const moving = undo.length === 0 ? NO_TEXTS : movingIn(walk.moving, undo);
  // Of elements only the first difference is told: no other one is noted.
  walk.difference ??= walk.elementDifference;
  const matched = read(item, scope, walk);
  if (!matched) {
    if (undo.length > 0) {
      forgetSince(scope, undo, own);
      putBack(walk.moving, undo, moving);
    }
    if (walk.records.length > records) walk.records.length = records;
    walk.elementDifference ??= walk.difference;
  }
  walk.difference = earlier;
  return matched;
}

function leafText(leaf: BindLeaf, value: Json | undefined, walk: Walk): string | undefined {
  if (leaf.takes === 'object' && typeof value === 'object' && value !== null) {
    return JSON.stringify(value);
  }
  const scalar = firstOfList(value, leaf.path, walk);
  if (typeof scalar === 'boolean' && leaf.takes !== 'boolean') return undefined;
  return scalarText(scalar);
}

/** The key that placeholders in it make; none where one lacks a value. */
function knownKey(parts: readonly KnownPart[], walk: Walk): string | undefined {
  const key = knownText(parts, walk);
  return key === undefined || REFUSED_KEYS.has(key) ? undefined : key;
}

/** The text that parts make which are known before the answer comes; none where one has no value. */
export function knownText(parts: readonly KnownPart[], walk: Walk): string | undefined {
  let text = '';
  for (const part of parts) {
    const piece = knownPart(part, walk);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}

function knownPart(part: KnownPart, { values, properties }: Walk): string | undefined {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'property') return scalarText(readValue(properties, part.label));
  for (const name of part.names) {
    const value = readValue(values, name);
    if (value !== undefined) return scalarText(value);
  }
  return undefined;
}

/** Where one thing is expected and a list comes: its first element. */
function firstOfList(value: Json | undefined, path: string, walk: Walk): Json | undefined {
  if (!isJsonArray(value)) return value;
  if (value.length > 1) {
    const what = path === '' ? 'The answer is' : `"${path}" is`;
    const where = path === '' ? '' : ' in the answer';
    const message = `${what} a list of ${value.length}${where}; its first element was read.`;
    if (!walk.notes.has(path)) walk.notes.set(path, { code: 'first_of_list', message });
  }
  return value[0];
}

/** Where a list is expected and one thing comes: a list of one. */
function asList(value: Json | undefined): readonly (Json | undefined)[] {
  if (value === undefined || value === null) return [];
  return isJsonArray(value) ? value : [value];
}

/** Notes the first difference from what the document expects; always false. */
export function differs(
  walk: Walk,
  path: string,
  expected: string,
  value: Json | undefined,
): false {
  walk.difference ??= { path, expected, value };
  return false;
}
