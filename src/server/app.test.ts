import { connect } from 'node:net';

import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { defineEndpoint } from '../contract/endpoint.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { noBody, noParams, noQuery } from '../contract/parts.ts';
import { PROBLEM_TYPE } from '../contract/problem.ts';
import { AppError } from '../errors/app-error.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { buildApp } from './app.ts';
import type { Access, Principal } from './principal.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const PRINCIPALS: Readonly<Record<string, Principal>> = {
  'admin-key': { keyId: 'k1', scope: 'admin' },
  'acme-key': { keyId: 'k2', scope: 'organization', organizationId: 'acme' },
  'pbx-key': { keyId: 'k3', scope: 'events', organizationId: 'acme', phoneSystemId: 'p1' },
};

const access: Access = {
  authenticate: async (key) => (Object.hasOwn(PRINCIPALS, key) ? PRINCIPALS[key] : undefined),
  organization: async (named) => {
    if (named === undefined) return { status: 'must_be_named' };
    return named === 'acme' ? { status: 'found', organizationId: 'acme' } : { status: 'unknown' };
  },
  organizationOfDomain: async () => ({ status: 'unknown' }),
};

const base = {
  resource: 'server',
  method: 'POST',
  path: '/v1/things',
  summary: 'Do a thing',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: noParams,
  query: noQuery,
  bodyKind: 'json',
  status: 200,
  problems: [],
} as const;

const echo = route(
  defineEndpoint({
    ...base,
    name: 'echo',
    body: z.strictObject({ id: z.union([z.string(), z.number()]), secret: z.string().optional() }),
    response: z.object({ id: z.union([z.string(), z.number()]), organization: z.string() }),
  }),
  async ({ body }, { scope }) => ({ body: { id: body.id, organization: scope().organizationId } }),
);

const failing = (err: unknown): Route =>
  route(
    defineEndpoint({
      ...base,
      name: 'fail',
      method: 'GET',
      path: '/v1/fail',
      body: noBody,
      bodyKind: 'none',
      response: noBody,
    }),
    () => Promise.reject(err),
  );

const apps: FastifyInstance[] = [];

function start(routes: readonly Route[], log: string[] = []): FastifyInstance {
  const app = buildApp({
    access,
    routes,
    logger: pino({ level: 'debug' }, { write: (line: string) => log.push(line) }),
    ids: createIds({ clock: systemClock, randomBytes: (size) => new Uint8Array(size) }),
    trustedProxies: [],
    https: false,
  });
  apps.push(app);
  return app;
}

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const json = { 'content-type': 'application/json', authorization: 'Bearer acme-key' };

describe('the key', () => {
  const cases: readonly [string, Record<string, string>, number, string][] = [
    ['no key', {}, 401, 'unauthorized'],
    ['an unknown key', { authorization: 'Bearer nope' }, 401, 'unauthorized'],
    ['another scheme', { authorization: 'Basic YTpi' }, 401, 'unauthorized'],
    ['a key of a lower scope', { authorization: 'Bearer pbx-key' }, 403, 'forbidden'],
    [
      'an admin key without organization',
      { authorization: 'Bearer admin-key' },
      400,
      'invalid_request',
    ],
    [
      'an admin key with an unknown organization',
      { authorization: 'Bearer admin-key', 'patchcord-organization': 'nobody' },
      404,
      'not_found',
    ],
    [
      'a key that names another organization',
      { authorization: 'Bearer acme-key', 'patchcord-organization': 'other' },
      404,
      'not_found',
    ],
  ];
  test.each(cases)('%s is refused', async (_name, headers, status, code) => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{"id":1}',
    });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain(PROBLEM_TYPE);
    expect(answer.json()).toMatchObject({ status, code, type: `urn:patchcord:problem:${code}` });
    expect(answer.json().request_id).toBe(answer.headers['x-request-id']);
  });

  test.each([
    ['of an organization', { authorization: 'bearer acme-key' }],
    [
      'of an admin who names it',
      { authorization: 'Bearer admin-key', 'patchcord-organization': 'acme' },
    ],
  ])('%s gives the organization', async (_name, headers) => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{"id":1}',
    });

    expect(answer.json()).toEqual({ id: 1, organization: 'acme' });
  });

  test('is checked before the body is read', async () => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: { 'content-type': 'application/json' },
      payload: 'x'.repeat(2 * 1024 * 1024),
    });

    expect(answer.statusCode).toBe(401);
  });
});

