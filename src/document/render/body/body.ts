import { isJsonObject } from '../../json-value.ts';
import type { Json } from '../../json-value.ts';
import { checkHeaderValue } from '../headers.ts';
import { filePart } from './file-part.ts';
import { jsonChunks } from './json-chunks.ts';
import { noteEmptied } from './lost-content.ts';
import { multipartBody } from './multipart.ts';
import { flattenPairs, writePairs } from './pairs.ts';
import type { Rendered } from './rendered-tree.ts';
import type { RenderedBody } from '../request.ts';
import type { Scope } from '../scope.ts';

export type RenderBody = (scope: Scope) => RenderedBody | undefined;

const JSON_TYPE = 'application/json';

/**
 * Compiles the body of a request: form and multipart by their content type, all else JSON. A
 * request without `request_parameters` has none, nor has a DELETE whose parameters are empty.
 */
export function compileBody(options: {
  readonly method: string;
  readonly parameters: Json | undefined;
  /** As written in the document; JSON where it has no value. */
  readonly contentType: (scope: Scope) => string | undefined;
  readonly tree: (parameters: Json) => (scope: Scope) => Rendered;
}): RenderBody {
  const { method, parameters, contentType } = options;
  if (parameters === undefined || (method === 'DELETE' && isEmptyObject(parameters))) {
    return () => undefined;
  }
  const tree = options.tree(parameters);
  return (scope) => {
    const type = checkHeaderValue(contentType(scope) ?? JSON_TYPE, 'request_content_type');
    const rendered = tree(scope);
    noteEmptied(scope, rendered);
    return writeBody(type, rendered, scope);
  };
}

/** The media type of a content type, without parameters, in lower case. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function writeBody(contentType: string, rendered: Rendered, scope: Scope): RenderedBody {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === 'application/x-www-form-urlencoded') {
    return { contentType, chunks: [writePairs(flattenPairs(rendered))] };
  }
  if (mediaType === 'multipart/form-data') {
    const { boundary } = scope.context;
    return multipartBody(rendered, { contentType: mediaType, boundary, file: filePart(scope) });
  }
  return { contentType, chunks: jsonChunks(rendered) };
}

function isEmptyObject(parameters: Json): boolean {
  return isJsonObject(parameters) && Object.keys(parameters).length === 0;
}
