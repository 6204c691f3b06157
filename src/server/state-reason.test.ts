import { expect, test } from 'vitest';

import { reasonOf } from './state-reason.ts';

test.each([
  ['person', /POST …\/sign-in gives the page/, /PATCH/],
  ['credentials', /PATCH the credentials/, /sign-in/],
] as const)('a connection in which %s signs in names that cure alone', (by, cure, other) => {
  const reason = reasonOf({ state: 'needs_auth', state_reason: 'The CRM says no' }, by);

  expect(reason).toMatch(/^The CRM says no\. /);
  expect(reason).toMatch(cure);
  expect(reason).not.toMatch(other);
});

test('a quoted sentence of the CRM gets no second full stop', () => {
  const row = { state: 'needs_auth', state_reason: 'It says: "The token has expired."' } as const;

  expect(reasonOf(row, 'credentials')).toMatch(/expired\." PATCH/);
});

test('a connection that works has no reason', () => {
  expect(reasonOf({ state: 'active', state_reason: null }, 'person')).toBeNull();
});
