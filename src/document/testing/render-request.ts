import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../compile.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import type { RenderContext, RenderedRequest, RenderResult } from '../render/request.ts';
import type { Json, JsonObject } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import type { Values } from '../values/values.ts';
import { firstRequest } from '../method-requests.ts';

const phones = createPhoneNumbers();

export interface Rendering {
  readonly method?: MethodName;
  readonly values?: Values;
  readonly properties?: Readonly<Record<string, string>>;
  readonly context?: Partial<RenderContext>;
}

/** A document for a test: what is left out is filled in. */
export function documentOf(partial: JsonObject): CompiledDocument {
  return compileDocument(
    JSON.stringify({
      id: 'test',
      name: 'Test',
      class: 'crm',
      resource_url: 'https://crm.example',
      API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } },
      ...partial,
    }),
  );
}

/** The context of a connection in London. */
export function contextOf(options: Rendering): RenderContext {
  return {
    values: options.values ?? {},
    properties: options.properties ?? {},
    country: 'GB',
    timezone: 'Europe/London',
    phones,
    boundary: 'boundary0123456789',
    ...options.context,
  };
}

/** Renders one method of a document, `CreateActivity` unless told otherwise. */
export function renderDocument(partial: JsonObject, options: Rendering = {}): RenderResult {
  const document = documentOf(partial);
  const method = firstRequest(document, options.method ?? 'CreateActivity');
  if (method === undefined) throw new RangeError('the document of this test lacks the method');
  return method.render(contextOf(options));
}

/** The request of a rendering that must not stop. */
export function requestOf(result: RenderResult): RenderedRequest {
  if (result.status !== 'request') throw new TypeError(`no request: ${JSON.stringify(result)}`);
  return result.request;
}

/** The body as a text; a file in it as `<base64>` or `<bytes>`. */
export function bodyText(request: RenderedRequest): string {
  const chunks = request.body?.chunks ?? [];
  return chunks.map((chunk) => (typeof chunk === 'string' ? chunk : `<${chunk.file}>`)).join('');
}

/** Renders `request_parameters` as the JSON body of a POST, and reads it as the CRM does. */
export function renderBody(parameters: Json, options: Rendering & { document?: JsonObject } = {}) {
  const { document = {}, ...rest } = options;
  const method = { request_method: 'POST', request_path: '/calls', request_parameters: parameters };
  const API = { [options.method ?? 'CreateActivity']: method };
  const result = renderDocument({ ...document, API }, rest);
  const parsed: unknown = JSON.parse(bodyText(requestOf(result)));
  return parsed;
}

/** The URL of a GET of this path. */
export function renderPath(path: string, options: Rendering & { document?: JsonObject } = {}) {
  const { document = {}, ...rest } = options;
  const method = { request_method: 'GET', request_path: path };
  const API = { [options.method ?? 'CreateActivity']: method };
  const result = renderDocument({ ...document, API }, rest);
  return result.status === 'request' ? result.request.url : result;
}
