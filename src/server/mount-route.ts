import { Readable } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { AppError } from '../errors/app-error.ts';
import { authenticateFor } from './plugins/authenticate.ts';
import type { Access } from './principal.ts';
import type { RequestContext, Route } from './route.ts';

/** Puts a route of the contract on the server: key first, then body, then its handler. */
export function mountRoute(app: FastifyInstance, route: Route, access: Access): void {
  const { endpoint } = route;
  void app.register(async (scope) => {
    if (endpoint.bodyKind === 'stream') takeStreams(scope);
    scope.route({
      method: endpoint.method,
      // A GET answers HEAD with the same headers and no body (RFC 9110, section 9.3.2).
      exposeHeadRoute: endpoint.method === 'GET',
      url: endpoint.path.replaceAll(/\{(\w+)\}/gu, ':$1'),
      onRequest: authenticateFor(endpoint, access),
      handler: async (request, reply) => {
        const parts = {
          params: request.params,
          query: request.query,
          body: bodyOf(request, route),
        };
        const answer = await route.run(parts, contextOf(request, reply));
        void reply.code(endpoint.status).headers(answer.headers ?? {});
        return await send(reply, route, answer.body);
      },
    });
  });
}

async function send(reply: FastifyReply, route: Route, body: unknown): Promise<FastifyReply> {
  const { responseType, status } = route.endpoint;
  if (status === 204) return reply.send();
  if (responseType !== undefined) return reply.type(responseType).send(body);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
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

function contextOf(request: FastifyRequest, reply: FastifyReply): RequestContext {
  return {
    requestId: request.id,
    log: request.log,
    principal: request.principal,
    scope: () => {
      const { organizationId } = request;
      if (organizationId === undefined) throw new Error('This route has no organization.');
      return { organizationId };
    },
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    signal: goneSignal(reply),
  };
}

/** Aborts when the client goes away unanswered. Fastify's own also does once a body was read. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
