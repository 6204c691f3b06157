import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { mediaTypeOf } from './media-type.ts';
import { createSpool } from './spool.ts';
import type { Spool } from './spool.ts';

const KEY = new Uint8Array(32).fill(3);
const MAX_BYTES = 300_000;
let directory: string;
let spool: Spool;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchcord-spool-'));
  spool = createSpool({ directory, key: KEY, randomBytes, maxBytes: MAX_BYTES });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function readAll(file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of spool.read(file)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('the spool', () => {
  it.each([1, 65_535, 65_536, 65_537, 131_072, 200_001])(
    'gives back %i bytes as they came',
    async (size) => {
      const bytes = randomBytes(size);

      const stored = await spool.store(inPieces(bytes, 10_000));

      expect(stored.size).toBe(size);
      expect((await readAll(stored.file)).equals(bytes)).toBe(true);
    },
  );

  it('keeps nothing readable on disk, and lets nobody else read the file', async () => {
    const { file } = await spool.store(inPieces(Buffer.from('RIFF1234WAVE secret words'), 7));

    const path = join(directory, file);
    expect((await readFile(path)).includes('secret words')).toBe(false);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('says type and digest of what it stored', async () => {
    const stored = await spool.store(inPieces(Buffer.from('RIFF1234WAVEfmt '), 3));

    expect(stored.mediaType).toBe('audio/wav');
    expect(stored.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['is larger than allowed', new Uint8Array(MAX_BYTES + 1), 'payload_too_large'],
    ['is empty', new Uint8Array(0), 'invalid_request'],
  ])('refuses a recording that %s and leaves nothing behind', async (_name, bytes, code) => {
    await expect(spool.store(inPieces(bytes, 50_000))).rejects.toMatchObject({ code });

    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves nothing behind when the sender hangs up', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(100_000));
      throw new Error('the sender hung up');
    }

    await expect(spool.store(broken())).rejects.toThrow('hung up');
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['cut off within a chunk', (path: string) => truncate(path, 70_000)],
    ['cut off between two chunks', (path: string) => truncate(path, 12 + 65_536 + 16)],
    [
      'changed by one bit',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
    ],
  ])('does not give out a file that was %s', async (_name, damage) => {
    const { file } = await spool.store(inPieces(randomBytes(150_000), 50_000));

    await damage(join(directory, file));

    await expect(readAll(file)).rejects.toThrow();
  });

  it('reads no file outside itself', () => {
    expect(() => spool.read('../master.key')).toThrow('no name');
  });
});

describe('the media type of a recording', () => {
  it.each([
    ['RIFF....WAVEfmt ', 'audio/wav'],
    ['ID3\u0003', 'audio/mpeg'],
    ['\u00ff\u00fb\u0090', 'audio/mpeg'],
    ['OggS', 'audio/ogg'],
    ['....ftypM4A ', 'audio/mp4'],
    ['<!doctype html>', undefined],
    ['{"error":1}', undefined],
    ['\u00ff\u00fe', undefined],
  ])('that begins with %j is %j', (head, expected) => {
    expect(mediaTypeOf(Buffer.from(head, 'latin1'))).toBe(expected);
  });
});
