import { CHUNK_BYTES } from './sealed-chunks.ts';

/** Bytes of a file, both ends included, as in RFC 9110, section 14.1.2. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Reads one chunk's clear bytes, in pieces. */
export type ReadChunk = (at: {
  readonly number: number;
  readonly last: boolean;
}) => Promise<readonly Uint8Array[]>;

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
    const pieces = await read({ number, last: number === last });
    let at = number * CHUNK_BYTES;
    const end = Math.min(at + CHUNK_BYTES, size);
    if (pieces.reduce((sum, { length }) => sum + length, at) !== end) {
      throw new Error('a chunk of the recording has another length');
    }
    for (const piece of pieces) {
      const wanted = piece.subarray(Math.max(0, from - at), Math.max(0, to - at + 1));
      if (wanted.length > 0) yield wanted;
      at += piece.length;
    }
  }
}
