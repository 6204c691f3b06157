import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { readRange } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';
import { measure } from './measure.ts';
import {
  CHUNK_BYTES,
  fileKey,
  inChunks,
  openChunk,
  sealChunk,
  TAG_BYTES,
} from './sealed-chunks.ts';
import { MAX_RECORDING_BYTES } from './spool.ts';
import type { Spool, SpooledFile, SpoolFile } from './spool.ts';

export interface DirectorySpoolDeps {
  /** Made when absent, 0700. */
  readonly directory: string;
  /** 32 bytes, derived from the master key. */
  readonly key: Uint8Array;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly maxBytes?: number;
}

const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;

/** The spool of one machine: a file per recording, sealed chunk after sealed chunk. */
export function createDirectorySpool(deps: DirectorySpoolDeps): Spool {
  const { directory } = deps;
  return {
    store: async (stream) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const file = `${Buffer.from(deps.randomBytes(16)).toString('hex')}.rec`;
      const temporary = join(directory, `${file}.part`);
      try {
        const written = await write(deps, { temporary, file, stream });
        await rename(temporary, join(directory, file));
        await syncDirectory(directory);
        return { file, ...written };
      } catch (err) {
        await rm(temporary, { force: true });
        throw err;
      }
    },
    read: (file, range) => read(deps, file, join(directory, safe(file.file)), range),
    remove: (file) => rm(join(directory, safe(file)), { force: true }),
    leftovers: async ({ writtenBefore, limit }) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const old: string[] = [];
      for (const name of await readdir(directory)) {
        if (!NAME.test(name)) continue;
        const found = await stat(join(directory, name)).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < writtenBefore) old.push(name);
      }
      return old.slice(0, limit);
    },
  };
}

async function write(
  deps: DirectorySpoolDeps,
  work: { temporary: string; file: string; stream: AsyncIterable<Uint8Array> },
): Promise<Omit<SpooledFile, 'file'>> {
  const measured = measure(work.stream, deps.maxBytes ?? MAX_RECORDING_BYTES);
  const key = fileKey(deps.key, work.file);
  const handle = await open(work.temporary, 'wx', 0o600);
  try {
    for await (const chunk of inChunks(measured.bytes)) {
      for (const part of sealChunk(key, chunk)) await writeAll(handle, part);
    }
    const result = measured.result();
    // The row that names this file is written later: the bytes must be there before it.
    await handle.sync();
    return result;
  } finally {
    await handle.close();
  }
}

/** A write may take less than it was given (write(2)): a disk that fills, for example. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at);
    at += bytesWritten;
  }
}

async function* read(
  deps: DirectorySpoolDeps,
  { file, size }: SpoolFile,
  path: string,
  range: ByteRange | undefined,
): AsyncGenerator<Uint8Array> {
  const key = fileKey(deps.key, file);
  const handle = await open(path, 'r');
  // Decrypting copies, so one buffer serves all chunks.
  const sealed = Buffer.allocUnsafeSlow(Math.min(SEALED_BYTES, size + TAG_BYTES));
  try {
    yield* readRange(size, range, async ({ number, last }) => {
      const { bytesRead } = await handle.read(sealed, 0, sealed.length, number * SEALED_BYTES);
      return openChunk(key, { number, last, bytes: sealed.subarray(0, bytesRead) });
    });
  } finally {
    await handle.close();
  }
}

/** Without this a power cut may forget the name although the bytes are on disk. */
async function syncDirectory(directory: string): Promise<void> {
  // Windows syncs no directories, and does not open them as files.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const NAME = /^[0-9a-f]{32}\.rec(?:\.part)?$/;

function safe(file: string): string {
  if (!NAME.test(file)) throw new Error('no name of a file in the spool');
  return file;
}
