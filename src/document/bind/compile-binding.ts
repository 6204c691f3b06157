import type { Json } from '../json-value.ts';
import { methodRow } from '../methods.ts';
import type { MethodRow } from '../methods.ts';
import type { Note, Values } from '../values/values.ts';
import { COLLECTING, canFail, comparedNames, leavesOf, readResponseMap } from './response-map.ts';
import type { MapOptions } from './response-map.ts';
import { compileReader, newScope, newWalk } from './walk-answer.ts';
import type { Found, FoundScope, Reader, Walk } from './walk-answer.ts';

/**
 * Values bound from one record, by canonical name, without a prototype. All are texts; `phone`,
 * `mobile` and `email` are lists of every value, in the order of the map.
 */
export type BoundRecord = Readonly<Record<string, string | readonly string[]>>;

export type BindResult =
  | {
      readonly status: 'bound';
      readonly records: readonly BoundRecord[];
      /** Elements in the answer's own list, those passed over included: what an offset counts. */
      readonly received: number;
      /** `cursor`, `has_more`, `next_url`, `offset` and the like, where the method has `paging`. */
      readonly moving: BoundRecord;
      readonly notes: readonly Note[];
    }
  /** The answer says in its body that the CRM refused. */
  | { readonly status: 'refused'; readonly message: string }
  /** A write was done, but the mapped id is not in the answer. */
  | { readonly status: 'executed_without_id'; readonly notes: readonly Note[] };

export interface BindContext {
  readonly values: Values;
  readonly properties: Readonly<Record<string, string>>;
}

export interface CompiledBinding {
  /** True when the map has a place for a phone number: callers can then be compared. */
  readonly bindsNumber: boolean;
  /** The names that an answer may bind, each once, in the order of the map. */
  readonly binds: readonly string[];
  /** Parameters with which the answer is compared, as written in the map; `values` has them. */
  readonly compares: readonly string[];
  /**
   * Reads a successful answer, `undefined` for an empty or unreadable body. Never throws, whatever
   * the answer holds.
   */
  read(answer: Json | undefined, context: BindContext): BindResult;
}

const NO_RECORDS: BindResult = {
  status: 'bound',
  records: [],
  received: 0,
  moving: emptyRecord(),
  notes: [],
};

/**
 * Compiles a `response_map`. A literal outside any list that differs, or a write of whose elements
 * none matched, is a refusal; an element that differs is passed over; a write without the mapped id
 * is `executed_without_id`. Without a map a method binds nothing.
 */
export function compileBinding(map: Json | undefined, options: MapOptions): CompiledBinding {
  const row = methodRow(options.method);
  if (map === undefined) {
    return { bindsNumber: false, binds: [], compares: [], read: () => NO_RECORDS };
  }
  const root = readResponseMap(map, options);
  const leaves = leavesOf(root);
  const binds = [...new Set(leaves.map((leaf) => leaf.target))];
  const bindsId = binds.includes(row.idField);
  const read = compileReader(root, { idField: row.idField, bindsId });
  const makesRecords = leaves.length > 0;
  const demands = canFail(root);
  return {
    bindsNumber: binds.includes('phone') || binds.includes('mobile'),
    binds,
    compares: comparedNames(root),
    read: (answer, context) => {
      // 204, 304 and empty answers: nothing was found, or there was nothing to say.
      if (answer === undefined && (!row.writes || (!makesRecords && !demands))) {
        return NO_RECORDS;
      }
      return readAnswer(read, answer, { row, bindsId, context });
    },
  };
}

function readAnswer(
  read: Reader,
  answer: Json | undefined,
  rules: { row: MethodRow; bindsId: boolean; context: BindContext },
): BindResult {
  const { row, bindsId, context } = rules;
  const root = newScope();
  const walk = newWalk(context);
  const differed = !read(answer, root, walk);
  if (differed || (row.writes && noneMatched(walk, root, rules))) {
    const difference = walk.difference ?? walk.elementDifference;
    return { status: 'refused', message: difference ?? 'The answer differs from the document.' };
  }
  const isList = walk.elements.received > 0;
  const scopes = walk.records.length > 0 ? walk.records : [root];
  const records = scopes.map(recordOf).filter((record) => Object.keys(record).length > 0);
  const identified = bindsId
    ? records.filter((record) => Object.hasOwn(record, row.idField))
    : records;
  const left = walk.records.length > 0 ? walk.records.length - identified.length : 0;
  const notes = [...walk.notes.values(), ...withoutId(left, row.idField)];
  if (bindsId && identified.length === 0 && row.writes) {
    return { status: 'executed_without_id', notes };
  }
  const received = isList ? walk.elements.received : records.length;
  return {
    status: 'bound',
    records: identified,
    received,
    moving: collect(walk.moving.found),
    notes,
  };
}

/** True when the answer to a write had elements, and each differed from what the map demands. */
function noneMatched(
  { elements, records }: Walk,
  root: FoundScope,
  { row, bindsId }: { row: MethodRow; bindsId: boolean },
): boolean {
  if (!elements.differed) return false;
  if (!bindsId) return !elements.matched;
  return records.length === 0 && !root.found.some(({ leaf }) => leaf.target === row.idField);
}

/** The values of a scope and of all around it, in the order of the map. */
export function recordOf(scope: FoundScope): BoundRecord {
  let all = scope.found;
  for (let outer = scope.parent; outer !== undefined; outer = outer.parent) {
    all = [...outer.found, ...all];
  }
  return collect(all);
}

function collect(found: readonly Found[]): BoundRecord {
  const sorted = found.toSorted((a, b) => a.leaf.order - b.leaf.order);
  const lists = new Map<string, string[]>();
  const record = emptyRecord();
  for (const { leaf, text } of sorted) {
    if (COLLECTING.has(leaf.target)) {
      const list = lists.get(leaf.target) ?? [];
      list.push(text);
      lists.set(leaf.target, list);
      record[leaf.target] = list;
    } else {
      record[leaf.target] ??= text;
    }
  }
  return record;
}

function emptyRecord(): Record<string, string | readonly string[]> {
  // Object.create is typed `any`; an object without a prototype has no member at all.
  return Object.create(null) as Record<string, string | readonly string[]>;
}

function withoutId(count: number, idField: string): readonly Note[] {
  if (count === 0) return [];
  const message = `${count} of the answer's elements have no ${idField} and were left out.`;
  return [{ code: 'record_without_id', message }];
}
