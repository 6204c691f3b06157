import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { loadMasterKey } from './master-key.ts';

const directory = mkdtempSync(join(tmpdir(), 'patchcord-key-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const DEPS = { randomBytes, created: () => {} };
const BYTES = Buffer.alloc(32, 0xfb);

test.each([
  ['Base64', BYTES.toString('base64')],
  ['Base64url', BYTES.toString('base64url')],
  ['hex', BYTES.toString('hex')],
  ['hex in capitals with a line feed', `${BYTES.toString('hex').toUpperCase()}\n`],
])('a key is read from %s', (_name, masterKey) => {
  expect(Buffer.from(loadMasterKey({ masterKey }, DEPS).bytes)).toEqual(BYTES);
});

test.each([
  ['too short', 'c2hvcnQ='],
  ['no Base64 at all', 'correct horse battery staple'],
  ['33 bytes', Buffer.alloc(33).toString('base64')],
  ['empty', ' '],
])('a key that is %s is refused without being repeated', (_name, masterKey) => {
  expect(() => loadMasterKey({ masterKey }, DEPS)).toThrow(
    expect.objectContaining({
      code: 'invalid_settings',
      message: expect.not.stringContaining(masterKey.trim() || 'nothing'),
    }),
  );
});

test('two keys have different ids, and an id says nothing about its key', () => {
  const one = loadMasterKey({ masterKey: BYTES.toString('hex') }, DEPS);
  const two = loadMasterKey({ masterKey: Buffer.alloc(32, 1).toString('hex') }, DEPS);

  expect(one.id).toMatch(/^[0-9a-f]{16}$/);
  expect(one.id).not.toBe(two.id);
  expect(BYTES.toString('hex')).not.toContain(one.id);
});

test('the first start makes the file for its owner only and says so once', () => {
  const told: string[] = [];
  const deps = { randomBytes, created: (path: string) => told.push(path) };
  const data = join(directory, 'data');

  const made = loadMasterKey({ directory: data }, deps);
  const again = loadMasterKey({ directory: data }, deps);

  const path = join(data, 'master.key');
  expect(told).toEqual([path]);
  expect(again).toEqual(made);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(Buffer.from(readFileSync(path, 'utf8'), 'base64')).toHaveLength(32);
});

test('no second key is made where secrets are sealed with a lost one', () => {
  const source = { directory: join(directory, 'lost'), sealedWith: 'abc' };

  expect(() => loadMasterKey(source, DEPS)).toThrow(/restore the file/);
  expect(existsSync(source.directory)).toBe(false);
});

test.skipIf(process.platform === 'win32')('a file that everybody can read is refused', () => {
  const path = join(directory, 'open.key');
  writeFileSync(path, BYTES.toString('hex'));
  chmodSync(path, 0o604);

  expect(() => loadMasterKey({ masterKeyFile: path }, DEPS)).toThrow(/chmod 600/);
});

test('without a directory of its own a process needs to be given the key', () => {
  expect(() => loadMasterKey({}, DEPS)).toThrow(/PostgreSQL needs MASTER_KEY/);
  expect(() => loadMasterKey({ masterKeyFile: join(directory, 'none') }, DEPS)).toThrow(
    /cannot be read/,
  );
  expect(() => loadMasterKey({ masterKey: 'a', masterKeyFile: 'b' }, DEPS)).toThrow(/both set/);
});
