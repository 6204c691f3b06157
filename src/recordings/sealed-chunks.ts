import { createCipheriv, createDecipheriv } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;
/** Clear bytes of one chunk: small enough to hold, large enough that the tags cost nothing. */
const CHUNK_BYTES = 64 * 1024;
const NONCE_BYTES = 12;
const COUNTER_AT = 8;

export interface Seal {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Names the file: a chunk opens nowhere else. */
  readonly name: string;
}

/**
 * Encrypts a stream in chunks of 64 KiB: 12 bytes of nonce, then each chunk with its tag. Number
 * and end are authenticated, so that chunks cannot be moved, dropped or cut off.
 */
export async function* sealChunks(
  seal: Seal & { readonly nonce: Uint8Array },
  clear: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield seal.nonce;
  let number = 0;
  for await (const { chunk, last } of inChunks(clear, CHUNK_BYTES)) {
    const cipher = createCipheriv(CIPHER, seal.key, nonceOf(seal.nonce, number));
    cipher.setAAD(place(seal.name, number, last));
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/** Decrypts what `sealChunks` made; throws when a byte of it was changed or is missing. */
export async function* openChunks(
  seal: Seal,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let nonce: Uint8Array | undefined;
  let number = 0;
  for await (const { chunk, last } of inChunks(sealed, CHUNK_BYTES + TAG_BYTES, NONCE_BYTES)) {
    if (nonce === undefined) {
      if (chunk.length !== NONCE_BYTES) throw new Error('the recording in the spool is cut off');
      nonce = chunk;
      continue;
    }
    const decipher = createDecipheriv(CIPHER, seal.key, nonceOf(nonce, number));
    decipher.setAAD(place(seal.name, number, last));
    const end = chunk.length - TAG_BYTES;
    if (end < 0) throw new Error('the recording in the spool is cut off');
    decipher.setAuthTag(chunk.subarray(end));
    const clear = decipher.update(chunk.subarray(0, end));
    decipher.final();
    yield clear;
    number += 1;
  }
}

/** Cuts a stream into pieces of `size` bytes (the first of `head`, if given) and marks the last. */
async function* inChunks(
  source: AsyncIterable<Uint8Array>,
  size: number,
  head?: number,
): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let rest = Buffer.alloc(0);
  let wanted = head ?? size;
  for await (const bytes of source) {
    rest = rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([rest, bytes]);
    // One byte more than a chunk proves that it is not the last one.
    while (rest.length > wanted) {
      yield { chunk: rest.subarray(0, wanted), last: false };
      rest = rest.subarray(wanted);
      wanted = size;
    }
  }
  yield { chunk: rest, last: true };
}

function nonceOf(base: Uint8Array, number: number): Uint8Array {
  const nonce = Buffer.from(base);
  nonce.writeUInt32BE((nonce.readUInt32BE(COUNTER_AT) ^ number) >>> 0, COUNTER_AT);
  return nonce;
}

function place(name: string, number: number, last: boolean): Buffer {
  return Buffer.from(`recording\n${name}\n${number}\n${last ? 'last' : 'more'}`, 'utf8');
}
