import { compileBinding } from './bind/compile-binding.ts';
import type { CompiledMethod } from './compiled-document.ts';
import { jsonMember, jsonMembers, jsonText } from './json-value.ts';
import type { Json } from './json-value.ts';
import { methodRow } from './methods.ts';
import type { MethodName, MethodRow } from './methods.ts';
import { withMovingNames } from './names/names.ts';
import type { Names } from './names/names.ts';
import type { OriginPolicy } from './render/url/origins.ts';
import { readPagingRule } from './paging/paging-rule.ts';
import type { RenderAuth } from './render/auth.ts';
import { compileBody } from './render/body/body.ts';
import { compileCondition } from './render/condition.ts';
import { compileEscape } from './render/escapes.ts';
import { writeEscaped } from './render/quote-guard.ts';
import { compileHeaders, headerTemplate } from './render/headers.ts';
import { flattenPairs, writePairs } from './render/body/pairs.ts';
import type { ReaderOf } from './render/name-reader.ts';
import type { ReaderTable } from './render/name-readers.ts';
import type { RenderContext, RenderedRequest, RenderResult } from './render/request.ts';
import { createScope } from './render/scope.ts';
import type { Scope } from './render/scope.ts';
import { RenderStop } from './render/render-stop.ts';
import { asIs, compileText, renderText } from './render/text.ts';
import { compileTree } from './render/body/compile-tree.ts';
import type { TreeOptions } from './render/body/compile-tree.ts';
import { compileUrl, readWholeUrl, writeUrl } from './render/url/url.ts';
import type { CompiledUrl, UrlPieces } from './render/url/url.ts';
import type { Notation } from './templates/template.ts';

/** What all methods of a document share. */
export interface MethodFrame {
  readonly document: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly readers: ReaderTable;
  readonly auth: RenderAuth;
  /** Adds the defaults of properties. */
  readonly complete: (context: RenderContext) => RenderContext;
}

/** A method whose URL is known, before the origins of the whole document are. */
export interface MethodDraft {
  readonly url: CompiledUrl;
  finish(origins: OriginPolicy, unsupported: readonly string[]): CompiledMethod;
}

/** Compiles one method object; what it renders is decided here, once. */
export function compileMethod(name: MethodName, method: Json, frame: MethodFrame): MethodDraft {
  const row = methodRow(name);
  const paging = jsonMember(method, 'paging');
  const readerOf = frame.readers.at(paging === undefined ? 'request' : 'paging');
  const names = paging === undefined ? frame.names : withMovingNames(frame.names);
  const parts = compileParts(method, row, { ...frame, names, readerOf });
  const bind = compileBinding(jsonMember(method, 'response_map'), {
    method: name,
    names: frame.names,
    notation: frame.notation,
    paging: paging !== undefined,
  });
  const rule = paging === undefined ? undefined : readPagingRule(paging);
  return {
    url: parts.url,
    finish: (origins, unsupported) => ({
      name,
      unsupported,
      bind,
      ...(rule === undefined ? {} : { paging: rule }),
      render: (context) =>
        settle(frame.complete(context), row, (scope) => renderRequest(parts, origins, scope)),
    }),
  };
}

interface Parts {
  readonly verb: string;
  readonly url: CompiledUrl;
  readonly query: (scope: Scope) => string;
  readonly headers: ReturnType<typeof compileHeaders>;
  readonly body: ReturnType<typeof compileBody>;
  readonly auth: RenderAuth;
}

function compileParts(
  method: Json,
  row: MethodRow,
  frame: MethodFrame & { readonly readerOf: ReaderOf },
): Parts {
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
      tree: (body) => compileTree(body, tree(row.kind !== 'write')),
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

function renderRequest(parts: Parts, origins: OriginPolicy, scope: Scope): RenderedRequest {
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

function firstUrl(parts: Parts, scope: Scope): UrlPieces {
  const pieces = parts.url.render(scope);
  const query = parts.query(scope);
  return query === '' ? pieces : { ...pieces, query: [...pieces.query, query] };
}

function settle(
  context: RenderContext,
  row: MethodRow,
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
