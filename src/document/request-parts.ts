import { jsonMember, jsonText } from './json-value.ts';
import type { Json } from './json-value.ts';
import type { MethodRow } from './methods.ts';
import type { Names } from './names/names.ts';
import { NO_CREDENTIALS } from './render/auth.ts';
import type { RenderAuth } from './render/auth.ts';
import { compileBody } from './render/body/body.ts';
import type { RenderBody } from './render/body/body.ts';
import { compileTree } from './render/body/compile-tree.ts';
import { writePairs } from './render/body/pairs.ts';
import type { Pair } from './render/body/pairs.ts';
import type { Rendered } from './render/body/rendered-tree.ts';
import { compileTextBody } from './render/body/text-body.ts';
import { clearedForm } from './render/cleared.ts';
import type { ClearedForm } from './render/cleared.ts';
import { compileCondition } from './render/condition.ts';
import { compileEscape } from './render/escapes.ts';
import { compileHeaders, headerTemplate, isContentType } from './render/headers.ts';
import type { Header } from './render/headers.ts';
import type { ReaderOf } from './render/name-reader.ts';
import { phoneFormatsOf } from './render/phone-formats.ts';
import type { PhoneFormat } from './names/parameters.ts';
import { compileQuery } from './render/query.ts';
import { writeEscaped } from './render/quote-guard.ts';
import { RenderStop, unsafeValue } from './render/render-stop.ts';
import type { RenderContext, RenderedRequest, RenderResult } from './render/request.ts';
import { createScope } from './render/scope.ts';
import type { Scope } from './render/scope.ts';
import { asIs, compileText, renderText } from './render/text.ts';
import type { WriteValue } from './render/text.ts';
import type { OriginPolicy } from './render/url/origins.ts';
import { compileUrl, readWholeUrl, writeUrl } from './render/url/url.ts';
import type { CompiledUrl, UrlPieces } from './render/url/url.ts';
import type { Notation } from './templates/template.ts';

/** What a request object is compiled with. */
export interface RequestFrame {
  readonly document: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly readerOf: ReaderOf;
  readonly auth: RenderAuth;
  /** True for look-ups: a value that could end a quoted text of the body is refused. */
  readonly guardsBody: boolean;
  /** The method object that the request is a step of; it says how emptied values are written. */
  readonly owner?: Json;
}

/** A request object: address, query, headers, body and credentials. */
export interface RequestParts {
  readonly verb: string;
  readonly url: CompiledUrl;
  readonly query: (scope: Scope) => readonly Pair[];
  readonly headers: ReturnType<typeof compileHeaders>;
  readonly body: RenderBody;
  readonly auth: RenderAuth;
  /** `"auth": "none"`: it may go to an address that an answer gave. */
  readonly isBare: boolean;
  readonly cleared: ClearedForm;
  readonly phoneFormats: readonly PhoneFormat[];
}

/** Compiles a request object: a method, or the login of a session. */
export function compileRequestParts(method: Json, frame: RequestFrame): RequestParts {
  const { document, notation, readerOf } = frame;
  const verb = jsonText(method, 'request_method') ?? 'GET';
  const parameters = jsonMember(method, 'request_parameters');
  const text = (template: string) => compileText(template, notation, readerOf);
  const declared = jsonMember(method, 'escape') ?? jsonMember(document, 'escape');
  const escape = compileEscape(declared);
  const absolute = jsonText(method, 'request_url');
  const base = text(absolute ?? jsonText(document, 'resource_url') ?? '');
  const path = absolute === undefined ? text(jsonText(method, 'request_path') ?? '') : undefined;
  const isBare = jsonMember(method, 'auth') === 'none';
  const layers = [
    isBare ? undefined : jsonMember(document, 'request_headers'),
    jsonMember(method, 'request_headers'),
  ];
  const ofQuery = compileTreeWith(frame, writeEscaped(escape, true));
  const isGet = verb === 'GET';
  return {
    verb,
    url: compileUrl(base, path, writeEscaped(escape, true)),
    query: compileQuery(jsonMember(method, 'query'), isGet ? parameters : undefined, ofQuery),
    headers: compileHeaders(layers, text),
    body: compileRequestBody(isGet ? undefined : parameters, {
      verb,
      frame,
      escape: declared,
      type: jsonText(method, 'request_content_type') ?? headerTemplate(layers, 'content-type'),
    }),
    auth: isBare ? () => NO_CREDENTIALS : frame.auth,
    isBare,
    cleared: clearedForm(frame.owner ?? method),
    phoneFormats: phoneFormatsOf(document),
  };
}

function compileTreeWith(
  { names, notation, readerOf }: RequestFrame,
  write: WriteValue,
): (tree: Json) => (scope: Scope) => Rendered {
  const text = (template: string) => compileText(template, notation, readerOf);
  const condition = (when: Json) => compileCondition(when, names, readerOf);
  return (tree) => compileTree(tree, { text, condition, write });
}

