import type * as z from 'zod';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { Resource } from './resources.ts';

/** What a key may do: `admin` runs the server, `organization` one organization, `events` one phone system. */
export type Scope = 'admin' | 'organization' | 'events';

/**
 * What a route works on. `server`: nothing of an organization. `organization`: the organization of
 * the key, or for an admin key the one of the header. `phone_system`: the phone system of the key.
 */
export type Within = 'server' | 'organization' | 'phone_system';

/** One route of the HTTP API as data: the server, OpenAPI and the reference page are made from it. */
export interface Endpoint<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  /** Unique; the `operationId`. */
  readonly name: string;
  readonly resource: Resource;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `{name}` for each member of `params`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Keys of which scopes may call; empty: no key is asked for here. */
  readonly scopes: readonly Scope[];
  /** Of a route that looks for its key itself: which one, and where it may stand. */
  readonly ownKey?: string;
  readonly within: Within;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** `stream`: any media type, handed over as it arrives. `none`: the route takes no body. */
  readonly bodyKind: 'none' | 'json' | 'stream';
  /** Status of the ordinary answer. */
  readonly status: 200 | 201 | 202 | 204;
  readonly response: R;
  /** Media type of the answer; JSON unless said. */
  readonly responseType?: string;
  /** True for a PUT that answers 201 when it made the object. */
  readonly creates?: true;
  /** True for a POST that answers 200 when what it would make was there. */
  readonly finds?: true;
  /**
   * `read`: the answer has an ETag. `optional`, `required`: a change that also takes or asks for
   * If-Match; one that `creates` takes `If-None-Match: *`, too.
   */
  readonly etag?: 'read' | 'optional' | 'required';
  /** True for a POST that takes no Idempotency-Key: a repeat changes nothing, or is what is wanted. */
  readonly repeatable?: true;
  /** True where the key of a shared phone system may come; `domain` in the query names the organization. */
  readonly routed?: true;
  /** True where the body may be signed by Standard Webhooks. */
  readonly signed?: true;
  /** True where a part may be asked for by Range: 206, or 416. */
  readonly ranges?: true;
  /** True for a GET that is good once: HEAD, with which programs look at links beforehand, is refused. */
  readonly once?: true;
  /** True where the answer may be 303 with another address instead. */
  readonly redirects?: true;
  /** Problems beside those that any route may answer (see `COMMON_PROBLEMS`). */
  readonly problems: readonly ErrorCode[];
}

/** Keeps the types of the schemas of one endpoint. */
export function defineEndpoint<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
>(endpoint: Endpoint<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return endpoint;
}

/** True when a POST takes an Idempotency-Key: it has a key, and a repeat of it would do more. */
export function takesIdempotencyKey(
  endpoint: Pick<Endpoint, 'method' | 'scopes' | 'repeatable'>,
): boolean {
  return endpoint.method === 'POST' && endpoint.scopes.length > 0 && endpoint.repeatable !== true;
}

/** The problems of a request with an Idempotency-Key. */
export const IDEMPOTENCY_PROBLEMS: readonly ErrorCode[] = [
  'idempotency_key_in_use',
  'idempotency_answer_lost',
  'idempotency_key_reused',
];

/** The problems that every route with a key may answer. */
export const COMMON_PROBLEMS: readonly ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'organization_suspended',
  'internal',
];

/** The problems that every route without a key may answer. */
export const KEYLESS_PROBLEMS: readonly ErrorCode[] = ['invalid_request', 'internal'];
