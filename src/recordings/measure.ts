import { createHash } from 'node:crypto';

import { AppError } from '../errors/app-error.ts';
import { isText, mediaTypeOf, secondsOf } from './media-type.ts';
import type { SpooledFile } from './spool.ts';

/** Enough for every signature of a media type, and for the usual header of a WAV file. */
const HEAD_BYTES = 64;

export interface Measured {
  /** The stream itself, counted while it passes. Throws `payload_too_large`. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What is known after its end. Throws `invalid_request` when there was nothing. */
  result(): Omit<SpooledFile, 'file'>;
}

/** Learns size, digest and kind of a stream while it passes. */
export function measure(stream: AsyncIterable<Uint8Array>, maxBytes: number): Measured {
  const hash = createHash('sha256');
  let size = 0;
  let head: Uint8Array = Buffer.alloc(0);
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const bytes of stream) {
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      hash.update(bytes);
      if (head.length < HEAD_BYTES) {
        head = Buffer.concat([head, bytes.subarray(0, HEAD_BYTES - head.length)]);
      }
      yield bytes;
    }
  }
  return {
    bytes: pass(),
    result: () => {
      if (size === 0) {
        throw new AppError(
          'invalid_request',
          'The recording is empty: send its bytes as the body.',
        );
      }
      const seconds = secondsOf(head, size);
      return {
        size,
        sha256: hash.digest('hex'),
        mediaType: mediaTypeOf(head),
        text: isText(head),
        ...(seconds === undefined ? {} : { seconds }),
      };
    },
  };
}

function tooLarge(maxBytes: number): AppError {
  const limit = maxBytes / 1024 / 1024;
  const words = Number.isInteger(limit) ? `${limit} MiB` : `${maxBytes} bytes`;
  return new AppError(
    'payload_too_large',
    `The recording is larger than ${words}: send a compressed format, or have the operator raise RECORDING_MAX_MIB.`,
  );
}
