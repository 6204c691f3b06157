import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { leavesOf, readResponseMap } from '../document/bind/response-map.ts';
import type { MapMember, MapNode, MapOptions } from '../document/bind/response-map.ts';
import { isJsonArray, isJsonObject, isRawNumber, jsonMember } from '../document/json-value.ts';
import type { Json } from '../document/json-value.ts';
import { editDistance } from '../document/lint/near-name.ts';
import { MOVING_NAMES } from '../document/names/names.ts';

export interface BindingExplanation {
  /** True when a list that the map goes through is there and empty: nothing is wrong. */
  readonly emptyList: boolean;
  /** One sentence for each place where the answer is not what the map expects. */
  readonly reasons: readonly string[];
}

/** Elements of a list that are looked at: a wrong map is wrong in the first one already. */
const ELEMENTS_MAX = 2;
const REASONS_MAX = 20;
const SHOWN_CHARACTERS = 60;
const KEYS_SHOWN = 12;

/** Names that most answers lack with good reason: the page was the last, the record still exists. */
const OFTEN_ABSENT: readonly string[] = [...MOVING_NAMES, 'deleted'];

/**
 * Walks a `response_map` along an answer and says, place by place, why it binds nothing: the member
 * that is missing with the keys most like it, what stands where something else was expected, and
 * literals that differ. Where `records` were bound, only what concerns names that none of them has.
 */
export function explainBinding(
  map: Json,
  answer: Json | undefined,
  { records = [], ...options }: MapOptions & { readonly records?: readonly BoundRecord[] },
): BindingExplanation {
  if (answer === undefined) {
    return { emptyList: false, reasons: ['The answer has no body that could be read.'] };
  }
  const bound = new Set([...records.flatMap((record) => Object.keys(record)), ...OFTEN_ABSENT]);
  const walk: Walk = { emptyList: false, reasons: [], ...(records.length === 0 ? {} : { bound }) };
  compare(readResponseMap(map, options), answer, '', walk);
  const { emptyList, reasons } = walk;
  return { emptyList, reasons: [...new Set(reasons)].slice(0, REASONS_MAX) };
}

interface Walk {
  emptyList: boolean;
  readonly reasons: string[];
  /** Names that have a value already; absent where nothing was bound. */
  readonly bound?: ReadonlySet<string>;
}

/** True where something is still to be explained: nothing was bound, or a name in the node was not. */
function isOpen(node: MapNode, { bound }: Walk): boolean {
  return bound === undefined || leavesOf(node).some(({ target }) => !bound.has(target));
}

function compare(node: MapNode, value: Json, place: string, walk: Walk): void {
  if (!isOpen(node, walk)) return;
  // A record without such a value is none that the map misses.
  if (walk.bound !== undefined && (value === null || value === '')) return;
  const found = `At ${place === '' ? 'the root' : place} stands ${describe(value)}`;
  switch (node.kind) {
    case 'bind':
      if (value === '') walk.reasons.push(`${found}, so $${node.target}$ has no value.`);
      else if (node.takes === 'text' && (isJsonObject(value) || isJsonArray(value))) {
        walk.reasons.push(`${found}, where a text or number for $${node.target}$ is expected.`);
      }
      return;
    case 'equal':
      return compareLiteral(node, value, found, walk);
    case 'absent':
      if (value !== null) walk.reasons.push(`${found}, where the document expects nothing.`);
      return;
    case 'nothing':
      return;
    case 'object':
      return compareMembers(node.members, value, { place, found, walk });
    case 'each':
    case 'patterns':
    case 'positions':
      return compareElements(node, value, { place, found, walk });
  }
}

interface Place {
  readonly place: string;
  readonly found: string;
  readonly walk: Walk;
}

function compareMembers(
  members: readonly MapMember[],
  given: Json,
  { place, found, walk }: Place,
): void {
  const value = isJsonArray(given) ? given[0] : given;
  if (isJsonArray(given) && given.length === 0) {
    walk.emptyList = true;
    return;
  }
  if (!isJsonObject(value)) {
    const names = members.map(({ key }) => `"${key}"`).join(', ');
    walk.reasons.push(`${found}, where an object with ${names} is expected.`);
    return;
  }
  for (const { key, keyParts, node: member } of members) {
    // Its name is the connection's to know.
    if (keyParts !== undefined) continue;
    const inside = jsonMember(value, key);
    if (inside === undefined) {
      if (member.kind !== 'absent' && isOpen(member, walk))
        walk.reasons.push(missing(key, member, Object.keys(value), place));
    } else compare(member, inside, `${place}/${key}`, walk);
  }
}

function compareElements(
  node: MapNode & { readonly kind: 'each' | 'patterns' | 'positions' },
  value: Json,
  { place, found, walk }: Place,
): void {
  if (!isJsonArray(value) && !isJsonObject(value)) {
    walk.reasons.push(`${found}, where a list is expected.`);
    return;
  }
  const items = isJsonArray(value) ? value : [value];
  if (items.length === 0) walk.emptyList = true;
  for (const [index, item] of items.slice(0, ELEMENTS_MAX).entries()) {
    const element = node.kind === 'each' ? node.elements[0] : node.elements[index];
    if (element !== undefined) compare(element, item, `${place}/${String(index)}`, walk);
  }
}

function compareLiteral(
  node: MapNode & { readonly kind: 'equal' },
  value: Json,
  found: string,
  walk: Walk,
): void {
  const parts = node.parts.map((part) => (part.kind === 'text' ? part.text : undefined));
  // A property or a parameter is compared too, but its value is the connection's to know.
  if (parts.includes(undefined)) return;
  const wanted = parts.join('');
  const got = isRawNumber(value) ? value.rawJSON : value;
  const isScalar = typeof got === 'string' || typeof got === 'number' || typeof got === 'boolean';
  if (!isScalar || String(got) !== wanted)
    walk.reasons.push(`${found}, where the document demands ${quote(wanted)}.`);
}

function missing(key: string, member: MapNode, keys: readonly string[], place: string): string {
  const target = member.kind === 'bind' ? ` for $${member.target}$` : '';
  const where = place === '' ? 'The answer' : place;
  const near = keys.filter((candidate) => isNear(candidate, key));
  const hint =
    near.length > 0
      ? `most like it: ${near.map(quote).join(', ')}`
      : keys.length === 0
        ? 'the object is empty'
        : `there are: ${keys.slice(0, KEYS_SHOWN).map(quote).join(', ')}${keys.length > KEYS_SHOWN ? ', …' : ''}`;
  return `${where} has no member ${quote(key)}${target}; ${hint}.`;
}

/** Equal without case and punctuation, one within the other, or two edits apart. */
function isNear(candidate: string, wanted: string): boolean {
  const [a, b] = [plain(candidate), plain(wanted)];
  if (a === '' || b === '') return false;
  if (a === b || (Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a))))
    return true;
  return (
    wanted.length > 3 && wanted.length < 50 && candidate.length < 50 && editDistance(a, b, 3) <= 2
  );
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function describe(value: Json): string {
  if (value === null) return 'null';
  if (isJsonArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isJsonObject(value)) return 'an object';
  if (isRawNumber(value)) return `the number ${value.rawJSON}`;
  if (typeof value === 'string') return `the text ${quote(value)}`;
  return String(value);
}

function quote(text: string): string {
  const letters = Array.from(text.slice(0, SHOWN_CHARACTERS * 2));
  const shown = letters.slice(0, SHOWN_CHARACTERS).join('');
  return JSON.stringify(letters.length > SHOWN_CHARACTERS ? `${shown}…` : shown);
}
