import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { CHUNK_BYTES } from '../sealed-chunks.ts';
import { isReadable } from '../spool.ts';
import type { Spool, SpoolFile } from '../spool.ts';

/** What the cases hold a spool against. */
export interface SpoolFixture {
  spool(options?: { readonly maxBytes?: number; readonly key?: Uint8Array }): Spool;
  /** Every sealed byte that it keeps, file after file. */
  sealed(): Promise<Buffer>;
  /** Drops the last sealed bytes of the newest file. */
  truncate(bytes: number): Promise<void>;
  /** Changes one bit of what is stored. */
  flip(at: number): Promise<void>;
}

const MIB = CHUNK_BYTES;

/** A stream of the bytes, cut into pieces. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

/** All bytes of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What every spool promises, wherever it keeps its files. */
export function spoolCases(fixture: () => SpoolFixture): void {
  const store = (bytes: Uint8Array, piece = 100_000): Promise<SpoolFile> =>
    fixture().spool().store(inPieces(bytes, piece));

  it.each([1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 7])(
    'gives back %i bytes as they came',
    async (size) => {
      const bytes = randomBytes(size);

      const stored = await store(bytes);

      expect(stored.size).toBe(size);
      expect((await readAll(fixture().spool().read(stored))).equals(bytes)).toBe(true);
    },
  );

  it('gives back any range of them', async () => {
    const bytes = randomBytes(2 * MIB + 500);
    const stored = await store(bytes);
    const ends = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 499];
    const ranges = ends.flatMap((from) =>
      ends.filter((to) => to >= from).map((to) => ({ from, to })),
    );

    const wrong: typeof ranges = [];
    for (const range of ranges) {
      const read = await readAll(fixture().spool().read(stored, range));
      if (!read.equals(bytes.subarray(range.from, range.to + 1))) wrong.push(range);
    }

    expect(wrong).toEqual([]);
  });

  it.each([
    ['before the first byte', { from: -1, to: 5 }],
    ['behind the last byte', { from: 0, to: 10 }],
    ['the wrong way round', { from: 5, to: 4 }],
  ])('refuses a range %s', async (_name, range) => {
    const stored = await store(randomBytes(10));

    await expect(readAll(fixture().spool().read(stored, range))).rejects.toThrow(RangeError);
  });

  it('keeps nothing readable', async () => {
    await store(Buffer.from('RIFF1234WAVE secret words'), 7);

    expect((await fixture().sealed()).includes('secret words')).toBe(false);
  });

  it('says type, length and digest of what it stored', async () => {
    const stored = await fixture()
      .spool()
      .store(inPieces(aWave(3), 3));

    expect(stored).toMatchObject({ mediaType: 'audio/wav', seconds: 3, text: false });
    expect(stored.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says what is text', async () => {
    const stored = await fixture()
      .spool()
      .store(inPieces(Buffer.from('<!doctype html><title>Anmeldung für Gäste</title>'), 5));

    expect(stored).toMatchObject({ mediaType: undefined, text: true });
  });

  it.each([
    ['is larger than allowed', new Uint8Array(2 * MIB), 'payload_too_large'],
    ['is empty', new Uint8Array(0), 'invalid_request'],
  ])('refuses a recording that %s and leaves nothing behind', async (_name, bytes, code) => {
    const spool = fixture().spool({ maxBytes: 2 * MIB - 1 });

    await expect(spool.store(inPieces(bytes, 50_000))).rejects.toMatchObject({ code });

    expect(await fixture().sealed()).toHaveLength(0);
  });

  it('leaves nothing behind when the sender hangs up', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(MIB + 100));
      throw new Error('the sender hung up');
    }

    await expect(fixture().spool().store(broken())).rejects.toThrow('hung up');
    expect(await fixture().sealed()).toHaveLength(0);
  });

  describe('damage', () => {
    it.each<[string, (fixture: SpoolFixture) => Promise<void>]>([
      ['cut off within a chunk', (of) => of.truncate(10)],
      ['cut off between two chunks', (of) => of.truncate(500 + 16)],
      ['changed by one bit', (of) => of.flip(1_000)],
    ])('a file that was %s is not given out whole', async (_name, damage) => {
      const stored = await store(randomBytes(2 * MIB + 500));

      await damage(fixture());

      await expect(readAll(fixture().spool().read(stored))).rejects.toThrow();
      expect(await isReadable(fixture().spool(), stored)).toBe(false);
    });

    it('nothing opens with another key', async () => {
      const stored = await store(randomBytes(100));
      const other = fixture().spool({ key: new Uint8Array(32).fill(9) });

      await expect(readAll(other.read(stored))).rejects.toThrow();
      expect(await isReadable(fixture().spool(), stored)).toBe(true);
      expect(await isReadable(other, stored)).toBe(false);
    });

    it('a file does not stand for another one', async () => {
      const [first, second] = [await store(randomBytes(100)), await store(randomBytes(100))];

      await fixture().spool().remove(first.file);

      await expect(readAll(fixture().spool().read(first))).rejects.toThrow();
      expect(await isReadable(fixture().spool(), { ...second, size: 99 })).toBe(false);
    });
  });

  it('removes a file, also twice', async () => {
    const { file } = await store(randomBytes(20 * MIB), MIB);

    await fixture().spool().remove(file);
    await fixture().spool().remove(file);

    expect(await fixture().sealed()).toHaveLength(0);
  });

  it('names the files that nothing was written to for a while', async () => {
    const { file } = await store(randomBytes(100));
    const spool = fixture().spool();
    const later = Date.now() + 3_600_000;

    expect(await spool.leftovers({ writtenBefore: later, limit: 10 })).toEqual([file]);
    expect(await spool.leftovers({ writtenBefore: later, limit: 0 })).toEqual([]);
    expect(await spool.leftovers({ writtenBefore: later - 7_200_000, limit: 10 })).toEqual([]);
  });
}

/** The beginning of a WAV file of 8,000 samples of 16 bits a second, and its silence. */
export function aWave(seconds: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + seconds * 16_000, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(seconds * 16_000, 40);
  return Buffer.concat([header, Buffer.alloc(seconds * 16_000)]);
}
