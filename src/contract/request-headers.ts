import { takesIdempotencyKey } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { ORGANIZATION_HEADER } from './parts.ts';

/** A header that a route reads, beside `Authorization` and those of the body. */
export interface RequestHeader {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
}

/** The headers that a route reads, as its members say. */
export function requestHeadersOf(endpoint: Endpoint): readonly RequestHeader[] {
  const { etag, method } = endpoint;
  const headers: RequestHeader[] = [];
  const add = (name: string, description: string, required = false): void => {
    headers.push({ name, required, description });
  };
  if (endpoint.within === 'organization' && endpoint.scopes.includes('admin')) {
    add(
      ORGANIZATION_HEADER,
      'For an admin key: the organization. Needed when there is more than one.',
    );
  }
  if (etag === 'required') add('If-Match', 'ETag of the state that is changed.', true);
  if (etag === 'optional') {
    add('If-Match', 'ETag of the state that is changed: another state is not changed.');
  }
  if (endpoint.creates === true) {
    add('If-None-Match', '`*`: only make it; what is there already is not changed.');
  }
  if (etag === 'read' && method === 'GET') {
    add('If-None-Match', 'ETag that is known: 304 without a body while it is still so.');
  }
  if (takesIdempotencyKey(endpoint)) {
    add(
      'Idempotency-Key',
      'A text of your own for this request, for example a UUID. The same request with the same key gives the first answer again within 24 hours, with `Idempotency-Replayed: true`, and does nothing twice.',
    );
  }
  if (endpoint.signed === true) {
    add(
      'webhook-id',
      'Of a signed request: an id of your own, 1 to 200 characters. A further try has the same id and the same body.',
    );
    add('webhook-timestamp', 'When this try was sent, in seconds since 1970: within 5 minutes.');
    add(
      'webhook-signature',
      '`v1,` and Base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}` (Standard Webhooks); several with spaces between them.',
    );
  }
  return headers;
}
