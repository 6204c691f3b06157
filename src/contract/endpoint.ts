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
  /** True when a read answers with an ETag, or a change asks for If-Match. */
  readonly etag?: 'read' | 'required';
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

/** The problems that every route with a key may answer. */
export const COMMON_PROBLEMS: readonly ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'internal',
];

/** The problems that every route without a key may answer. */
export const KEYLESS_PROBLEMS: readonly ErrorCode[] = ['invalid_request', 'internal'];
