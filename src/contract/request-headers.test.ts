import { describe, expect, test } from 'vitest';

import { takesIdempotencyKey } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import { problemsOf } from './openapi.ts';
import { requestHeadersOf } from './request-headers.ts';

const KEYED = ENDPOINTS.filter(takesIdempotencyKey);
describe('the headers of a request', () => {
  test('have an Idempotency-Key wherever a POST makes something', () => {
    const makers = ENDPOINTS.filter(({ method, status }) => method === 'POST' && status === 201);

    expect(makers.length).toBeGreaterThan(8);
    expect(makers.filter((endpoint) => !takesIdempotencyKey(endpoint))).toEqual([]);
  });

  test.each(KEYED.map((endpoint) => [endpoint.name, endpoint] as const))(
    '%s describes its Idempotency-Key, and answers JSON, which can be kept',
    (_name, endpoint) => {
      expect(requestHeadersOf(endpoint).map(({ name }) => name)).toContain('Idempotency-Key');
      expect(problemsOf(endpoint)).toContain('idempotency_key_reused');
      expect(endpoint.responseType).toBeUndefined();
    },
  );

  test.each([
    ['getConnection', ['If-None-Match']],
    ['updateConnection', ['If-Match']],
    ['putConnection', ['If-Match', 'If-None-Match']],
    ['createIntegrationVersion', ['If-Match', 'Idempotency-Key']],
    ['listConnections', []],
  ])('of %s are %j beside the organization', (name, headers) => {
    const endpoint = ENDPOINTS.find((one) => one.name === name);
    const found = endpoint === undefined ? [] : requestHeadersOf(endpoint);

    expect(found.map((header) => header.name)).toEqual(['Patchcord-Organization', ...headers]);
  });
});
