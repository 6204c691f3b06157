import { isJsonObject } from '../../json-value.ts';
import type { Json } from '../../json-value.ts';
import { checkHeaderValue } from '../headers.ts';
import { jsonChunks } from './json-chunks.ts';
import { multipartBody } from './multipart.ts';
import { flattenPairs, writePairs } from './pairs.ts';
import type { Rendered } from './rendered-tree.ts';
import type { RenderedBody } from '../request.ts';
import type { Scope } from '../scope.ts';
import { readValue } from '../../values/values.ts';

export type RenderBody = (scope: Scope) => RenderedBody | undefined;

const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';

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
    return writeBody(type, tree(scope), scope);
  };
}

function writeBody(contentType: string, rendered: Rendered, scope: Scope): RenderedBody {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') {
    return { contentType, chunks: [writePairs(flattenPairs(rendered))] };
  }
  if (mediaType === 'multipart/form-data') {
    const { boundary } = scope.context;
    return multipartBody(rendered, { contentType: mediaType, boundary, file: filePart(scope) });
  }
  return { contentType, chunks: jsonChunks(rendered) };
}

function filePart(scope: Scope): { filename: string; type: string } {
  const { file, values } = scope.context;
  const filename = String(readValue(values, 'filename') ?? file?.name ?? 'recording');
  const type = String(readValue(values, 'file_type') ?? file?.type ?? BYTES_TYPE);
  return { filename: filename.toWellFormed(), type: checkHeaderValue(type, 'file_type') };
}

function isEmptyObject(parameters: Json): boolean {
  return isJsonObject(parameters) && Object.keys(parameters).length === 0;
}
