import { describe, expect, test } from 'vitest';

import { createCanaryFinder } from './canary-finder.ts';

const SECRET = 'kQ9+/x "T&%7zLm2é0vWc';
const find = createCanaryFinder([SECRET, 'aaaaBBBBccccDDDD1234']);
const bytes = Buffer.from(SECRET);

describe('the search for canaries', () => {
  test.each<[string, string]>([
    ['plain', SECRET],
    ['in JSON', JSON.stringify({ text: `a ${SECRET}` })],
    ['in a query', `?token=${encodeURIComponent(SECRET)}&x=1`],
    ['in a form', new URLSearchParams({ password: SECRET }).toString()],
    ['in hex', bytes.toString('hex')],
    ['in capital hex', bytes.toString('hex').toUpperCase()],
    ['in Base64', bytes.toString('base64')],
    ['in Base64url', bytes.toString('base64url')],
    ['in Base64 behind one character', Buffer.from(`u:${SECRET}:`).toString('base64')],
    ['in Base64 behind two', Buffer.from(`uu:${SECRET}::`).toString('base64')],
    ['in Base64 behind three', Buffer.from(`user:${SECRET}`).toString('base64')],
    ['in bytes', Buffer.from(`\u0000${SECRET}\u0000`).toString('latin1')],
  ])('finds one %s', (_name, text) => {
    expect(find(`before ${text} behind`).map(({ secret }) => secret)).toContain(SECRET);
  });

  test('finds nothing in a text without any', () => {
    expect(find(`${SECRET.slice(1)} ${SECRET.slice(0, -1)}`)).toEqual([]);
  });
});
