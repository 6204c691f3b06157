import { isJsonArray, jsonMember, REFUSED_KEYS } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';
import type { Note, Values } from '../values/values.ts';
import { readValue } from '../values/values.ts';
import { canFail, holdsDirectly, leavesOf } from './response-map.ts';
import type { BindLeaf, KnownPart, MapNode } from './response-map.ts';

/** A value found in the answer. */
export interface Found {
  readonly leaf: BindLeaf;
  readonly text: string;
}

/** Values that belong together; those of the parent belong to it too. */
export interface FoundScope {
  readonly parent: FoundScope | undefined;
  readonly found: Found[];
  /** How many of `found` each leaf has. */
  readonly counts: Map<BindLeaf, number>;
}

/** A scope in which nothing was found yet. */
export function newScope(parent?: FoundScope): FoundScope {
  return { parent, found: [], counts: new Map() };
}

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
  };
  /** The first difference from a literal outside any list, in words. */
  difference: string | undefined;
  /** The first one inside a list, which by itself refuses nothing. */
  elementDifference: string | undefined;
}

/** A walk over an answer, at its beginning. */
export function newWalk({ values, properties }: Pick<Walk, 'values' | 'properties'>): Walk {
  return {
    values,
    properties,
    records: [],
    moving: newScope(),
    notes: new Map(),
    elements: { differed: false, matched: false, passedOver: false, received: 0 },
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
    case 'object': {
      const members = node.members.map((member) => ({
        ...member,
        read: compile(member.node, options, around),
      }));
      return (value, scope, walk) => {
        const object = firstOfList(value, node.path, walk);
        return members.every(({ key, keyParts, read }) => {
          const name = keyParts === undefined ? key : knownKey(keyParts, walk);
          return name === undefined || read(jsonMember(object, name), scope, walk);
        });
      };
    }
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

function compileEqual(path: string, parts: readonly KnownPart[]): Reader {
  return (value, _scope, walk) => {
    const expected = knownText(parts, walk);
    if (expected === undefined) return differs(walk, path, 'a value that is missing', value);
    return scalarText(value) === expected || differs(walk, path, `"${expected}"`, value);
  };
}

function compileLeaf(leaf: BindLeaf): Reader {
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
    .map((element) => compile(element, options, inside));
  const [first] = readers;
  if (first === undefined) return () => true;
  if (role === 'demand') {
    return (value, scope, walk) => {
      const items = value === undefined || value === null ? [undefined] : asList(value);
      const met = readers.every((read) => items.some((item) => attempt(read, item, scope, walk)));
      if (!met) walk.difference ??= walk.elementDifference;
      return met;
    };
  }
  const ownScope = role === 'record' || role === 'above';
  const counts = ownScope || (!options.bindsId && !around.inList);
  return (value, scope, walk) => {
    const items = asList(value);
    // A CRM's offset counts its own list, whatever we make of the elements.
    if (ownScope && !around.inList) walk.elements.received += items.length;
    for (const item of items) {
      const target = ownScope ? newScope(scope) : scope;
      const matched = readers.some((read) => attempt(read, item, target, walk));
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

/** Reads an element; one that differs leaves nothing behind. */
function attempt(read: Reader, item: Json | undefined, scope: FoundScope, walk: Walk): boolean {
  const marks = [scope.found.length, walk.moving.found.length, walk.records.length] as const;
  const earlier = walk.difference;
  if (read(item, scope, walk)) return true;
  forget(scope, marks[0]);
  forget(walk.moving, marks[1]);
  walk.records.length = marks[2];
  walk.elementDifference ??= walk.difference;
  walk.difference = earlier;
  return false;
}

/** Keeps a value, unless its place of the map has enough of them. */
export function keep(scope: FoundScope, leaf: BindLeaf, text: string): void {
  const count = scope.counts.get(leaf) ?? 0;
  if (count >= leaf.most) return;
  scope.counts.set(leaf, count + 1);
  scope.found.push({ leaf, text });
}

function forget(scope: FoundScope, from: number): void {
  for (const { leaf } of scope.found.splice(from)) {
    scope.counts.set(leaf, (scope.counts.get(leaf) ?? 1) - 1);
  }
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
  const what = path === '' ? 'The answer' : `"${path}"`;
  const where = path === '' ? '' : ' in the answer';
  walk.difference ??= `${what} is ${inWords(value)}${where}; the document expects ${expected}.`;
  return false;
}

function inWords(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  const text = scalarText(value);
  if (text === undefined) return isJsonArray(value) ? 'a list' : 'an object';
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
}
