import { expect, test } from 'vitest';

import { ENDPOINTS } from './endpoints.ts';
import { keyWords } from './key-words.ts';
import { buildOpenApi, problemsOf } from './openapi.ts';

test.each([
  ['its scopes', { scopes: ['admin', 'events'] as const }, 'Scopes: `admin`, `events`.'],
  ['that none is asked for', { scopes: [] }, 'No key is asked for.'],
  ['where else it may stand', { scopes: [], ownKey: 'In the body.' }, 'In the body.'],
])('the key of a route is said by %s', (_name, endpoint, words) => {
  expect(keyWords(endpoint)).toBe(words);
});

test('no route that may refuse a key says that none is asked for', () => {
  const wrong = ENDPOINTS.filter(
    (endpoint) =>
      problemsOf(endpoint).includes('unauthorized') && keyWords(endpoint).startsWith('No key'),
  );

  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('OpenAPI says that the key of the webhook may stand in Authorization, or not', () => {
  const { paths } = buildOpenApi(ENDPOINTS, { version: '1.0.0' });

  expect(paths).toMatchObject({
    '/hooks/ringotel/{phone_system_id}': { post: { security: [{ key: [] }, {}] } },
    '/v1/calls': { get: { security: [{ key: [] }] } },
    '/livez': { get: { security: [] } },
  });
});
