import type { Json } from '../json-value.ts';
import { methodRow } from '../methods.ts';
import type { MethodRow } from '../methods.ts';
import type { Note, Values } from '../values/values.ts';
import { canFail, comparedNames, leavesOf, readResponseMap, selects } from './response-map.ts';
import type { MapNode, MapOptions } from './response-map.ts';
import type { AnswerView } from '../expression/answer-reader.ts';
import type { RenderContext } from '../render/request.ts';
import { compileDerive } from './derive.ts';
import type { CompiledDerive, DerivedBeside, DeriveOptions } from './derive.ts';
import { compileHeaderMap } from './read-headers.ts';
import type { AnswerHead, CompiledHeaderMap } from './read-headers.ts';
import { newScope, recordOf, recordPlaces } from './found-scope.ts';
import type { FoundScope, OpenRecord, RecordPlace } from './found-scope.ts';
import { differenceInWords } from './difference.ts';
import { compileReader, newWalk } from './walk-answer.ts';
import type { BoundPart, ListBinding, ListReading, OnlyWhole } from './list-binding.ts';
import { recordListOf } from './list-place.ts';
import type { Reader, ReaderOptions, Walk } from './walk-answer.ts';

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
      /** The map has a list of records, and the answer has none, not even an empty one. */
      readonly lacksList?: true;
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
  /** The whole exchange, where there was one: `response_headers` and `derive` read it. */
  readonly exchange?: AnsweredExchange;
}

export interface AnsweredExchange {
  readonly answer: AnswerView;
  /** The address that was asked. */
  readonly url: string;
  /** What the request was rendered with. */
  readonly context: RenderContext;
}

/** What is bound beside the response map. */
export interface BindingExtras extends Pick<DeriveOptions, 'readerOf' | 'complete'> {
  /** `response_headers` */
  readonly headers: Json | undefined;
  /** `derive` */
  readonly derive: Json | undefined;
  /** `contact_type` */
  readonly contactType: string | undefined;
}

export interface CompiledBinding {
  /** True when the map has a place for a phone number: callers can then be compared. */
  readonly bindsNumber: boolean;
  /** The names that an answer may bind, each once, in the order of the map. */
  readonly binds: readonly string[];
  /** Parameters with which the answer is compared, as written in the map; `values` has them. */
  readonly compares: readonly string[];
  /** True when a literal or a known value in the maps says which answers count. */
  readonly demands: boolean;
  /** True when such a value stands in a list: it says which elements count. */
  readonly selects: boolean;
  /** True when it is the records of an answer that tell where its next page begins. */
  readonly marksPages: boolean;
  /** True when the body of an answer must hold the id of the method's own record. */
  readonly needsBody: boolean;
  /** How a long answer is read part by part, or why it is read only as a whole. */
  readonly list: ListBinding | OnlyWhole;
  /**
   * Reads a successful answer, `undefined` for an empty or unreadable body. Never throws, whatever
   * the answer holds.
   */
  read(answer: Json | undefined, context: BindContext): BindResult;
}

const NOTHING: BoundPart = {
  status: 'bound',
  records: [],
  received: 0,
  moving: recordOf(newScope(), []),
  notes: [],
};

/**
 * Compiles a `response_map` and what is bound beside it. A literal outside any list that differs, or a
 * write of whose elements none matched, is a refusal; an element that differs is passed over; a write
 * without the mapped id is `executed_without_id`. Without any map a method binds nothing.
 */
