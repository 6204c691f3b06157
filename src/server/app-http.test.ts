import { connect } from 'node:net';

import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { defineEndpoint } from '../contract/endpoint.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { noBody } from '../contract/parts.ts';
import { PROBLEM_TYPE } from '../contract/problem.ts';
import { route } from './route.ts';
import { base, createSmallApps, echo, json } from './testing/small-app.ts';

const { start, close } = createSmallApps();
afterEach(close);

describe('a method', () => {
  const one = route(
    defineEndpoint({
      ...base,
      name: 'one',
      method: 'GET',
      path: '/v1/things/{id}',
      params: z.object({ id: z.string() }),
      body: noBody,
      bodyKind: 'none',
      response: z.object({ id: z.string() }),
    }),
    async ({ params }) => ({ body: { id: params.id }, headers: { etag: '"1"' } }),
  );

  test('that is known to Fastify alone is the fault of the client', async () => {
    const answer = await start([one]).inject({
      method: 'QUERY',
      url: '/v1/things/a',
      headers: { authorization: json.authorization },
    });

    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('HEAD answers as GET does, without the body', async () => {
    const app = start([echo, one]);
    const get = await app.inject({ url: '/v1/things/7', headers: json });
    const head = await app.inject({ method: 'HEAD', url: '/v1/things/7', headers: json });

    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'cache-control']) {
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    }
  });

  test('HEAD needs the key that GET needs', async () => {
    const head = await start([one]).inject({ method: 'HEAD', url: '/v1/things/7' });

    expect([head.statusCode, head.body]).toEqual([401, '']);
  });

  test.each([
    ['DELETE', '/v1/things?x=1', 'POST'],
    ['OPTIONS', '/v1/things', 'POST'],
    ['HEAD', '/v1/things', 'POST'],
    ['PUT', '/v1/things/7', 'GET, HEAD'],
    ['PROPFIND', '/v1/things/7', 'GET, HEAD'],
  ])('%s of %s is refused and the others are named', async (method, url, allow) => {
    const app = start([echo, one]);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${originOf(app)}${url}`, { method });
    const body = await answer.text();

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-type')).toContain(PROBLEM_TYPE);
    expect(body.includes('"method_not_allowed"')).toBe(method !== 'HEAD');
  });

  test.each([['GET'], ['OPTIONS'], ['POST'], ['HEAD']] as const)(
    '%s of a path that no route has is not found',
    async (method) => {
      const answer = await start([echo, one]).inject({ method, url: '/v1/things/7/more' });

      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain(PROBLEM_TYPE);
    },
  );
});

describe('what is no HTTP', () => {
  test.each([
    ['a foreign protocol', 'EHLO patchcord\r\n\r\n', 400, 'invalid_request'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      413,
      'payload_too_large',
    ],
  ])('such as %s is answered with a problem and hung up on', async (_name, text, status, code) => {
    const app = start([echo]);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect(Number(new URL(originOf(app)).port), '127.0.0.1');
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(Buffer.from(chunk));
    const answer = Buffer.concat(chunks).toString('utf8');

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(answer).toContain(PROBLEM_TYPE);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
  });
});

describe('a forwarded address', () => {
  const whoAsks: Endpoint = defineEndpoint({
    ...base,
    name: 'who',
    method: 'GET',
    path: '/v1/who',
    scopes: [],
    within: 'server',
    body: noBody,
    bodyKind: 'none',
    response: z.object({}),
  });

  test.each([
    ['is not believed by default', [], '127.0.0.1'],
    ['is believed from a trusted proxy', ['127.0.0.1'], '203.0.113.9'],
  ])('%s', async (_name, trustedProxies, expected) => {
    const seen: string[] = [];
    const app = start([{ endpoint: whoAsks, run: async () => ({ body: {} }) }], { trustedProxies });
    app.addHook('onResponse', async (request) => {
      seen.push(request.ip);
    });
    await app.inject({ url: '/v1/who', headers: { 'x-forwarded-for': '203.0.113.9' } });

    expect(seen).toEqual([expected]);
  });
});

function originOf(app: FastifyInstance): string {
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return `http://127.0.0.1:${address.port}`;
}
