import { isCommentKey } from '../comment-key.ts';
import { isJsonArray, isJsonObject, jsonMembers, REFUSED_KEYS } from '../json-value.ts';
import type { Json, JsonObject } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import { methodRow } from '../methods.ts';
import type { NameRef, Names } from '../names/names.ts';
import { scalarText } from '../values/plain-number.ts';
import { parseTemplate } from '../templates/template.ts';
import type { Notation } from '../templates/template.ts';

/** A piece of a text that is known before the answer comes. */
export type KnownPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'property'; readonly label: string }
  /** Looked up by the name as written, then by the canonical one. */
  | { readonly kind: 'value'; readonly names: readonly [string, ...string[]] };

/** A placeholder that takes its value from the answer. */
export interface BindLeaf {
  readonly kind: 'bind';
  readonly path: string;
  /** Place in the order of the map. */
  readonly order: number;
  readonly target: string;
  readonly moving: boolean;
  /** How many values of one record are kept: names that collect have several. */
  readonly most: number;
  /** What the answer may hold here besides texts and numbers. */
  readonly takes: 'text' | 'boolean' | 'object';
  readonly before: readonly KnownPart[];
  readonly after: readonly KnownPart[];
}

export type MapNode =
  | BindLeaf
  | { readonly kind: 'equal'; readonly path: string; readonly parts: readonly KnownPart[] }
  | { readonly kind: 'absent'; readonly path: string }
  | { readonly kind: 'nothing'; readonly path: string }
  | {
      readonly kind: 'object';
      readonly path: string;
      readonly members: readonly MapMember[];
    }
  /** One element: for each. `patterns`: by what they say; `positions`: by where they stand. */
  | {
      readonly kind: 'each' | 'patterns' | 'positions';
      readonly path: string;
      readonly elements: readonly MapNode[];
    };

export interface MapMember {
  /** As written. */
  readonly key: string;
  /** The pieces of a key with placeholders; without a value for each the member counts for nothing. */
  readonly keyParts?: readonly KnownPart[];
  readonly node: MapNode;
}

export interface MapOptions {
  readonly method: MethodName;
  readonly names: Names;
  readonly notation: Notation;
  /** True when the method has `paging`: its moving values are bound too. */
  readonly paging: boolean;
  /** True for an `error_map`: it binds the words of a refusal and compares all else. */
  readonly errors?: true;
}

/** Names of which a record has a list. */
export const COLLECTING: ReadonlySet<string> = new Set(['phone', 'mobile', 'email']);
/**
 * Values of one name kept per place of the map. Values outside a list belong to each record of it:
 * 100,000 addresses beside 100,000 records would not fit into any memory.
 */
const MOST_VALUES = 100;
/** Documents are read no deeper; this guards callers that come another way. */
const MAX_DEPTH = 64;

/** Reads a `response_map` into a tree whose leaves know what they are. */
export function readResponseMap(map: Json, options: MapOptions): MapNode {
  return new MapReader(options).read(map, '', 0);
}

/**
 * Reads `response_headers` into an object of texts, the names in lower case. Its leaves stand behind
 * those of the response map, of which there are `leavesBefore`.
 */
export function readHeaderMap(
  headers: Json | undefined,
  options: MapOptions,
  leavesBefore: number,
): readonly (readonly [name: string, node: MapNode])[] {
  const reader = new MapReader(options, leavesBefore);
  return jsonMembers(headers).flatMap(([name, template]) =>
    typeof template === 'string' && !isCommentKey(name)
      ? [[name.toLowerCase(), reader.read(template, name, 0)] as const]
      : [],
  );
}

/** True when a part of the answer can differ from what the node demands. */
export function canFail(node: MapNode): boolean {
  switch (node.kind) {
    case 'equal':
    case 'absent':
      return true;
    case 'bind':
    case 'nothing':
      return false;
    case 'object':
      return node.members.some((member) => canFail(member.node));
    case 'positions':
      return node.elements.some(canFail);
    case 'each':
    case 'patterns':
      return leavesOf(node).length === 0;
  }
}

