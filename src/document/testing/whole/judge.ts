import { isJsonArray, isJsonObject, jsonMember, jsonMembers, jsonText } from '../../json-value.ts';
import type { Json } from '../../json-value.ts';
import type { RenderContext, RenderedRequest } from '../../render/request.ts';
import { MARKS, REQUEST_NAMES } from './any-template.ts';
import { receive } from './receive.ts';
import type { Received } from './receive.ts';

/** What a request was made from. */
export interface Origin {
  readonly document: Json;
  /** The request object, with what a step takes over from its method. */
  readonly source: Json;
  readonly context: RenderContext;
}

/** What is wrong with a request, judged by its template and as its receiver reads it; none is fine. */
export function faultsOf(request: RenderedRequest, origin: Origin): readonly string[] {
  let received: Received;
  try {
    received = receive(request);
  } catch (err) {
    return [`the receiver refuses it: ${err instanceof Error ? err.message : String(err)}`];
  }
  return [
    ...rawPlaceholders(received, origin),
    ...addressFaults(received, origin),
    ...countFaults(received, origin),
    ...bodyFaults(received, origin),
  ];
}

/** Placeholders of the document that went out as they stand, unless a value looks like one. */
function rawPlaceholders(received: Received, { document, context }: Origin): readonly string[] {
  const mark = MARKS[jsonText(document, 'var_char') === '{}' ? 'braces' : 'dollar'];
  const given = textsIn([
    context.values,
    context.properties,
    context.moving,
    context.nextUrl,
    context.accessToken,
    context.sessionToken,
    context.file,
  ]);
  const sent = [
    ...received.segments,
    ...received.query.flat(),
    ...received.headers.flat(),
    ...textsIn(received.body),
  ];
  return [...REQUEST_NAMES, 'page', 'cursor', 'offset', 'Instance URL', 'Subdomain', 'User']
    .map(mark)
    .filter((each) => sent.some((text) => text.includes(each)))
    .filter((each) => !given.some((text) => text.includes(each)))
    .map((each) => `${each} went out as it stands`);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

function addressFaults(
  received: Received,
  { document, source, context }: Origin,
): readonly string[] {
  const whole = jsonText(source, 'request_url');
  const base = whole ?? jsonText(document, 'resource_url') ?? '';
  const expected = expectedStart(base, context);
  if (context.nextUrl !== undefined) {
    const start = expectedStart(jsonText(document, 'resource_url') ?? '', context);
    const named = JSON.stringify(document).match(/https:\/\/[a-z.]+(?=[/"?])/g) ?? [];
    return [start.origin, ...named].includes(received.origin)
      ? []
      : [`the origin is ${received.origin}`];
  }
  const faults = received.origin === expected.origin ? [] : [`the origin is ${received.origin}`];
  const path = whole === undefined ? (jsonText(source, 'request_path') ?? '') : '';
  const written = joined(expected.path, path.split('?')[0] ?? '');
  const count = written.split('/').length - 1;
  return received.segments.length === count
    ? faults
    : [...faults, `${String(received.segments.length)} segments in place of ${String(count)}`];
}

/** Where a request must go, by the words of its base and the property that begins it. */
function expectedStart(
  base: string,
  { properties }: RenderContext,
): { readonly origin: string; readonly path: string } {
  const text = base.split('?')[0] ?? '';
  const instance = /^(?:\$Instance URL\$|\{Instance URL\})(.*)$/.exec(text);
  if (instance !== null) {
    const url = new URL(properties['Instance URL'] ?? '');
    return { origin: url.origin, path: joined(url.pathname, instance[1] ?? '') };
  }
  const filled = text.replace(/\$Subdomain\$|\{Subdomain\}/, properties['Subdomain'] ?? '');
  const [, origin = '', path = ''] = /^(https:\/\/[^/]+)(.*)$/.exec(filled) ?? [];
  return { origin: origin.toLowerCase(), path };
}

function joined(left: string, right: string): string {
  if (right === '') return left === '' ? '/' : left;
  return `${left.replace(/\/$/, '')}/${right.replace(/^\//, '')}`;
}

/** No value makes a further pair, header or field. */
function countFaults(
  { query, headers }: Received,
  { document, source, context }: Origin,
): readonly string[] {
  const [base, path, whole] = [
    jsonText(document, 'resource_url'),
    jsonText(source, 'request_path'),
    jsonText(source, 'request_url'),
  ];
  const inUrl = (whole === undefined ? [base, path] : [whole]).flatMap((text) => {
    const pairs = text?.split('?')[1];
    return pairs === undefined ? [] : pairs.split('&');
  });
  const isGet = jsonText(source, 'request_method') === 'GET';
  const inTrees = [
    jsonMember(source, 'query'),
    isGet ? jsonMember(source, 'request_parameters') : undefined,
  ].map(leaves);
  const most = inUrl.length + (inTrees[0] ?? 0) + (inTrees[1] ?? 0) + 1;
  const declared = [document, source].flatMap((each) =>
    jsonMembers(jsonMember(each, 'request_headers')),
  );
  return [
    ...(context.nextUrl === undefined && query.length > most
      ? [`${String(query.length)} pairs`]
      : []),
    ...(headers.length > declared.length + 1 ? [`${String(headers.length)} headers`] : []),
  ];
}

function leaves(tree: Json | undefined): number {
  if (tree === undefined) return 0;
  if (isJsonArray(tree)) return tree.reduce((sum: number, each) => sum + leaves(each), 0);
  if (!isJsonObject(tree)) return 1;
  return jsonMembers(tree).reduce((sum, [, each]) => sum + leaves(each), 0);
}

function bodyFaults({ body }: Received, { source }: Origin): readonly string[] {
  const tree = jsonMember(source, 'request_parameters');
  if (tree === undefined || typeof tree === 'string') return [];
  if (body.kind === 'json') return fits(body.value, tree) ? [] : ['the JSON is another one'];
  if (body.kind !== 'form' && body.kind !== 'multipart') return [];
  const most = body.kind === 'form' ? leaves(tree) : jsonMembers(tree).length;
  return body.fields.length > most ? [`${String(body.fields.length)} fields`] : [];
}

/** True where a value is what its template may become: no more members, literals as they are. */
function fits(value: unknown, template: Json): boolean {
  if (isJsonArray(template)) {
    if (!Array.isArray(value) || value.length > template.length) return false;
    return value.every((each) => template.some((part) => fits(each, part)));
  }
  if (isJsonObject(template)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const parts = jsonMembers(template).filter(([key]) => key !== '@when');
    const filled = parts.filter(([key]) => /[${]/.test(key)).map(([, part]) => part);
    return Object.entries(value).every(([key, each]) => {
      const own = parts.filter(([name]) => name === key).map(([, part]) => part);
      return [...own, ...filled].some((part) => fits(each, part));
    });
  }
  // A placeholder becomes any value; what an object's local value holds is kept whole.
  if (typeof template === 'string' && /[${]/.test(template)) return true;
  return value === template;
}
