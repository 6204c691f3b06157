import { isJsonArray, isJsonObject, jsonMembers } from '../../json-value.ts';
import type { Json, JsonObject } from '../../json-value.ts';
import { compileKey } from './compile-key.ts';
import type { CompiledKey } from './compile-key.ts';
import { noteLost } from './lost-content.ts';
import type { Rendered, RenderedMember } from './rendered-tree.ts';
import { clearedValue } from '../cleared.ts';
import { unsafeValue } from '../render-stop.ts';
import type { RenderStop } from '../render-stop.ts';
import { allMissingSince } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { literalText, pieceOfParts, renderText } from '../text.ts';
import type { CompiledText, WriteValue } from '../text.ts';

/** Renders one node; `undefined` where it has no value and goes with its key or place. */
export type RenderNode = (scope: Scope) => Rendered | undefined;

export interface TreeOptions {
  /** Compiles a text of the tree. */
  text(text: string): CompiledText;
  /** Compiles the condition of `@when`. */
  condition(when: Json): (scope: Scope) => boolean;
  /** Writes values into mixed text. */
  readonly write: WriteValue;
}

/**
 * Where a node stands decides what becomes of it when it is emptied: under a key it goes, the root
 * and what stands in a tuple (at any depth up to the next key) stay as `{}` or `[]`.
 */
type Place = 'root' | 'key' | 'list' | 'tuple' | 'list in tuple';

/**
 * Compiles the tree of `request_parameters` into a function that fills it and drops what has no
 * value (the rules key, mixed text, list, tuple and `@when` of the language). The root always has a
 * value.
 */
export function compileTree(tree: Json, options: TreeOptions): (scope: Scope) => Rendered {
  const node = compileNode(tree, 'root', options);
  const empty: Rendered = { kind: 'value', value: isJsonArray(tree) ? [] : {} };
  return (scope) => node.render(scope) ?? empty;
}

interface Node {
  readonly render: RenderNode;
  readonly shape: 'constant' | 'text' | 'object' | 'array';
}

function compileNode(tree: Json, place: Place, options: TreeOptions): Node {
  if (typeof tree === 'string') return compileLeaf(options.text(tree), options.write);
  if (isJsonArray(tree)) return compileArray(tree, place, options);
  if (isJsonObject(tree)) return compileObject(tree, place, options);
  return constant(tree);
}

function constant(value: Json): Node {
  const rendered: Rendered = { kind: 'value', value };
  return { shape: 'constant', render: () => rendered };
}

function compileLeaf(text: CompiledText, write: WriteValue): Node {
  const literal = literalText(text.parts);
  if (literal !== undefined) return constant(literal);
  const file = text.parts.findIndex((part) => typeof part !== 'string' && part.reader.isFile);
  if (file !== -1) return { shape: 'text', render: fileLeaf(text, file, write) };
  const { single } = text;
  if (single === undefined) {
    return {
      shape: 'text',
      render: (scope) => {
        const filled = renderText(text, scope, write);
        return filled === undefined ? undefined : { kind: 'value', value: filled };
      },
    };
  }
  return {
    shape: 'text',
    render: (scope) => {
      scope.met += 1;
      const value = single.reader.typed(scope);
      if (value === undefined) return single.reader.isCleared(scope) ? cleared(scope) : undefined;
      scope.present += 1;
      return { kind: 'value', value };
    },
  };
}

/** An emptied value is written and yet not there: by itself it keeps no element of a list. */
function cleared(scope: Scope): Rendered | undefined {
  const value = clearedValue(scope.cleared);
  if (value === undefined) return undefined;
  scope.clearedMet += 1;
  return { kind: 'value', value };
}

function fileLeaf(text: CompiledText, at: number, write: WriteValue): RenderNode {
  const before = pieceOfParts(text.parts.slice(0, at));
  const after = pieceOfParts(text.parts.slice(at + 1));
  return (scope) => {
    scope.met += 1;
    if (scope.context.file === undefined) return undefined;
    scope.present += 1;
    const head = renderText(before, scope, write);
    const tail = renderText(after, scope, write);
    if (head === undefined || tail === undefined) return undefined;
    return { kind: 'file', before: head, after: tail };
  };
}

