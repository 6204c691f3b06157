import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from '../../runtime/testing/fake-crm.ts';

/** How the CRM answers a create: it repeats all it was sent each time. */
export const MODES = ['accept', 'refuse', 'fail', 'page', 'unauthorized', 'forbidden'];

/** Starts a CRM that repeats whatever it is sent; the tokens of its sign-ins are made by `secret`. */
export function startEchoingCrm(secret: () => string): Promise<FakeCrm> {
  return startFakeCrm({
    handler: (request, response) => {
      if (request.path === '/token') {
        const access = secret();
        const refresh = secret();
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            access_token: access,
            refresh_token: refresh,
            token_type: 'Bearer',
            expires_in: 3600,
            id_token: request.body.toString(),
          }),
        );
      } else echo(request, response);
      return true;
    },
  });
}

/** Answers with everything that was sent, in several forms, as a careless CRM does. */
function echo(request: FakeRequest, response: ServerResponse): void {
  const sent = JSON.stringify({
    url: request.url,
    headers: request.headers,
    body: request.body.toString(),
  });
  const repeated = {
    message: `not accepted: ${sent}`,
    base64: Buffer.from(sent).toString('base64'),
    hex: Object.values(request.headers).map((value) => Buffer.from(value).toString('hex')),
    encoded: Object.values(request.headers).map((value) => encodeURIComponent(value)),
  };
  const mode = request.path === '/calls' ? (request.headers['x-mode'] ?? '') : 'accept';
  const status =
    { refuse: 422, fail: 500, unauthorized: 401, forbidden: 403 }[mode] ??
    (request.path === '/calls' ? 201 : 200);
  const id = createHash('sha256').update(request.body).digest('hex').slice(0, 8);
  const page = `<!doctype html><title>Sorry</title><pre>${sent}</pre>`;
  const body =
    mode === 'page'
      ? page
      : JSON.stringify({ id, contacts: [], users: [{ id: '11', name: 'Ada' }], ...repeated });
  response.writeHead(status, {
    'content-type': mode === 'page' ? 'text/html' : 'application/json',
    'x-echo': Buffer.from(request.headers['authorization'] ?? '').toString('base64'),
  });
  response.end(body);
}