/** True when a node demands a value of elements of a list: it says which of them count. */
export function selects(node: MapNode): boolean {
  if (node.kind === 'object') return node.members.some((member) => selects(member.node));
  return 'elements' in node && node.elements.some((each) => canFail(each) || selects(each));
}

/** The placeholders in a node that take their values from the answer. */
export function leavesOf(node: MapNode): readonly BindLeaf[] {
  if (node.kind === 'bind') return [node];
  if (node.kind === 'object') return node.members.flatMap((member) => leavesOf(member.node));
  return 'elements' in node ? node.elements.flatMap(leavesOf) : [];
}

/** The parameters whose values the node demands, as written; each once. */
export function comparedNames(node: MapNode): readonly string[] {
  const names = new Set<string>();
  const visit = (each: MapNode): void => {
    for (const part of knownParts(each)) if (part.kind === 'value') names.add(part.names[0]);
    if (each.kind === 'object') for (const member of each.members) visit(member.node);
    if ('elements' in each) for (const element of each.elements) visit(element);
  };
  visit(node);
  return [...names];
}

function knownParts(node: MapNode): readonly KnownPart[] {
  switch (node.kind) {
    case 'bind':
      return [...node.before, ...node.after];
    case 'equal':
      return node.parts;
    case 'object':
      return node.members.flatMap(({ keyParts }) => keyParts ?? []);
    case 'absent':
    case 'nothing':
    case 'each':
    case 'patterns':
    case 'positions':
      return [];
  }
}

/** True when the node holds a leaf of that target outside any list that is gone through. */
export function holdsDirectly(node: MapNode, target: string): boolean {
  if (node.kind === 'bind') return node.target === target;
  if (node.kind === 'object') {
    return node.members.some((member) => holdsDirectly(member.node, target));
  }
  return node.kind === 'positions' && node.elements.some((each) => holdsDirectly(each, target));
}

type Meaning = { kind: 'known'; part: KnownPart } | { kind: 'bound'; ref: NameRef };

class MapReader {
  readonly #options: MapOptions;
  #leaves = 0;

  constructor(options: MapOptions, leavesBefore = 0) {
    this.#options = options;
    this.#leaves = leavesBefore;
  }

  read(map: Json, path: string, depth: number): MapNode {
    if (depth > MAX_DEPTH) return { kind: 'nothing', path };
    if (map === null) return { kind: 'absent', path };
    if (typeof map === 'string') return this.#text(map, path);
    if (isJsonArray(map)) return this.#list(map, path, depth);
    return isJsonObject(map) ? this.#object(map, path, depth) : equal(scalarText(map), path);
  }

  #object(map: JsonObject, path: string, depth: number): MapNode {
    const members: MapMember[] = [];
    for (const [key, value] of jsonMembers(map)) {
      if (REFUSED_KEYS.has(key)) continue;
      const place = path === '' ? key : `${path}.${key}`;
      members.push({ key, ...this.#key(key), node: this.read(value, place, depth + 1) });
    }
    return { kind: 'object', path, members };
  }

  /** In a key nothing is bound: all that has a name there is known before the answer comes. */
  #key(key: string): Pick<MapMember, 'keyParts'> {
    const { names, notation } = this.#options;
    const known = (name: string): KnownPart | undefined => knownPart(names.resolve(name), name);
    const parts = parseTemplate(key, notation, (name) => known(name) !== undefined);
    const keyParts = parts.flatMap((part): readonly KnownPart[] => {
      if (part.kind === 'text') return [part];
      const found = known(part.name);
      return found === undefined ? [] : [found];
    });
    return keyParts.every(({ kind }) => kind === 'text') ? {} : { keyParts };
  }