describe('the body', () => {
  test('keeps every digit of a long id', async () => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: json,
      payload: '{"id":1234567890123456789}',
    });

    expect(answer.json().id).toBe('1234567890123456789');
  });

  const cases: readonly [string, string, Record<string, string>, number, string][] = [
    ['not JSON', '{"id":', json, 400, 'invalid_request'],
    ['empty', '', json, 400, 'invalid_request'],
    [
      'of another type',
      'id=1',
      { ...json, 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['larger than 1 MiB', `{"id":"${'x'.repeat(1024 * 1024)}"}`, json, 413, 'payload_too_large'],
    ['with __proto__', '{"id":1,"__proto__":{"a":1}}', json, 400, 'invalid_request'],
    ['nested a hundred thousand deep', '['.repeat(100_000), json, 400, 'invalid_request'],
    ['with an unknown member', '{"id":1,"idd":2}', json, 400, 'invalid_request'],
    ['without a required member', '{}', json, 400, 'invalid_request'],
  ];
  test.each(cases)('%s is refused', async (_name, payload, headers, status, code) => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers,
      payload,
    });

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain(PROBLEM_TYPE);
    expect(answer.json().code).toBe(code);
  });

  test('that does not fit is told apart by member, without its value', async () => {
    const answer = await start([echo]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: json,
      payload: '{"id":1,"secret":{"hidden":"s3cret"}}',
    });

    expect(answer.json()).toMatchObject({
      detail: 'The body at /secret must be text, not an object.',
      errors: [{ in: 'body', path: '/secret', message: 'must be text, not an object' }],
    });
    expect(answer.body).not.toContain('s3cret');
  });
});

describe('a failure', () => {
  test('that nobody foresaw says only internal and the request id, and is logged', async () => {
    const log: string[] = [];
    const app = start([failing(new Error('the database password is x'))], log);
    const answer = await app.inject({ url: '/v1/fail', headers: json });

    expect(answer.statusCode).toBe(500);
    expect(answer.json().code).toBe('internal');
    expect(answer.body).not.toContain('password');
    expect(log.join('')).toContain(answer.json().request_id);
  });

  test('of the catalogue carries its status, findings and details', async () => {
    const findings = [
      {
        code: 'unknown_field',
        severity: 'error',
        path: '/x',
        line: 1,
        column: 2,
        message: 'No such field.',
      },
    ];
    const app = start([
      failing(new AppError('document_invalid', 'One error.', { details: { findings, limit: 3 } })),
    ]);
    const answer = await app.inject({ url: '/v1/fail', headers: json });

    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: 'document_invalid',
      detail: 'One error.',
      findings,
      details: { limit: 3 },
    });
  });

  test('of an answer that breaks the contract is ours', async () => {
    const broken = route(
      defineEndpoint({
        ...base,
        name: 'broken',
        body: z.unknown(),
        response: z.object({ n: z.number() }),
      }),
      async () => ({ body: JSON.parse('{"n":"text"}') }),
    );
    const answer = await start([broken]).inject({
      method: 'POST',
      url: '/v1/things',
      headers: json,
      payload: '{}',
    });

    expect(answer.json()).toMatchObject({ status: 500, code: 'internal' });
  });

  test.each([
    ['an unknown path', '/v1/nothing?key=1', 404, 'unknown_route'],
    ['a malformed escape', '/v1/%zz', 400, 'invalid_request'],
  ])('%s is a problem too', async (_name, url, status, code) => {
    const answer = await start([echo]).inject({ url, headers: json });

    expect(answer.headers['content-type']).toContain(PROBLEM_TYPE);
    expect(answer.json()).toMatchObject({ status, code });
  });
});

test('a body that is too large hears how large it may be', async () => {
  const payload = `{"id":"${'x'.repeat(1024 * 1024)}"}`;
  const answer = await start([echo]).inject({
    method: 'POST',
    url: '/v1/things',
    headers: json,
    payload,
  });

  expect(answer.json()).toMatchObject({ status: 413, detail: expect.stringContaining('1 MiB') });
});

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

function originOf(app: FastifyInstance): string {
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return `http://127.0.0.1:${address.port}`;
}

describe('every answer', () => {
  test('carries the security headers and an id of its own', async () => {
    const answer = await start([echo]).inject({
      url: '/v1/nothing',
      headers: { 'x-request-id': 'mine' },
    });

    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  test('is logged by the pattern of its route, never by its address', async () => {
    const log: string[] = [];
    const app = start([failing(new AppError('conflict', 'No.'))], log);
    await app.inject({ url: '/v1/fail?number=%2B442071838750', headers: json });

    expect(log.join('')).toContain('/v1/fail');
    expect(log.join('')).not.toContain('442071838750');
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
    const app = buildApp({
      access,
      routes: [{ endpoint: whoAsks, run: async () => ({ body: {} }) }],
      logger: pino({ level: 'silent' }),
      ids: createIds({ clock: systemClock, randomBytes: (size) => new Uint8Array(size) }),
      trustedProxies,
      https: false,
    });
    apps.push(app);
    app.addHook('onResponse', async (request) => {
      seen.push(request.ip);
    });
    await app.inject({ url: '/v1/who', headers: { 'x-forwarded-for': '203.0.113.9' } });

    expect(seen).toEqual([expected]);
  });
});
