import type { BindLeaf } from './response-map.ts';

/** Values that belong together; those of the parent belong to it too. */
export interface FoundScope {
  readonly parent: FoundScope | undefined;
  /** By the leaf's place in the map: its value, of a name that collects a list of them. */
  readonly texts: (string | string[] | undefined)[];
}

/** A record while it is filled. It inherits nothing, so no name of an answer is there by itself. */
export type OpenRecord = Record<string, string | readonly string[]>;

/** Its own members alone; a frozen object without any keeps records as fast as others. */
const NOTHING: object = Object.freeze(Object.create(null));

/** A scope in which nothing was found yet. */
export function newScope(parent?: FoundScope): FoundScope {
  return { parent, texts: [] };
}

/**
 * Keeps a value, unless its place of the map has enough of them. Of a moving value in a list the last
 * one counts: the next page begins behind the last element.
 */
export function keep({ texts }: FoundScope, { order, most, moving }: BindLeaf, text: string): void {
  const present = texts[order];
  if (most === 1) {
    if (present === undefined || moving) texts[order] = text;
  } else if (typeof present !== 'object') {
    texts[order] = [text];
  } else if (present.length < most) {
    present.push(text);
  }
}

/** How many values each of these leaves has in a scope. */
export function countsIn({ texts }: FoundScope, leaves: readonly BindLeaf[]): readonly number[] {
  return leaves.map(({ order }) => {
    const present = texts[order];
    return typeof present === 'object' ? present.length : Number(present !== undefined);
  });
}

/** Forgets what was kept since the values were counted. */
export function forgetSince(
  { texts }: FoundScope,
  leaves: readonly BindLeaf[],
  counts: readonly number[],
): void {
  for (const [index, { order }] of leaves.entries()) {
    const count = counts[index] ?? 0;
    const present = texts[order];
    if (count === 0) texts[order] = undefined;
    else if (typeof present === 'object') present.length = count;
  }
}

/** The moving values of these leaves, so that they can be put back. */
export function movingIn({ texts }: FoundScope, leaves: readonly BindLeaf[]): FoundScope['texts'] {
  return leaves.map(({ order, moving }) => (moving ? texts[order] : undefined));
}

/** Puts back what `movingIn` told. */
export function putBack(
  { texts }: FoundScope,
  leaves: readonly BindLeaf[],
  before: FoundScope['texts'],
): void {
  for (const [index, { order, moving }] of leaves.entries()) {
    if (moving) texts[order] = before[index];
  }
}

/** A place of the map, as records are made of it. */
export interface RecordPlace {
  readonly order: number;
  readonly target: string;
  /** No place before it has the same name. */
  readonly isFirst: boolean;
}

/** The places that fill records, in the order of the map. */
export function recordPlaces(leaves: readonly BindLeaf[]): readonly RecordPlace[] {
  const known = new Set<string>();
  return leaves.map(({ order, target }) => {
    const isFirst = !known.has(target);
    known.add(target);
    return { order, target, isFirst };
  });
}

/**
 * The values of a scope and of all around it: those of a name that collects in the order of the map,
 * of another name the first that there is.
 */
export function recordOf(scope: FoundScope, places: readonly RecordPlace[]): OpenRecord {
  // Object.create is typed `any`; the object has no member at all.
  const record = Object.create(NOTHING) as OpenRecord;
  const { texts } = scope;
  for (const { order, target, isFirst } of places) {
    const own = texts[order];
    const text = own ?? textAround(scope, order);
    if (text === undefined) continue;
    const before = isFirst ? undefined : record[target];
    if (before === undefined) record[target] = own === undefined ? copyOf(text) : text;
    else if (typeof before === 'object') record[target] = before.concat(text);
  }
  return record;
}

function textAround(scope: FoundScope, order: number): string | string[] | undefined {
  for (let outer = scope.parent; outer !== undefined; outer = outer.parent) {
    const text = outer.texts[order];
    if (text !== undefined) return text;
  }
  return undefined;
}

/** What stands around the records belongs to each of them, a list of its own. */
function copyOf(text: string | string[]): string | string[] {
  return typeof text === 'string' ? text : [...text];
}
