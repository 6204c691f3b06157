import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createDirectorySpool } from './directory-spool.ts';
import { inPieces, spoolCases } from './testing/spool-cases.ts';
import type { SpoolFixture } from './testing/spool-cases.ts';

const KEY = new Uint8Array(32).fill(3);
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchcord-spool-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function onlyPath(): Promise<string> {
  const [name = ''] = await readdir(directory);
  return join(directory, name);
}

const FIXTURE: SpoolFixture = {
  spool: (options) => createDirectorySpool({ directory, key: KEY, randomBytes, ...options }),
  sealed: async () => {
    const names = await readdir(directory);
    return Buffer.concat(await Promise.all(names.map((name) => readFile(join(directory, name)))));
  },
  truncate: async (bytes) => {
    const path = await onlyPath();
    await truncate(path, (await stat(path)).size - bytes);
  },
  flip: async (at) => {
    const path = await onlyPath();
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  },
};

describe('the spool in a directory', () => {
  spoolCases(() => FIXTURE);

  it('lets nobody else read its files', async () => {
    await FIXTURE.spool().store(inPieces(randomBytes(10), 3));

    expect((await stat(await onlyPath())).mode & 0o777).toBe(0o600);
  });

  it.each([
    '../master.key',
    '/etc/passwd',
    `${'a'.repeat(32)}.rec/../../patchcord.db`,
    `${'a'.repeat(32)}.rec\u0000`,
    'A'.repeat(32),
    '',
  ])('touches no file outside itself: %j', async (file) => {
    const spool = FIXTURE.spool();

    expect(() => spool.read({ file, size: 1 })).toThrow('no name');
    expect(() => spool.remove(file)).toThrow('no name');
  });

  it('leaves files alone that are none of its own', async () => {
    await writeFile(join(directory, 'notes.txt'), 'mine');

    const found = await FIXTURE.spool().leftovers({ writtenBefore: Date.now() * 2, limit: 9 });

    expect(found).toEqual([]);
  });
});
