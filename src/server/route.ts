import type { FastifyBaseLogger } from 'fastify';
import type * as z from 'zod';

import type { Endpoint } from '../contract/endpoint.ts';
import { AppError } from '../errors/app-error.ts';
import type { Principal } from './principal.ts';
import { parsePart } from './parse-part.ts';

/** What a handler may know of the request beside its parsed parts. */
export interface RequestContext {
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
  /** Undefined on routes that ask for no key. */
  readonly principal: Principal | undefined;
  /** The organization of the key or of the header; throws on routes within `server`. */
  readonly scope: () => { readonly organizationId: string };
  readonly header: (name: string) => string | undefined;
  /** The body as it came, where the request has the header `webhook-signature`. */
  readonly rawBody: Uint8Array | undefined;
  /** GET, or HEAD of the same address. */
  readonly method: string;
  /** Aborts when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
}

export interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

export interface Answer<T> {
  readonly body: T;
  readonly headers?: Readonly<Record<string, string>>;
  /** Revision of the object, where it has one: part of the ETag. */
  readonly revision?: number;
  /** True when a PUT made the object: it is answered with 201. */
  readonly created?: boolean;
  /** Of a POST that `finds`, or of an answer with a part of a file or with none of what was asked for. */
  readonly status?: 200 | 206 | 416;
  /** Where to go on instead, on routes that redirect: 303. */
  readonly seeOther?: string;
}

/** An endpoint with its handler; `run` parses, handles and checks the answer against the contract. */
export interface Route {
  readonly endpoint: Endpoint;
  run(parts: RawParts, context: RequestContext): Promise<Answer<unknown>>;
}

export interface RawParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Binds a handler to an endpoint of the contract. The route rejects with `invalid_request` when a
 * part of the request does not fit, and with `internal` when the handler's answer does not.
 */
export function route<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: (input: Input<P, Q, B>, context: RequestContext) => Promise<Answer<z.input<R>>>,
): Route {
  return {
    endpoint,
    run: async (parts, context) => {
      const answer = await handle(
        {
          params: parsePart('path', endpoint.params, parts.params),
          query: parsePart('query', endpoint.query, parts.query),
          body: parsePart('body', endpoint.body, parts.body),
        },
        context,
      );
      const checked = endpoint.response.safeParse(answer.body);
      if (!checked.success) {
        throw new AppError(
          'internal',
          `The answer of ${endpoint.name} does not fit the contract.`,
          {
            cause: checked.error,
          },
        );
      }
      return { ...answer, body: checked.data };
    },
  };
}
