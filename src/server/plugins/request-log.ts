import type { FastifyInstance } from 'fastify';

/** One line per request: the route's pattern, never the address itself, which may hold a number. */
export function addRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime),
        key_id: request.principal?.keyId,
        organization_id: request.organizationId,
      },
      'request answered',
    );
    done();
  });
}