  #list(map: readonly Json[], path: string, depth: number): MapNode {
    const place = `${path}[]`;
    const elements = map.map((element) => this.read(element, place, depth + 1));
    if (elements.length === 0) return { kind: 'nothing', path };
    if (elements.length === 1) return { kind: 'each', path, elements };
    return { kind: elements.some(canFail) ? 'patterns' : 'positions', path, elements };
  }

  #text(text: string, path: string): MapNode {
    const parts = parseTemplate(
      text,
      this.#options.notation,
      (name) => this.#meaning(name) !== undefined,
    );
    const known: KnownPart[] = [];
    const bound: { ref: NameRef; at: number }[] = [];
    for (const part of parts) {
      const meaning = part.kind === 'name' ? this.#meaning(part.name) : undefined;
      if (meaning?.kind === 'bound') bound.push({ ref: meaning.ref, at: known.length });
      else known.push(meaning?.part ?? { kind: 'text', text: textOfPart(part) });
    }
    const [only] = bound;
    if (only === undefined) return { kind: 'equal', path, parts: known };
    // Where one of two values ends nobody can say; lint tells it.
    if (bound.length > 1) return { kind: 'nothing', path };
    this.#leaves += 1;
    return {
      kind: 'bind',
      path,
      order: this.#leaves,
      target: only.ref.name,
      moving: only.ref.kind === 'moving',
      most: COLLECTING.has(only.ref.name) ? MOST_VALUES : 1,
      takes: takes(only.ref),
      before: known.slice(0, only.at),
      after: known.slice(only.at),
    };
  }

  #meaning(name: string): Meaning | undefined {
    return this.#options.errors === true ? this.#errorMeaning(name) : this.#answerMeaning(name);
  }

  #errorMeaning(name: string): Meaning | undefined {
    const ref = this.#options.names.resolve(name, 'error');
    switch (ref?.kind) {
      case 'target':
        return { kind: 'bound', ref };
      case 'property':
        return { kind: 'known', part: { kind: 'property', label: ref.name } };
      case 'parameter':
      case 'local':
        return { kind: 'known', part: { kind: 'value', names: namesOf(ref, name) } };
      default:
        return undefined;
    }
  }

  #answerMeaning(name: string): Meaning | undefined {
    const { names, method, paging } = this.#options;
    const moving = paging ? names.resolve(name, 'paging') : undefined;
    const ref = moving?.kind === 'moving' ? moving : names.resolve(name, 'response');
    if (ref === undefined || REFUSED_KEYS.has(ref.name)) return undefined;
    switch (ref.kind) {
      case 'property':
        return { kind: 'known', part: { kind: 'property', label: ref.name } };
      case 'local':
        return { kind: 'bound', ref };
      case 'moving':
        return paging ? { kind: 'bound', ref } : undefined;
      case 'parameter': {
        const isTarget = ref.form === undefined && methodRow(method).targets.has(ref.name);
        return isTarget
          ? { kind: 'bound', ref }
          : { kind: 'known', part: { kind: 'value', names: namesOf(ref, name) } };
      }
      case 'target':
        return methodRow(method).targets.has(ref.name) ? { kind: 'bound', ref } : undefined;
      case 'variable':
      case 'credential':
        return undefined;
    }
  }
}

/** What a name stands for where the answer fills nothing. */
function knownPart(ref: NameRef | undefined, written: string): KnownPart | undefined {
  if (ref === undefined || REFUSED_KEYS.has(ref.name)) return undefined;
  if (ref.kind === 'property') return { kind: 'property', label: ref.name };
  if (ref.kind !== 'parameter' && ref.kind !== 'local') return undefined;
  return { kind: 'value', names: namesOf(ref, written) };
}

/** As written, then by the canonical name; a form of a number has only its own. */
function namesOf(ref: NameRef, written: string): readonly [string, ...string[]] {
  return ref.kind === 'parameter' && ref.form !== undefined ? [written] : [written, ref.name];
}

function takes(ref: NameRef): BindLeaf['takes'] {
  if (ref.name === 'has_more' || ref.name === 'deleted') return 'boolean';
  if (ref.kind !== 'local') return 'text';
  if (ref.type.type === 'boolean') return 'boolean';
  return ref.type.type === 'object' ? 'object' : 'text';
}

function textOfPart(part: { kind: 'text'; text: string } | { kind: 'name'; name: string }): string {
  return part.kind === 'text' ? part.text : '';
}

function equal(text: string, path: string): MapNode {
  return { kind: 'equal', path, parts: [{ kind: 'text', text }] };
}
