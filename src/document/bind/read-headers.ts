import type { Json } from '../json-value.ts';
import { leavesOf, readHeaderMap } from './response-map.ts';
import type { BindLeaf, MapNode, MapOptions } from './response-map.ts';
import { keep } from './found-scope.ts';
import type { FoundScope } from './found-scope.ts';
import { differs, knownText } from './walk-answer.ts';
import type { Walk } from './walk-answer.ts';

/** What `response_headers` reads beside the body. */
export interface AnswerHead {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that was asked: a relative one in a header is read against it. */
  readonly url: string;
}

export interface CompiledHeaderMap {
  readonly leaves: readonly BindLeaf[];
  readonly nodes: readonly MapNode[];
  /** Reads the headers into a scope; false when a literal differs. */
  read(head: AnswerHead | undefined, scope: FoundScope, walk: Walk): boolean;
}

/** Headers whose whole value is an address, relative or not (RFC 9110 and OData 4, section 8.3.4). */
const ADDRESS_HEADERS: ReadonlySet<string> = new Set([
  'location',
  'content-location',
  'odata-entityid',
]);
/** An HTTP server sends no longer head; one from elsewhere is not searched through. */
const MAX_CHARACTERS = 65_536;

/**
 * Compiles `response_headers`: a template for each header, bound like a text of the response map. A
 * template that is an address fits the header's value in its absolute form.
 */
export function compileHeaderMap(
  headers: Json | undefined,
  options: MapOptions,
  leavesBefore: number,
): CompiledHeaderMap {
  const members = readHeaderMap(headers, options, leavesBefore);
  return {
    leaves: members.flatMap(([, node]) => leavesOf(node)),
    nodes: members.map(([, node]) => node),
    read: (head, scope, walk) =>
      members.every(([name, node]) => {
        const value = head === undefined ? undefined : headerOf(head, name);
        return readNode(node, { name, value, url: head?.url ?? '' }, scope, walk);
      }),
  };
}

interface GivenHeader {
  readonly name: string;
  readonly value: string | undefined;
  readonly url: string;
}

function readNode(node: MapNode, given: GivenHeader, scope: FoundScope, walk: Walk): boolean {
  if (node.kind === 'equal') {
    const expected = knownText(node.parts, walk);
    const { value } = given;
    if (expected === undefined) return differs(walk, node.path, 'a value that is missing', value);
    const fits = waysToRead(given, expected).some(({ text, before }) => text === before);
    return fits || differs(walk, node.path, `"${expected}"`, value);
  }
  if (node.kind === 'bind') bindLeaf(node, given, scope, walk);
  return true;
}

function bindLeaf(leaf: BindLeaf, given: GivenHeader, scope: FoundScope, walk: Walk): void {
  const start = knownText(leaf.before, walk);
  const after = knownText(leaf.after, walk);
  if (start === undefined || after === undefined) return;
  for (const { text, before } of waysToRead(given, start)) {
    if (text.length < before.length + after.length) continue;
    if (!text.startsWith(before) || !text.endsWith(after)) continue;
    const inner = text.slice(before.length, text.length - after.length);
    if (inner === '') continue;
    keep(leaf.moving ? walk.moving : scope, leaf, inner);
    return;
  }
}

/** The header as it came and, where the template or the header is an address, in absolute form. */
function waysToRead(
  { name, value, url }: GivenHeader,
  before: string,
): readonly { readonly text: string; readonly before: string }[] {
  if (value === undefined || value.length > MAX_CHARACTERS) return [];
  const plain = { text: value, before };
  const isAddress = /^https?:\/\//i.test(before) || before.startsWith('/');
  if (!isAddress && !(before === '' && ADDRESS_HEADERS.has(name))) return [plain];
  const text = absolute(value, url);
  if (text === undefined) return [plain];
  if (before === '') return [{ text, before }];
  const start = absoluteStart(before, url);
  return start === undefined ? [plain] : [plain, { text, before: start }];
}

/** An http(s) address in absolute form; its host is written in lower case. */
function absolute(value: string, url: string): string | undefined {
  const whole = URL.parse(value, url);
  if (whole === null || (whole.protocol !== 'https:' && whole.protocol !== 'http:')) {
    return undefined;
  }
  return whole.username === '' && whole.password === '' ? whole.href : undefined;
}

/** The beginning of an address: one slash between its parts, its host in lower case. */
function absoluteStart(before: string, url: string): string | undefined {
  const whole = before.startsWith('/') ? `${URL.parse(url)?.origin ?? ''}${before}` : before;
  const found = /^(https?:\/\/[^/]*)(.*)$/is.exec(whole);
  if (found === null) return undefined;
  const [, start = '', path = ''] = found;
  const origin = URL.parse(start)?.origin;
  return origin === undefined ? undefined : origin + path.replaceAll(/\/{2,}/g, '/');
}

function headerOf({ headers }: AnswerHead, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}