function compileRequestBody(
  parameters: Json | undefined,
  options: {
    readonly verb: string;
    readonly frame: RequestFrame;
    readonly escape: Json | undefined;
    readonly type: string | undefined;
  },
): RenderBody {
  const { verb, frame, escape, type } = options;
  const text = (template: string) => compileText(template, frame.notation, frame.readerOf);
  const typeText = type === undefined ? undefined : text(type);
  const contentType = (scope: Scope): string | undefined =>
    typeText === undefined ? undefined : renderText(typeText, scope, asIs);
  const guarded = frame.guardsBody;
  if (typeof parameters === 'string') {
    return compileTextBody(text(parameters), { contentType, escape, guarded });
  }
  const tree = compileTreeWith(frame, writeEscaped(compileEscape(escape), guarded));
  return compileBody({ method: verb, parameters, contentType, tree });
}

/** Methods that can take a value from a record. */
const EMPTIES: ReadonlySet<string> = new Set(['UpdateContact', 'UpdateActivity']);

/** Fills a request; throws a `RenderStop` for what is missing, unsafe or of another origin. */
export function renderRequest(
  parts: RequestParts,
  origins: OriginPolicy,
  scope: Scope,
): RenderedRequest {
  scope.cleared = EMPTIES.has(scope.method?.name ?? '') ? parts.cleared : 'omit';
  scope.phoneFormats = parts.phoneFormats;
  const { nextUrl } = scope.context;
  const pieces = nextUrl === undefined ? firstUrl(parts, scope) : readWholeUrl(nextUrl, 'next_url');
  const isPinned = parts.isBare ? origins.checkBare(pieces, scope) : true;
  if (!parts.isBare) origins.check(pieces, scope);
  const credentials = parts.auth(scope);
  const body = parts.body(scope);
  const headers = withCredentials(parts.headers(scope), credentials.headers);
  if (!isPinned && scope.readSecret) {
    const what = 'a secret, or a value of the sign-in,';
    throw unsafeValue('request_url', `${what} would go to an address that an answer gave`);
  }
  return {
    method: parts.verb,
    url: writeUrl({ ...pieces, query: joinQuery(pieces.query, credentials.query, nextUrl) }),
    // The body carries its own type, with the boundary where it has one.
    headers: body === undefined ? headers : headers.filter(([name]) => !isContentType(name)),
    ...(body === undefined ? {} : { body }),
    ...(parts.isBare ? { unsigned: true } : {}),
    ...(isPinned ? {} : { unpinned: true }),
  };
}

/** What signs a request in is never overridden, whatever a value makes the name of a header. */
function withCredentials(
  headers: readonly Header[],
  credentials: readonly Header[],
): readonly Header[] {
  const taken = new Set(credentials.map(([name]) => name.toLowerCase()));
  return [...headers.filter(([name]) => !taken.has(name.toLowerCase())), ...credentials];
}

function joinQuery(
  query: readonly string[],
  secrets: readonly Pair[],
  nextUrl: string | undefined,
): readonly string[] {
  if (secrets.length === 0) return query;
  const startsOf = ([key]: Pair): string => writePairs([[key, '']]);
  const has = (pair: string, secret: Pair): boolean => pair.startsWith(startsOf(secret));
  // A next link may repeat the key that the query of the first page had.
  if (nextUrl !== undefined) {
    const missing = secrets.filter((secret) => !query.some((pair) => has(pair, secret)));
    return missing.length === 0 ? query : [...query, writePairs(missing)];
  }
  const kept = query.filter((pair) => !secrets.some((secret) => has(pair, secret)));
  return [...kept, writePairs(secrets)];
}

function firstUrl(parts: RequestParts, scope: Scope): UrlPieces {
  const pieces = parts.url.render(scope);
  const pairs = parts.query(scope).map((pair) => writePairs([pair]));
  return pairs.length === 0 ? pieces : { ...pieces, query: [...pieces.query, ...pairs] };
}

/** Renders in a fresh scope; what stops it becomes an answer. */
export function settleRequest(
  context: RenderContext,
  row: MethodRow | undefined,
  render: (scope: Scope) => RenderedRequest,
): RenderResult {
  const scope = createScope(context, row);
  try {
    const request = render(scope);
    const { notes, lost } = scope;
    return { status: 'request', request, notes, ...(lost === undefined ? {} : { lost }) };
  } catch (err) {
    if (!(err instanceof RenderStop)) throw err;
    if (err.status === 'missing_value') return { status: 'missing_value', name: err.subject };
    return { status: 'unsafe_value', name: err.subject, message: err.message };
  }
}
