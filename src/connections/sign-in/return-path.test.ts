import { expect, test } from 'vitest';

import { isReturnPath } from './return-path.ts';

test.each([
  '/',
  '/connections/42',
  '/connections/42?tab=sign-in#top',
  '/a//b',
  '/v1beta',
  '/a?b=/v1/x',
  '/a.b/..c?d=/../e',
])('a browser may be sent back to %s', (path) => {
  expect(isReturnPath(path)).toBe(true);
});

test.each([
  '',
  'connections',
  '//evil.test',
  '/\\evil.test',
  '/a\\..\\evil.test',
  'https://evil.test/',
  'javascript:alert(1)',
  '/\t/evil.test',
  '/\n//evil.test',
  ' /a',
  `/${'a'.repeat(2_000)}`,
  '/v1/reference',
  '/v1',
  '/v1?a',
  '/a/../v1/reference',
  '/./v1/reference',
  '/a/%2E%2e/v1/reference',
  '/hooks/ringotel/1',
])('a browser is not sent to %j', (path) => {
  expect(isReturnPath(path)).toBe(false);
});
