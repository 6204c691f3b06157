import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors/app-error.ts';
import { mediaTypeOf } from './media-type.ts';
import { openChunks, sealChunks } from './sealed-chunks.ts';

export interface SpooledFile {
  /** Name within the spool. */
  readonly file: string;
  /** Bytes of the recording itself. */
  readonly size: number;
  /** Of the recording, lower-case hex. */
  readonly sha256: string;
  /** As its first bytes say; `undefined` when they say nothing we know. */
  readonly mediaType: string | undefined;
}

/** Recordings on their way to the CRM: encrypted files that only this process reads. */
export interface Spool {
  /**
   * Writes a stream to disk: when this resolves the file is safe. Throws `payload_too_large` and
   * `invalid_request` (empty); then nothing is left behind.
   */
  store(stream: AsyncIterable<Uint8Array>): Promise<SpooledFile>;
  /** The clear bytes, streamed. The stream throws when the file was changed or is gone. */
  read(file: string): AsyncIterable<Uint8Array>;
  /** A file that is gone already is removed. */
  remove(file: string): Promise<void>;
  /** Names of all files in the spool, for finding those that no row names. */
  list(): Promise<readonly { readonly file: string; readonly writtenAt: number }[]>;
}

export interface SpoolDeps {
  /** Made when absent, 0700. */
  readonly directory: string;
  /** 32 bytes, derived from the master key. */
  readonly key: Uint8Array;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly maxBytes?: number;
}

/** Largest recording that is taken. */
export const MAX_RECORDING_BYTES = 256 * 1024 * 1024;
const NONCE_BYTES = 12;
/** Enough for every signature of a media type. */
const HEAD_BYTES = 64;

/** Opens the spool in a directory. */
export function createSpool(deps: SpoolDeps): Spool {
  const { directory } = deps;
  const maxBytes = deps.maxBytes ?? MAX_RECORDING_BYTES;
  return {
    store: async (stream) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const file = `${Buffer.from(deps.randomBytes(16)).toString('hex')}.rec`;
      const temporary = join(directory, `${file}.part`);
      try {
        const written = await write(deps, { temporary, file, stream, maxBytes });
        await rename(temporary, join(directory, file));
        await syncDirectory(directory);
        return { file, ...written };
      } catch (err) {
        await rm(temporary, { force: true });
        throw err;
      }
    },
    read: (file) =>
      openChunks({ key: deps.key, name: file }, createReadStream(join(directory, safe(file)))),
    remove: (file) => rm(join(directory, safe(file)), { force: true }),
    list: async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      const rows = names.map(async (name) => {
        const found = await stat(join(directory, name)).catch(() => undefined);
        return found === undefined ? [] : [{ file: name, writtenAt: found.mtimeMs }];
      });
      return (await Promise.all(rows)).flat();
    },
  };
}

async function write(
  deps: SpoolDeps,
  work: { temporary: string; file: string; stream: AsyncIterable<Uint8Array>; maxBytes: number },
): Promise<Omit<SpooledFile, 'file'>> {
  const counted = { size: 0, hash: createHash('sha256'), head: Buffer.alloc(0) };
  const handle = await open(work.temporary, 'wx', 0o600);
  try {
    const nonce = deps.randomBytes(NONCE_BYTES);
    const sealed = sealChunks(
      { key: deps.key, name: work.file, nonce },
      count(work.stream, counted, work.maxBytes),
    );
    for await (const chunk of sealed) await handle.write(chunk);
    if (counted.size === 0) {
      throw new AppError('invalid_request', 'The recording is empty: send its bytes as the body.');
    }
    // The row that names this file is written later: the bytes must be there before it.
    await handle.sync();
  } finally {
    await handle.close();
  }
  const sha256 = counted.hash.digest('hex');
  return { size: counted.size, sha256, mediaType: mediaTypeOf(counted.head) };
}

async function* count(
  stream: AsyncIterable<Uint8Array>,
  counted: { size: number; hash: ReturnType<typeof createHash>; head: Buffer },
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    counted.size += chunk.length;
    if (counted.size > maxBytes) {
      throw new AppError(
        'payload_too_large',
        `The recording is larger than ${maxBytes} bytes: send a compressed format.`,
      );
    }
    counted.hash.update(chunk);
    if (counted.head.length < HEAD_BYTES) {
      counted.head = Buffer.concat([counted.head, chunk.subarray(0, HEAD_BYTES)]);
    }
    yield chunk;
  }
}

/** Without this a power cut may forget the name although the bytes are on disk. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function safe(file: string): string {
  if (!/^[0-9a-f]{32}\.rec(?:\.part)?$/.test(file))
    throw new Error('no name of a file in the spool');
  return file;
}
