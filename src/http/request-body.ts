import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { EgressFault } from './fault.ts';

/** A file that can be read again from its start for each try. */
export interface FileSource {
  /** Bytes; must be exact, since it becomes the `Content-Length`. */
  readonly size: number;
  readonly type?: string;
  readonly name?: string;
  open(): AsyncIterable<Uint8Array>;
}

/** Chunks in order; a file chunk stands for the whole file, as Base64 text or as its bytes. */
export interface EgressBody {
  readonly contentType: string;
  readonly chunks: readonly (string | { readonly file: 'base64' | 'bytes' })[];
  readonly file?: FileSource;
}

export interface SendableBody {
  readonly length: number;
  /** Bytes of files among them. */
  readonly fileBytes: number;
  /** Makes the body anew for each try. */
  open(): Buffer | Readable;
}

/** Prepares a body whose length is known before the first byte is sent. */
export function toSendable(body: EgressBody | undefined): SendableBody | undefined {
  if (body === undefined) return undefined;
  const parts = body.chunks.map((chunk) =>
    typeof chunk === 'string'
      ? Buffer.from(chunk.toWellFormed(), 'utf8')
      : filePart(chunk.file, body.file),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = parts.filter((part) => Buffer.isBuffer(part));
  if (whole.length === parts.length) {
    return { length, fileBytes: 0, open: () => Buffer.concat(whole) };
  }
  const fileBytes = parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? 0 : part.length), 0);
  return { length, fileBytes, open: () => Readable.from(readParts(parts), { objectMode: false }) };
}

interface FilePart {
  readonly length: number;
  read(): AsyncIterable<Uint8Array>;
}

function filePart(form: 'base64' | 'bytes', file: FileSource | undefined): FilePart {
  if (file === undefined) {
    throw new EgressFault('blocked', 'invalid_request', 'The request needs a file and has none.');
  }
  return form === 'bytes'
    ? { length: file.size, read: () => file.open() }
    : { length: Math.ceil(file.size / 3) * 4, read: () => toBase64(file.open()) };
}

async function* readParts(parts: readonly (Buffer | FilePart)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (Buffer.isBuffer(part)) {
      if (part.length > 0) yield part;
    } else yield* part.read();
  }
}

/** A multiple of three: its Base64 has no padding, and neither it nor its text is large. */
const SLICE_BYTES = 48 * 1024;

/** Base64 without line breaks (RFC 4648, section 4), three bytes at a time over chunk borders. */
async function* toBase64(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    let at = 0;
    if (rest.length > 0) {
      // Only the few bytes that were left over are joined: a chunk may be large.
      const joined = Buffer.concat([rest, chunk.subarray(0, 3 - rest.length)]);
      at = joined.length - rest.length;
      rest = joined;
      if (rest.length < 3) continue;
      yield encode(rest);
    }
    while (chunk.length - at >= 3) {
      const left = chunk.length - at;
      const slice = Math.min(SLICE_BYTES, left - (left % 3));
      yield encode(chunk.subarray(at, at + slice));
      at += slice;
    }
    rest = Uint8Array.from(chunk.subarray(at));
  }
  if (rest.length > 0) yield encode(rest);
}

function encode(bytes: Uint8Array): Buffer {
  const { buffer, byteOffset, length } = bytes;
  return Buffer.from(Buffer.from(buffer, byteOffset, length).toString('base64'), 'latin1');
}
