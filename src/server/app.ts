import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Ids } from '../text/uuid.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import { mountRoute } from './mount-route.ts';
import { addClosing } from './plugins/closing.ts';
import { addJsonBodies, MAX_JSON_BYTES } from './plugins/json-body.ts';
import { answerMalformed } from './plugins/malformed-requests.ts';
import { addProblems, sendProblem } from './plugins/problems.ts';
import { addRequestLog } from './plugins/request-log.ts';
import { addSecurityHeaders } from './plugins/security-headers.ts';
import type { Access } from './principal.ts';
import type { Route } from './route.ts';

/** A client gets this long to send its headers, and a kept connection to begin the next request. */
const HEADERS_TIMEOUT_MS = 20_000;
/** A recording of 256 MiB at 1 MiB/s, and no more. */
const REQUEST_TIMEOUT_MS = 300_000;
/** The longest id that a path takes: 200 characters of three bytes each, percent-encoded. */
const MAX_PARAM_LENGTH = 1_800;

export interface TlsFiles {
  /** Certificate chain, PEM. */
  readonly cert: string;
  /** Its private key, PEM. */
  readonly key: string;
}

export interface AppDeps {
  readonly access: Access;
  readonly routes: readonly Route[];
  readonly idempotency?: Idempotency;
  readonly logger: FastifyBaseLogger;
  readonly ids: Ids;
  /** Addresses and ranges whose `X-Forwarded-*` is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[];
  /** True when people reach the server by https, by itself or through a proxy. */
  readonly https: boolean;
  /** TLS of our own. */
  readonly tls?: TlsFiles;
}

/** Assembles the HTTP server from its routes; it listens nowhere yet. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const timeouts = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: HEADERS_TIMEOUT_MS,
  };
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'request_id',
    }),
    genReqId: () => deps.ids.next(),
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
    bodyLimit: MAX_JSON_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    serverFactory: (handle) =>
      deps.tls === undefined
        ? createHttpServer(timeouts, handle)
        : createHttpsServer({ ...timeouts, ...deps.tls, minVersion: 'TLSv1.2' }, handle),
    clientErrorHandler: (err, socket) => {
      answerMalformed(err, socket, deps);
    },
    frameworkErrors: (err: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void sendProblem(err, request, reply);
    },
  });
  app.decorateRequest('principal', undefined);
  app.decorateRequest('organizationId', undefined);
  addProblems(
    app,
    deps.routes.map(({ endpoint }) => endpoint),
  );
  addSecurityHeaders(app, { https: deps.https });
  addClosing(app);
  addRequestLog(app);
  addJsonBodies(app);
  for (const route of deps.routes) mountRoute(app, route, deps);
  return app;
}
