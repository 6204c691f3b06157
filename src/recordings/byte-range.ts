import { CHUNK_BYTES } from './sealed-chunks.ts';

/** Bytes of a file, both ends included, as in RFC 9110, section 14.1.2. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Reads one chunk's clear bytes. */
export type ReadChunk = (at: {
  readonly number: number;
  readonly last: boolean;
}) => Promise<Uint8Array>;

/** Streams a file of `size` bytes, or a range of it, chunk by chunk. Throws as `read` does. */
export async function* readRange(
  size: number,
  range: ByteRange | undefined,
  read: ReadChunk,
): AsyncGenerator<Uint8Array> {
  const { from, to } = range ?? { from: 0, to: size - 1 };
  if (from < 0 || to >= size || from > to) throw new RangeError('no such bytes in the recording');
  const last = Math.ceil(size / CHUNK_BYTES) - 1;
  for (let number = Math.floor(from / CHUNK_BYTES); number * CHUNK_BYTES <= to; number += 1) {
    const start = number * CHUNK_BYTES;
    const bytes = await read({ number, last: number === last });
    const expected = Math.min(CHUNK_BYTES, size - start);
    if (bytes.length !== expected) throw new Error('a chunk of the recording has another length');
    yield bytes.subarray(Math.max(0, from - start), to - start + 1);
  }
}
