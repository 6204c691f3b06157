import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { makeSigningSecret, readSigningSecret } from './signing-secret.ts';

const of = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('a signing secret', () => {
  test('that is made is 32 random bytes, and reads as them', () => {
    const bytes = randomBytes(32);
    const secret = makeSigningSecret((size) => bytes.subarray(0, size));

    expect(secret).toBe(`whsec_${bytes.toString('base64')}`);
    expect(readSigningSecret(secret)).toEqual(bytes);
  });

  test.each([24, 25, 26, 63, 64])('of %d bytes is one, with or without its padding', (size) => {
    expect(readSigningSecret(of(size))).toEqual(Buffer.alloc(size, 7));
    expect(readSigningSecret(of(size).replace(/=+$/u, ''))).toEqual(Buffer.alloc(size, 7));
  });

  test.each([
    ['nothing', ''],
    ['23 bytes', of(23)],
    ['65 bytes', of(65)],
    ['another prefix', of(32).replace('whsec_', 'whsk_')],
    ['no prefix', of(32).slice(6)],
    ['blanks around it', ` ${of(32)} `],
    ['Base64url', `whsec_${'-_'.repeat(22)}`],
    ['bits beyond its bytes', `${of(25).slice(0, -3)}x==`],
    ['something behind it', `${of(32)}\n${of(32)}`],
  ])('is not %s', (_name, text) => {
    expect(readSigningSecret(text)).toBeUndefined();
  });
});