export function compileBinding(
  map: Json | undefined,
  options: MapOptions,
  extras?: BindingExtras,
): CompiledBinding {
  const row = methodRow(options.method);
  const root = map === undefined ? EMPTY_MAP : readResponseMap(map, options);
  const leaves = leavesOf(root);
  const headers = compileHeaderMap(extras?.headers, options, leaves.length);
  const places = recordPlaces([...leaves, ...headers.leaves]);
  const mapped = places.map(({ target }) => target);
  const derive =
    extras === undefined
      ? undefined
      : compileDerive(extras.derive, mapped, { ...options, ...extras });
  const binds = [...new Set([...mapped, ...(derive?.targets ?? [])])];
  const demands = canFail(root) || headers.nodes.some(canFail);
  if (binds.length === 0 && !demands && map === undefined) {
    const list = { why: 'The method has no response map.' };
    const nothing = { bindsNumber: false, binds, compares: [], needsBody: false, list };
    return { ...nothing, demands, selects: false, marksPages: false, read: () => NOTHING };
  }
  const bindsId = binds.includes(row.idField);
  const reader = { idField: row.idField, bindsId: mapped.includes(row.idField) };
  const rules: ReadingRules = {
    row,
    bindsId,
    places,
    read: compileReader(root, reader),
    headers,
    derive,
    contactType: takesContactType(row) ? extras?.contactType : undefined,
  };
  return {
    bindsNumber: binds.includes('phone') || binds.includes('mobile'),
    binds,
    compares: [...new Set([root, ...headers.nodes].flatMap(comparedNames))],
    demands,
    selects: selects(root),
    marksPages: marksPages(root, row.idField) || derive?.moving.some(isMark) === true,
    needsBody: leaves.some(({ target }) => target === row.idField),
    list: compileList(root, reader, rules),
    read: (answer, context) => {
      // 204, 304 and empty answers: nothing was found, or there was nothing to say.
      if (answer === undefined && (!row.writes || (binds.length === 0 && !demands))) {
        return NOTHING;
      }
      return readAnswer(answer, context, rules);
    },
  };
}

/** True where a mark of the next page stands in a list of records. */
function marksPages(node: MapNode, idField: string): boolean {
  switch (node.kind) {
    case 'object':
      return node.members.some(({ node: inner }) => marksPages(inner, idField));
    case 'each':
    case 'patterns': {
      const leaves = leavesOf(node);
      const isOfRecords = leaves.some(({ target }) => target === idField);
      return isOfRecords && leaves.some(({ moving, target }) => moving && isMark(target));
    }
    default:
      return false;
  }
}

function isMark(name: string): boolean {
  return name !== 'has_more';
}

const EMPTY_MAP: MapNode = { kind: 'nothing', path: '' };

/** The kind of record belongs to contacts and companies, never to a user or a call. */
function takesContactType({ targets }: MethodRow): boolean {
  return targets.has('contact_type');
}

interface ReadingRules {
  readonly row: MethodRow;
  readonly bindsId: boolean;
  /** In the order of the map, headers behind the body. */
  readonly places: readonly RecordPlace[];
  readonly read: Reader;
  readonly headers: CompiledHeaderMap;
  readonly derive: CompiledDerive | undefined;
  readonly contactType: string | undefined;
}

function compileList(
  root: MapNode,
  reader: ReaderOptions,
  rules: ReadingRules,
): ListBinding | OnlyWhole {
  const { row, headers, derive } = rules;
  if (row.kind !== 'list') return { why: 'It is no list.' };
  const found = recordListOf(root, row.idField);
  if ('why' in found) return found;
  if (headers.leaves.some(({ moving }) => !moving)) {
    return { why: 'Its records take values from "response_headers".' };
  }
  if (derive?.readsBody === true) return { why: '"derive" reads the answer beside the record.' };
  const { path, list, around } = found;
  const readers = { list: compileReader(list, reader), around: compileReader(around, reader) };
  return { path, open: (context) => openList(readers, context, rules) };
}

/** Both readers fill one walk, so that each place of the map keeps what it would keep. */
function openList(
  read: { readonly list: Reader; readonly around: Reader },
  context: BindContext,
  rules: ReadingRules,
): ListReading {
  const { row, places, headers } = rules;
  const root = newScope();
  const walk = newWalk(context);
  const derived = new Map<string, Note>();
  const derivedMoving: OpenRecord = {};
  let left = 0;
  return {
    part: (elements) => {
      const received = walk.elements.received;
      read.list(elements, root, walk);
      const scopes = walk.records.splice(0);
      const { records, moving, notes } = recordsOf(scopes, context.exchange, rules);
      Object.assign(derivedMoving, moving);
      for (const note of notes) derived.set(note.message, note);
      left += scopes.length - records.length;
      return { ...NOTHING, records, received: walk.elements.received - received };
    },
    end: (around) => {
      const head = headOf(context.exchange);
      if (!read.around(around, root, walk) || !headers.read(head, root, walk)) return refused(walk);
      return {
        ...NOTHING,
        received: walk.elements.received,
        moving: Object.assign(recordOf(walk.moving, places), derivedMoving),
        notes: [...walk.notes.values(), ...derived.values(), ...withoutId(left, row.idField)],
      };
    },
  };
}

