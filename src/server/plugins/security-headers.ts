import type { FastifyInstance } from 'fastify';

const ONE_YEAR_S = 31_536_000;

/**
 * Headers of every answer: nothing here is a page to be framed, guessed or kept. Strict transport
 * security only where the server is reached by https (RFC 6797, section 7.2).
 */
export function addSecurityHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const headers = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    ...(options.https ? { 'strict-transport-security': `max-age=${ONE_YEAR_S}` } : {}),
  };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).headers(headers);
    done();
  });
}
