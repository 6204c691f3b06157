import { expect, test } from 'vitest';

import { isForeignIssuer, refusalOf } from './redirect-answer.ts';

test.each([
  [{ error: 'access_denied' }, 'denied', 'The sign-in was declined at the CRM.'],
  [
    { error: 'server_error', error_description: 'Try later' },
    'failed',
    'The CRM failed during the sign-in: begin again. It says: "Try later"',
  ],
  [{ error: 'AADSTS65001' }, 'failed', 'The CRM refused the sign-in (AADSTS65001).'],
  [{ error: '__proto__' }, 'failed', 'The CRM refused the sign-in (__proto__).'],
  [{ error: '' }, 'failed', 'The CRM refused the sign-in.'],
])('a redirect with %o', (query, outcome, message) => {
  expect(refusalOf(query)).toEqual({ outcome, message });
});

test('a redirect without an error is no refusal', () => {
  expect(refusalOf({ code: 'c', state: 's' })).toBeUndefined();
});

test('words of a redirect can be no part of a page', () => {
  const words = `<img src=x onerror="alert('1')">&lt;\u0000\u202e\n${'a'.repeat(500)}`;

  const message = refusalOf({ error: 'access_denied', error_description: words })?.message ?? '';

  expect(message).not.toMatch(/[<>&'`\\\u0000\u202e\n]/);
  expect(message.length).toBeLessThan(260);
});

test.each([
  ['none is named', undefined, false],
  ['that of the sign-in page', 'https://login.crm.test', false],
  ['that of the sign-in page, with a tenant', 'https://login.crm.test/tenant', false],
  ['that of the token endpoint', 'https://api.crm.test', false],
  ['another', 'https://login.other.test', true],
  ['one that only begins like it', 'https://login.crm.test.evil.test', true],
  ['no URL', 'login.crm.test', true],
])('an issuer: %s', (_name, issuer, isForeign) => {
  const asked = {
    authorization_url: 'https://login.crm.test/authorize',
    token_url: 'https://api.crm.test/token',
  };

  expect(isForeignIssuer(issuer, asked)).toBe(isForeign);
});
