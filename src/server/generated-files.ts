import { ENDPOINTS } from '../contract/endpoints.ts';
import { apiReference } from '../contract/reference.ts';
import { openApiOptions } from './openapi-options.ts';

/** The reference page of the HTTP API. */
export function generatedFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [{ path: 'docs/reference/api.md', text: apiReference(ENDPOINTS, openApiOptions('')) }];
}
