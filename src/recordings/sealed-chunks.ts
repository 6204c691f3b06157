import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
export const TAG_BYTES = 16;
/** Clear bytes of one chunk: what a reader that seeks must open, and what one row of a table holds. */
export const CHUNK_BYTES = 1024 * 1024;
const NONCE_BYTES = 12;
const NUMBER_AT = 7;
const LAST_AT = 11;

/** One piece of a file; `last` closes it. */
export interface Chunk {
  readonly number: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/**
 * The key of one file, so that the number of a chunk may be its nonce: no two chunks under one key
 * share it. `key` has 32 bytes; a file's name is random and never used again.
 */
export function fileKey(key: Uint8Array, file: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `patchcord recording ${file}`, 32));
}

/**
 * Encrypts a chunk: the ciphertext, and 16 bytes of tag that stand behind it. Number and end are authenticated, so that
 * chunks cannot be moved, dropped or cut off (the STREAM construction: Hoang, Reyhanitabar, Rogaway
 * and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015).
 */
export function sealChunk(key: Uint8Array, chunk: Chunk): readonly [Buffer, Buffer] {
  const cipher = createCipheriv(CIPHER, key, nonceOf(chunk));
  const sealed = cipher.update(chunk.bytes);
  cipher.final();
  return [sealed, cipher.getAuthTag()];
}

/** Clear bytes are given out in pieces that the memory of an earlier one serves again. */
const PIECE_BYTES = 64 * 1024;

/** Decrypts what `sealChunk` made at this place of this file, in pieces; throws for anything else. */
export function openChunk(key: Uint8Array, chunk: Chunk): readonly Buffer[] {
  const end = chunk.bytes.length - TAG_BYTES;
  if (end < 0) throw new Error('a chunk of the recording is cut off');
  const decipher = createDecipheriv(CIPHER, key, nonceOf(chunk));
  decipher.setAuthTag(chunk.bytes.subarray(end));
  const pieces: Buffer[] = [];
  for (let at = 0; at < end; at += PIECE_BYTES) {
    pieces.push(decipher.update(chunk.bytes.subarray(at, Math.min(end, at + PIECE_BYTES))));
  }
  // No piece is given out before all of them have proved genuine.
  decipher.final();
  return pieces;
}

/**
 * Cuts a stream into chunks. The bytes of one are overwritten by the next: each must be done with
 * before the next is asked for. An empty stream gives one empty chunk.
 */
export async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Chunk> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let filled = 0;
  let number = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      // One byte more than a chunk proves that it is not the last one.
      if (filled === CHUNK_BYTES) {
        yield { number, last: false, bytes: buffer };
        number += 1;
        filled = 0;
      }
      const part = piece.subarray(at, at + CHUNK_BYTES - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
    }
  }
  yield { number, last: true, bytes: buffer.subarray(0, filled) };
}

function nonceOf(chunk: Omit<Chunk, 'bytes'>): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(chunk.number, NUMBER_AT);
  nonce.writeUInt8(chunk.last ? 1 : 0, LAST_AT);
  return nonce;
}
