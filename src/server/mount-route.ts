import { Readable } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { takesIdempotencyKey } from '../contract/endpoint.ts';
import { AppError } from '../errors/app-error.ts';
import { etagOf, isKnown } from './conditions.ts';
import type { Idempotency, KeyedRequest } from './idempotency/idempotency.ts';
import { IDEMPOTENCY_HEADER, readIdempotencyKey } from './idempotency/read-idempotency-key.ts';
import type { KeptAnswer } from './idempotency/sealed-record.ts';
import { authenticateFor } from './plugins/authenticate.ts';
import type { Access } from './principal.ts';
import type { Answer, RawParts, RequestContext, Route } from './route.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export interface MountDeps {
  readonly access: Access;
  /** Without it an Idempotency-Key is not looked at. */
  readonly idempotency?: Idempotency | undefined;
}

/**
 * Puts a route of the contract on the server: API key first, then body, then its handler. What
 * holds for every route is done here: Idempotency-Key, ETag, 304.
 */
export function mountRoute(app: FastifyInstance, route: Route, deps: MountDeps): void {
  const { endpoint } = route;
  void app.register(async (scope) => {
    if (endpoint.bodyKind === 'stream') takeStreams(scope);
    scope.route({
      method: endpoint.method,
      // A GET answers HEAD with the same headers and no body (RFC 9110, section 9.3.2).
      exposeHeadRoute: endpoint.method === 'GET' && endpoint.once !== true,
      url: endpoint.path.replaceAll(/\{(\w+)\}/gu, ':$1'),
      onRequest: authenticateFor(endpoint, deps.access),
      handler: async (request, reply) => {
        const parts = {
          params: request.params,
          query: request.query,
          body: bodyOf(request, route),
        };
        const context = new OpenRequest(request, reply);
        const key = takesIdempotencyKey(endpoint)
          ? readIdempotencyKey(context.header(IDEMPOTENCY_HEADER))
          : undefined;
        if (key === undefined || deps.idempotency === undefined) {
          return await send(reply, route, headed(route, await route.run(parts, context)));
        }
        const { answer, replayed } = await deps.idempotency.run(
          keyed(request, { key, route, parts }),
          async () => toKept(route, headed(route, await route.run(parts, context))),
        );
        if (replayed) void reply.header('idempotency-replayed', 'true');
        return await sendKept(reply, answer);
      },
    });
  });
}

/** An answer with its status and, where the contract says so, its ETag. */
interface HeadedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function headed({ endpoint }: Route, answer: Answer<unknown>): HeadedAnswer {
  const etag = endpoint.etag === undefined ? {} : { etag: etagOf(answer.body, answer.revision) };
  if (answer.seeOther !== undefined && endpoint.redirects === true) {
    return { status: 303, headers: { ...answer.headers, location: answer.seeOther }, body: '' };
  }
  return {
    status: answer.status ?? (answer.created === true ? 201 : endpoint.status),
    headers: { ...answer.headers, ...etag },
    body: answer.body,
  };
}

async function send(
  reply: FastifyReply,
  { endpoint }: Route,
  { status, headers, body }: HeadedAnswer,
): Promise<FastifyReply> {
  void reply.code(status).headers(headers);
  const { etag } = headers;
  const ifNoneMatch = reply.request.headers['if-none-match'];
  if (
    endpoint.method === 'GET' &&
    etag !== undefined &&
    ifNoneMatch !== undefined &&
    isKnown(ifNoneMatch, etag)
  ) {
    return reply.code(304).send();
  }
  if (status === 204) return reply.send();
  if (endpoint.responseType !== undefined) {
    return reply.type(headers['content-type'] ?? endpoint.responseType).send(body);
  }
  return reply.type(JSON_TYPE).send(JSON.stringify(body));
}

function keyed(
  request: FastifyRequest,
  of: { readonly key: string; readonly route: Route; readonly parts: RawParts },
): KeyedRequest {
  const { key, parts } = of;
  const { method, path } = of.route.endpoint;
  return {
    ...parts,
    key,
    apiKeyId: request.principal?.keyId ?? '',
    organizationId: request.organizationId,
    route: `${method} ${path}`,
  };
}

function toKept({ endpoint }: Route, { status, headers, body }: HeadedAnswer): KeptAnswer {
  const none = endpoint.status === 204 || body === undefined;
  return { status, headers: { ...headers }, ...(none ? {} : { body: JSON.stringify(body) }) };
}

async function sendKept(reply: FastifyReply, { status, headers, body }: KeptAnswer) {
  void reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type(JSON_TYPE).send(body);
}

function takeStreams(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => {
    done(null, payload);
  });
}

function bodyOf(request: FastifyRequest, route: Route): unknown {
  switch (route.endpoint.bodyKind) {
    case 'none':
      return undefined;
    case 'json':
      if (request.body === undefined) {
        throw new AppError('invalid_request', 'The body is empty; this route needs JSON.');
      }
      return request.body;
    case 'stream':
      // Without a Content-Type no parser runs and the bytes still wait in the raw request.
      return request.body instanceof Readable ? request.body : request.raw;
  }
}

/**
 * A class, since V8 gives each object with a getter of its own a hidden class of its own: they took
 * half the time of a small answer.
 */
class OpenRequest implements RequestContext {
  readonly requestId: string;
  readonly log: RequestContext['log'];
  readonly principal: RequestContext['principal'];
  readonly rawBody: Uint8Array | undefined;
  readonly method: string;
  readonly scope: RequestContext['scope'];
  readonly header: RequestContext['header'];
  readonly #reply: FastifyReply;
  #gone: AbortSignal | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.requestId = request.id;
    this.log = request.log;
    this.principal = request.principal;
    this.rawBody = request.rawBody;
    this.method = request.method;
    this.scope = () => {
      const { organizationId } = request;
      if (organizationId === undefined) throw new Error('This route has no organization.');
      return { organizationId };
    };
    this.header = (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    this.#reply = reply;
  }

  /** Few routes wait for anybody. */
  get signal(): AbortSignal {
    return (this.#gone ??= goneSignal(this.#reply));
  }
}

/** Aborts when the client goes away unanswered. Fastify's own also does once a body was read. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  if (reply.raw.destroyed && !reply.raw.writableFinished) controller.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
