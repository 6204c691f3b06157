import type { Database } from '../store/database.ts';
import { readRange } from './byte-range.ts';
import {
  copySlice,
  deleteChunks,
  insertChunk,
  selectFilesWrittenBefore,
} from './chunk-repository.ts';
import { createGate } from './gate.ts';
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
import type { Spool } from './spool.ts';

export interface TableSpoolDeps {
  readonly database: Database;
  /** 32 bytes, derived from the master key. */
  readonly key: Uint8Array;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly maxBytes?: number;
}

/** Chunks that one process moves at a time: call events need connections to the database, too. */
const CHUNKS_AT_ONCE = 3;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
/**
 * Bytes of one answer. As Base64 they stay below the 128 KiB up to which V8 keeps a text among the
 * young ones, whose memory it has back soon.
 */
const SLICE_BYTES = SEALED_BYTES / 16;
/** Rows of one deletion, a few megabytes. */
const DELETED_AT_ONCE = 16;

/**
 * The spool of several machines: a row per sealed chunk, so that any node can upload what another
 * took in. Each chunk is a transaction of its own; the file exists for others when the row of its
 * recording names it, and what no row names is swept.
 */
export function createTableSpool(deps: TableSpoolDeps): Spool {
  const { database } = deps;
  const gate = createGate(CHUNKS_AT_ONCE);
  const remove = async (file: string): Promise<void> => {
    for (;;) {
      const gone = await gate(() =>
        database.writeApart((transaction) =>
          deleteChunks(transaction, { file, limit: DELETED_AT_ONCE }),
        ),
      );
      if (gone < DELETED_AT_ONCE) return;
    }
  };
  return {
    store: async (stream) => {
      const file = Buffer.from(deps.randomBytes(16)).toString('hex');
      const key = fileKey(deps.key, file);
      const measured = measure(stream, deps.maxBytes ?? MAX_RECORDING_BYTES);
      try {
        for await (const chunk of inChunks(measured.bytes)) {
          const sealed = Buffer.concat(sealChunk(key, chunk));
          const { number } = chunk;
          await gate(() =>
            database.writeApart((transaction) =>
              insertChunk(transaction, { file, number, sealed, now: database.now() }),
            ),
          );
        }
        return { file, ...measured.result() };
      } catch (err) {
        // Where the database is gone, the sweep does it later.
        await remove(file).catch(() => {});
        throw err;
      }
    },
    read: ({ file, size }, range) => {
      const key = fileKey(deps.key, file);
      const buffer = Buffer.allocUnsafeSlow(Math.min(SEALED_BYTES, size + TAG_BYTES));
      return readRange(size, range, async ({ number, last }) => {
        let filled = 0;
        for (let at = 0; at < buffer.length; at += SLICE_BYTES) {
          const of = { file, number, at, length: SLICE_BYTES };
          const copied = await gate(() => copySlice(database, of, buffer));
          if (copied === undefined) throw new Error('a chunk of the recording is gone');
          filled = at + copied;
          if (copied < SLICE_BYTES) break;
        }
        return openChunk(key, { number, last, bytes: buffer.subarray(0, filled) });
      });
    },
    remove,
    leftovers: (of) => selectFilesWrittenBefore(database.read, of),
  };
}
