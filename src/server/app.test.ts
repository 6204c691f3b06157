import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { defineEndpoint } from '../contract/endpoint.ts';
import { PROBLEM_TYPE } from '../contract/problem.ts';
import { AppError } from '../errors/app-error.ts';
import { route } from './route.ts';
import { base, createSmallApps, echo, failing, json } from './testing/small-app.ts';

const { start, close } = createSmallApps();
afterEach(close);

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
    const app = start([failing(new Error('the database password is x'))], { log });
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
    const app = start([failing(new AppError('conflict', 'No.'))], { log });
    await app.inject({ url: '/v1/fail?number=%2B442071838750', headers: json });

    expect(log.join('')).toContain('/v1/fail');
    expect(log.join('')).not.toContain('442071838750');
  });
});
