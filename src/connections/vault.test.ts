import { randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import type { MasterKey } from './master-key.ts';
import { createVault } from './vault.ts';

const KEY: MasterKey = { id: 'aaaa', bytes: new Uint8Array(32).fill(7) };
const PLACE = { organizationId: 'o1', connectionId: 'c1', field: 'API key' };

test('a secret comes back as it was, whatever it holds', () => {
  const vault = createVault(KEY, randomBytes);

  for (const secret of ['', 'k', 'pä$$wörd 😀\n\u0001', 'x'.repeat(65_536)]) {
    expect(vault.open(PLACE, vault.seal(PLACE, secret))).toBe(secret);
  }
});

test('the same secret is sealed differently each time and shows nothing of itself', () => {
  const vault = createVault(KEY, randomBytes);

  const [one, two] = [vault.seal(PLACE, 'hunter2'), vault.seal(PLACE, 'hunter2')];

  expect(Buffer.from(one.sealed)).not.toEqual(Buffer.from(two.sealed));
  expect(Buffer.from(one.nonce)).not.toEqual(Buffer.from(two.nonce));
  expect(Buffer.from(one.sealed).toString('latin1')).not.toContain('hunter2');
  expect(one.nonce).toHaveLength(12);
});

test.each([
  ['another organization', { ...PLACE, organizationId: 'o2' }],
  ['another connection', { ...PLACE, connectionId: 'c2' }],
  ['another field', { ...PLACE, field: 'Password' }],
  [
    'a place whose names only look alike when joined',
    { organizationId: 'o1', connectionId: 'c1","API key', field: '' },
  ],
])('a secret does not open for %s', (_name, place) => {
  const vault = createVault(KEY, randomBytes);
  const sealed = vault.seal(PLACE, 'hunter2');

  expect(() => vault.open(place, sealed)).toThrow(expect.objectContaining({ code: 'internal' }));
});

test('a secret does not open with another key, nor with a key of the same name', () => {
  const sealed = createVault(KEY, randomBytes).seal(PLACE, 'hunter2');
  const renamed = createVault({ ...KEY, id: 'bbbb' }, randomBytes);
  const forged = createVault({ id: 'aaaa', bytes: new Uint8Array(32).fill(8) }, randomBytes);

  expect(() => renamed.open(PLACE, sealed)).toThrow(/the key 'aaaa'/);
  expect(() => forged.open(PLACE, sealed)).toThrow(/was changed/);
});

test('a changed byte is noticed wherever it is, and so is a cut', () => {
  const vault = createVault(KEY, randomBytes);
  const sealed = vault.seal(PLACE, 'hunter2');

  for (let index = 0; index < sealed.sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed.sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => vault.open(PLACE, { ...sealed, sealed: changed })).toThrow();
  }
  for (const length of [0, 5, 16, 22]) {
    const cut = { ...sealed, sealed: sealed.sealed.subarray(0, length) };
    expect(() => vault.open(PLACE, cut)).toThrow();
  }
});
