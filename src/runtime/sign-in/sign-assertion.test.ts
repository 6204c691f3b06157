import { constants, createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

import { expect, test } from 'vitest';

import type { SignInAssertion } from '../../document/compiled-document.ts';
import { signAssertion } from './sign-assertion.ts';

const NOW = 1_700_000_000_000;
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const p256 = ecPair('P-256');
const p384 = ecPair('P-384');
const ed25519 = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

function ecPair(namedCurve: string) {
  return generateKeyPairSync('ec', {
    namedCurve,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function rsaKey(modulusLength: number): string {
  return generateKeyPairSync('rsa', {
    modulusLength,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

function pssKey(hashAlgorithm: string): string {
  return generateKeyPairSync('rsa-pss', {
    modulusLength: 2_048,
    hashAlgorithm,
    mgf1HashAlgorithm: hashAlgorithm,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

function claim(
  algorithm: SignInAssertion['algorithm'],
  privateKey: string,
  more: Partial<SignInAssertion> = {},
): SignInAssertion {
  const claims = { iss: 'client', sub: 'user', aud: 'https://login.crm.test/token' };
  return { algorithm, privateKey, claims, lifetimeSeconds: 180, ...more };
}

function sign(assertion: SignInAssertion): string {
  const signed = signAssertion(assertion, { now: NOW, id: 'once' });
  if (signed.status !== 'signed') throw new Error(signed.message);
  return signed.assertion;
}

function part(assertion: string, index: number): unknown {
  const decoded: unknown = JSON.parse(
    Buffer.from(assertion.split('.')[index] ?? '', 'base64url').toString('utf8'),
  );
  return decoded;
}

test.each([
  ['RS256', rsa, 'sha256', {}],
  ['RS384', rsa, 'sha384', {}],
  ['RS512', rsa, 'sha512', {}],
  ['PS256', rsa, 'sha256', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }],
  ['ES256', p256, 'sha256', { dsaEncoding: 'ieee-p1363' }],
  ['ES384', p384, 'sha384', { dsaEncoding: 'ieee-p1363' }],
  ['EdDSA', ed25519, null, {}],
] as const)(
  'an assertion signed with %s is verified by its public key',
  (name, pair, hash, how) => {
    const assertion = sign(claim(name, pair.privateKey, { keyId: 'key-1' }));

    const [header = '', payload = '', signature = ''] = assertion.split('.');
    const key = { key: createPublicKey(pair.publicKey), ...how };
    const text = Buffer.from(`${header}.${payload}`);
    expect(verify(hash, text, key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(part(assertion, 0)).toEqual({ alg: name, typ: 'JWT', kid: 'key-1' });
  },
);

test('an assertion says who, for whom, and how long; each is good once', () => {
  expect(part(sign(claim('RS256', rsa.privateKey)), 1)).toEqual({
    iss: 'client',
    sub: 'user',
    aud: 'https://login.crm.test/token',
    iat: 1_699_999_940,
    exp: 1_700_000_180,
    jti: 'once',
  });
});

test('HS256 signs with the shared secret', () => {
  const [header, payload, mac] = sign(claim('HS256', 'shared secret')).split('.');

  const expected = createHmac('sha256', 'shared secret').update(`${header}.${payload}`);
  expect(mac).toBe(expected.digest('base64url'));
});

test.each([
  ['on one line', rsa.privateKey.replaceAll('\n', ' ')],
  ['with \\n in words', rsa.privateKey.replaceAll('\n', '\\n')],
  ['with line ends of Windows', rsa.privateKey.replaceAll('\n', '\r\n')],
])('a key is read as forms hand it over: %s', (_name, key) => {
  expect(sign(claim('RS256', key))).toBe(sign(claim('RS256', rsa.privateKey)));
});

test.each([
  ['no key', 'RS256', 'hunter2'],
  ['a public key', 'RS256', rsa.publicKey],
  ['a key of another kind', 'ES256', rsa.privateKey],
  ['a key of another curve', 'ES256', p384.privateKey],
  ['an RSA key for EdDSA', 'EdDSA', rsa.privateKey],
  ['an RSA key of 512 bits', 'RS512', rsaKey(512)],
  ['an RSA key of 1024 bits', 'RS256', rsaKey(1_024)],
  ['an RSA-PSS key of 512 bits', 'PS256', rsaKey(512)],
  ['an RSA-PSS key that demands another digest', 'PS256', pssKey('sha512')],
  ['a PEM key as a shared secret', 'HS256', rsa.privateKey],
] as const)('%s is refused without being repeated', (_name, algorithm, key) => {
  const signed = signAssertion(claim(algorithm, key), { now: NOW, id: 'once' });

  expect(signed.status).toBe('bad_key');
  expect(JSON.stringify(signed)).not.toContain(key.slice(0, 20));
});
