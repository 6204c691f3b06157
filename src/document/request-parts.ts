import { jsonMember, jsonMembers, jsonText } from './json-value.ts';
import type { Json } from './json-value.ts';
import type { MethodRow } from './methods.ts';
import type { Names } from './names/names.ts';
import type { RenderAuth } from './render/auth.ts';
import { compileBody } from './render/body/body.ts';
import { compileTree } from './render/body/compile-tree.ts';
import type { TreeOptions } from './render/body/compile-tree.ts';
import { flattenPairs, writePairs } from './render/body/pairs.ts';
import { compileCondition } from './render/condition.ts';
import { compileEscape } from './render/escapes.ts';
import { compileHeaders, headerTemplate } from './render/headers.ts';
import type { ReaderOf } from './render/name-reader.ts';
import { writeEscaped } from './render/quote-guard.ts';
import { RenderStop } from './render/render-stop.ts';
import type { RenderContext, RenderedRequest, RenderResult } from './render/request.ts';
import { createScope } from './render/scope.ts';
import type { Scope } from './render/scope.ts';
import { asIs, compileText, renderText } from './render/text.ts';
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
}

/** A request object: address, query, headers, body and credentials. */
export interface RequestParts {
  readonly verb: string;
  readonly url: CompiledUrl;
  readonly query: (scope: Scope) => string;
  readonly headers: ReturnType<typeof compileHeaders>;
  readonly body: ReturnType<typeof compileBody>;
  readonly auth: RenderAuth;
}

/** Compiles a request object: a method, or the login of a session. */
export function compileRequestParts(method: Json, frame: RequestFrame): RequestParts {
  const { document, names, notation, readerOf } = frame;
  const verb = jsonText(method, 'request_method') ?? 'GET';
  const parameters = jsonMember(method, 'request_parameters');
  const text = (template: string) => compileText(template, notation, readerOf);
  const escape = compileEscape(jsonMember(method, 'escape') ?? jsonMember(document, 'escape'));
  const tree = (guarded: boolean): TreeOptions => ({
    text,
    condition: (when) => compileCondition(when, names, readerOf),
    write: writeEscaped(escape, guarded),
  });
  const absolute = jsonText(method, 'request_url');
  const base = text(absolute ?? jsonText(document, 'resource_url') ?? '');
  const path = absolute === undefined ? text(jsonText(method, 'request_path') ?? '') : undefined;
  const headerLayers = [
    jsonMember(document, 'request_headers'),
    jsonMember(method, 'request_headers'),
  ];
  const contentType =
    jsonText(method, 'request_content_type') ?? headerTemplate(headerLayers, 'content-type');
  const typeText = contentType === undefined ? undefined : text(contentType);
  return {
    verb,
    url: compileUrl(base, path, writeEscaped(escape, true)),
    query: verb === 'GET' ? compileQuery(parameters, tree(true)) : () => '',
    headers: compileHeaders(headerLayers, text),
    body: compileBody({
      method: verb,
      parameters: verb === 'GET' ? undefined : parameters,
      contentType: (scope) =>
        typeText === undefined ? undefined : renderText(typeText, scope, asIs),
      tree: (body) => compileTree(body, tree(frame.guardsBody)),
    }),
    auth: frame.auth,
  };
}

function compileQuery(
  parameters: Json | undefined,
  options: TreeOptions,
): (scope: Scope) => string {
  if (jsonMembers(parameters).length === 0 || parameters === undefined) return () => '';
  const tree = compileTree(parameters, options);
  return (scope) => writePairs(flattenPairs(tree(scope)));
}

/** Fills a request; throws a `RenderStop` for what is missing, unsafe or of another origin. */
export function renderRequest(
  parts: RequestParts,
  origins: OriginPolicy,
  scope: Scope,
): RenderedRequest {
  const { nextUrl } = scope.context;
  const pieces = nextUrl === undefined ? firstUrl(parts, scope) : readWholeUrl(nextUrl, 'next_url');
  origins.check(pieces, scope);
  const credentials = parts.auth(scope);
  // A next link may repeat the key that the query of the first page had.
  const secrets = credentials.query.filter(
    (pair) => !pieces.query.some((present) => present.startsWith(`${writePairs([[pair[0], '']])}`)),
  );
  const query = secrets.length === 0 ? pieces.query : [...pieces.query, writePairs(secrets)];
  const body = parts.body(scope);
  const headers = [...parts.headers(scope), ...credentials.headers];
  return {
    method: parts.verb,
    url: writeUrl({ ...pieces, query }),
    // The body carries its own type, with the boundary where it has one.
    headers: body === undefined ? headers : headers.filter(([name]) => !isContentType(name)),
    ...(body === undefined ? {} : { body }),
  };
}

function isContentType(name: string): boolean {
  return name.toLowerCase() === 'content-type';
}

function firstUrl(parts: RequestParts, scope: Scope): UrlPieces {
  const pieces = parts.url.render(scope);
  const query = parts.query(scope);
  return query === '' ? pieces : { ...pieces, query: [...pieces.query, query] };
}

/** Renders in a fresh scope; what stops it becomes an answer. */
export function settleRequest(
  context: RenderContext,
  row: MethodRow | undefined,
  render: (scope: Scope) => RenderedRequest,
): RenderResult {
  const scope = createScope(context, row);
  try {
    return { status: 'request', request: render(scope), notes: scope.notes };
  } catch (err) {
    if (!(err instanceof RenderStop)) throw err;
    if (err.status === 'missing_value') return { status: 'missing_value', name: err.subject };
    return { status: 'unsafe_value', name: err.subject, message: err.message };
  }
}
