import { PassThrough } from 'node:stream';

import type { Spool, SpooledFile } from './spool.ts';

/** A file whose bytes are pushed piece by piece, and which is stored while they come. */
export interface ArrivingFile {
  /** Resolves when there is room for more; rejects when the file cannot be stored. */
  write(chunk: Uint8Array): Promise<void>;
  /** All bytes are there; `undefined` when there were none. Rejects like `Spool.store`. */
  end(): Promise<SpooledFile | undefined>;
  /** No more will come: nothing of it is left behind. */
  abandon(): Promise<void>;
}

/** Receives a file into the spool. Nothing is made on disk before its first byte. */
export function receiveFile(spool: Spool): ArrivingFile {
  const bytes = new PassThrough();
  // Whoever writes, ends or abandons learns of a failure by its own answer.
  bytes.on('error', () => {});
  let stored: Promise<SpooledFile> | undefined;
  const begin = (): Promise<SpooledFile> => {
    const storing = spool.store(bytes);
    storing.catch((err: unknown) => bytes.destroy(err instanceof Error ? err : undefined));
    return storing;
  };
  return {
    write: async (chunk) => {
      stored ??= begin();
      await new Promise<void>((resolve, reject) => {
        // A stream that is destroyed does not answer a write that it had begun.
        const gone = (): void => reject(new Error('the file cannot be stored'));
        bytes.once('close', gone);
        bytes.write(chunk, (err) => {
          bytes.off('close', gone);
          if (err) reject(err);
          else resolve();
        });
      });
    },
    end: async () => {
      bytes.end();
      return await stored;
    },
    abandon: async () => {
      bytes.destroy(new Error('the file did not arrive whole'));
      await stored?.then(
        ({ file }) => spool.remove(file),
        () => {},
      );
    },
  };
}