function compileObject(tree: JsonObject, place: Place, options: TreeOptions): Node {
  const entries = jsonMembers(tree).filter(([key]) => key !== '@when');
  const members = entries.map(([key, value]) => ({
    key: compileKey(options.text(key)),
    node: compileNode(value, 'key', options),
  }));
  const when = Object.hasOwn(tree, '@when') ? tree['@when'] : undefined;
  const exists = when === undefined ? undefined : options.condition(when);
  const isFixed = members.every(({ key }) => key.literal !== undefined);
  if (exists === undefined && isFixed && members.every(({ node }) => node.shape === 'constant')) {
    return constant(tree);
  }
  const stays = place === 'root' || place === 'tuple';
  return {
    shape: 'object',
    render: (scope) => {
      if (exists !== undefined && !exists(scope)) return stays ? EMPTY_OBJECT : undefined;
      const rendered = isFixed ? fixedMembers(members, scope) : filledMembers(members, scope);
      const emptied = rendered.members.length === 0 && members.length > 0;
      return emptied && place === 'key' ? undefined : rendered;
    },
  };
}

interface Member {
  readonly key: CompiledKey;
  readonly node: Node;
}

type RenderedObject = Extract<Rendered, { kind: 'object' }>;

function fixedMembers(members: readonly Member[], scope: Scope): RenderedObject {
  const rendered: RenderedMember[] = [];
  for (const { key, node } of members) {
    const value = node.render(scope);
    if (value !== undefined) rendered.push([key.literal ?? '', value]);
  }
  return { kind: 'object', members: rendered };
}

function filledMembers(members: readonly Member[], scope: Scope): RenderedObject {
  const rendered: RenderedMember[] = [];
  const filledBy = new Map<string, string | undefined>();
  let bracketsOf: string | undefined;
  for (const { key, node } of members) {
    const { met, present } = scope;
    const name = key.render(scope);
    if (name === undefined) {
      noteLost(scope, scope.absentInKey ?? '', node.render);
      continue;
    }
    const [ofKey, values] = [scope.met - met, scope.present - present];
    const value = node.render(scope);
    if (value === undefined) {
      // The key goes with its value: by itself it keeps no element of a list.
      scope.met -= ofKey;
      scope.present -= values;
      continue;
    }
    if (filledBy.has(name.key)) {
      throw sameKey(name.filledBy ?? filledBy.get(name.key) ?? name.key);
    }
    filledBy.set(name.key, name.filledBy);
    bracketsOf ??= name.bracketsOf;
    rendered.push([name.key, value]);
  }
  return { kind: 'object', members: rendered, ...(bracketsOf === undefined ? {} : { bracketsOf }) };
}

function sameKey(name: string): RenderStop {
  return unsafeValue(name, `"${name}" makes a key that another member has already`);
}

const EMPTY_OBJECT: Rendered = { kind: 'object', members: [] };
const EMPTY_ARRAY: Rendered = { kind: 'array', elements: [] };

function compileArray(tree: readonly Json[], place: Place, options: TreeOptions): Node {
  const isTuple = !isList(tree, options);
  const inTuple = place === 'tuple' || place === 'list in tuple';
  const inner: Place = isTuple ? 'tuple' : inTuple ? 'list in tuple' : 'list';
  const nodes = tree.map((element) => compileNode(element, inner, options));
  if (nodes.every((node) => node.shape === 'constant')) return constant(tree);
  return {
    shape: 'array',
    render: isTuple ? tupleNode(nodes, place) : listNode(nodes, place, inTuple),
  };
}

/** A list has only texts with a placeholder, only objects or only arrays; all else is a tuple. */
function isList(tree: readonly Json[], options: TreeOptions): boolean {
  return (
    tree.every(isJsonObject) ||
    tree.every(isJsonArray) ||
    tree.every(
      (element) => typeof element === 'string' && options.text(element).placeholders.length > 0,
    )
  );
}

function listNode(nodes: readonly Node[], place: Place, inTuple: boolean): RenderNode {
  return (scope) => {
    const elements: Rendered[] = [];
    const { clearedMet } = scope;
    for (const node of nodes) {
      const { met, present } = scope;
      const element = node.render(scope);
      if (element === undefined) continue;
      const allMissing = allMissingSince(scope, { met, present });
      if (!allMissing || (inTuple && isEmptied(element))) elements.push(element);
    }
    // A list that the user emptied is written as an empty one.
    const emptied = elements.length === 0 && nodes.length > 0 && scope.clearedMet === clearedMet;
    return emptied && place === 'key' ? undefined : { kind: 'array', elements };
  };
}

function isEmptied(rendered: Rendered): boolean {
  if (rendered.kind === 'object') return rendered.members.length === 0;
  return rendered.kind === 'array' && rendered.elements.length === 0;
}

function tupleNode(nodes: readonly Node[], place: Place): RenderNode {
  return (scope) => {
    const elements: Rendered[] = [];
    let lacking = false;
    for (const node of nodes) {
      const element = node.render(scope);
      if (element === undefined) lacking = true;
      else elements.push(element);
    }
    if (!lacking) return { kind: 'array', elements };
    // Positions around it never shift.
    return place === 'tuple' ? EMPTY_ARRAY : undefined;
  };
}
