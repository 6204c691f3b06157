import type { FastifyInstance } from 'fastify';

import { AppError } from '../../errors/app-error.ts';

/** While the server stops, requests that still come over open connections are sent elsewhere. */
export function addClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onRequest', (_request, reply, done) => {
    if (!closing) {
      done();
      return;
    }
    void reply.header('connection', 'close');
    done(new AppError('unavailable', 'The server is stopping; send the request again.'));
  });
}
