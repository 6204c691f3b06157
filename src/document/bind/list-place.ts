import { leavesOf } from './response-map.ts';
import type { BindLeaf, MapMember, MapNode } from './response-map.ts';

/** Where the list of records stands in an answer, and the two halves of its map. */
export interface RecordList {
  /** The keys that lead to it through objects; none where the answer is the list. */
  readonly path: readonly string[];
  readonly list: MapNode;
  /** The map without the list. */
  readonly around: MapNode;
}

/** Where the records of a map stand; a sentence says why they cannot be read by themselves. */
export function recordListOf(
  root: MapNode,
  idField: string,
): RecordList | { readonly why: string } {
  if (root.kind === 'each' || root.kind === 'patterns') {
    return leavesOf(root).some(({ target }) => target === idField)
      ? { path: [], list: root, around: { kind: 'nothing', path: root.path } }
      : { why: NO_LIST };
  }
  if (root.kind !== 'object') return { why: NO_LIST };
  const filling = root.members.filter(({ node }) => leavesOf(node).some(isOfRecord));
  const [member, other] = filling;
  if (member === undefined) return { why: NO_LIST };
  if (other !== undefined) {
    return { why: `Its records take values from "${member.key}" and from "${other.key}".` };
  }
  if (member.keyParts !== undefined) {
    return { why: `The key "${member.key}" of the response map has a placeholder.` };
  }
  const inner = recordListOf(member.node, idField);
  return 'why' in inner ? inner : around(root, member, inner);
}

const NO_LIST = 'The response map has no list of records.';

function isOfRecord({ moving }: BindLeaf): boolean {
  return !moving;
}

function around(
  root: MapNode & { readonly kind: 'object' },
  member: MapMember,
  inner: RecordList,
): RecordList {
  const members = root.members.map((each) =>
    each === member ? { ...each, node: inner.around } : each,
  );
  return { path: [member.key, ...inner.path], list: inner.list, around: { ...root, members } };
}