function refused(walk: Walk): BindResult {
  const difference = walk.difference ?? walk.elementDifference;
  const message =
    difference === undefined
      ? 'The answer differs from the document.'
      : differenceInWords(difference);
  return { status: 'refused', message };
}

function headOf(exchange: AnsweredExchange | undefined): AnswerHead | undefined {
  return exchange === undefined
    ? undefined
    : { headers: exchange.answer.headers, url: exchange.url };
}

function readAnswer(
  answer: Json | undefined,
  context: BindContext,
  rules: ReadingRules,
): BindResult {
  const { row, bindsId, places, read, headers } = rules;
  const { exchange } = context;
  const root = newScope();
  const walk = newWalk(context);
  const differed = !read(answer, root, walk) || !headers.read(headOf(exchange), root, walk);
  if (differed || (row.writes && noneMatched(walk, root, rules))) return refused(walk);
  const isList = walk.elements.received > 0;
  const scopes = walk.records.length > 0 ? walk.records : [root];
  const {
    records: identified,
    filled,
    moving,
    notes: derived,
  } = recordsOf(scopes, exchange, rules);
  const left = walk.records.length > 0 ? walk.records.length - identified.length : 0;
  const notes = [
    ...walk.notes.values(),
    ...derived,
    ...withoutId(left, row.idField),
    ...(row.writes && walk.elements.passedOver && filled > 0 ? [PARTLY] : []),
  ];
  if (bindsId && identified.length === 0 && row.writes) {
    return { status: 'executed_without_id', notes };
  }
  const received = isList ? walk.elements.received : filled;
  const { lacked, listed } = walk.elements;
  return {
    status: 'bound',
    records: identified,
    received,
    ...(lacked && !listed ? { lacksList: true } : {}),
    moving: Object.assign(recordOf(walk.moving, places), moving),
    notes,
  };
}

/** The records that have their own id, and how many there were before. */
function recordsOf(
  scopes: readonly FoundScope[],
  exchange: AnsweredExchange | undefined,
  rules: ReadingRules,
): {
  readonly records: readonly BoundRecord[];
  readonly filled: number;
  readonly moving: OpenRecord;
  readonly notes: readonly Note[];
} {
  const { row, bindsId, places } = rules;
  const found = scopes.map((scope) => recordOf(scope, places));
  const { records, moving, notes } = complete(found, exchange, rules);
  const identified = bindsId
    ? records.filter((record) => record[row.idField] !== undefined)
    : records;
  return { records: identified, filled: records.length, moving, notes };
}

const PARTLY: Note = {
  code: 'partial_success',
  message:
    'Some elements of the answer are not what the document expects: the CRM did only a part of it.',
};

/** Fills what is computed, and the kind of record; a read that found nothing finds nothing by them. */
function complete(
  found: readonly OpenRecord[],
  exchange: AnsweredExchange | undefined,
  { row, derive, contactType }: ReadingRules,
): DerivedBeside & { readonly records: readonly BoundRecord[] } {
  const computes = derive !== undefined && exchange !== undefined;
  const keepsEmpty = row.writes && computes;
  const records = keepsEmpty ? found : found.filter(isFilled);
  const beside = computes
    ? derive.fill(records, exchange.answer, exchange.context)
    : { moving: {}, notes: [] };
  const filled = keepsEmpty ? records.filter(isFilled) : records;
  if (contactType !== undefined) {
    for (const record of filled) record['contact_type'] ??= contactType;
  }
  return { records: filled, ...beside };
}

/** True when the answer to a write had elements, and each differed from what the map demands. */
function noneMatched(
  { elements, records }: Walk,
  root: FoundScope,
  { row, bindsId, places }: ReadingRules,
): boolean {
  if (!elements.differed) return false;
  if (!bindsId) return !elements.matched;
  const hasId = places.some(
    ({ target, order }) => target === row.idField && root.texts[order] !== undefined,
  );
  return records.length === 0 && !hasId;
}

function withoutId(count: number, idField: string): readonly Note[] {
  if (count === 0) return [];
  const message = `${count} of the answer's elements have no ${idField} and were left out.`;
  return [{ code: 'record_without_id', message }];
}

/** A record inherits nothing: any name that it has is its own. */
function isFilled(record: OpenRecord): boolean {
  for (const _ in record) return true;
  return false;
}
