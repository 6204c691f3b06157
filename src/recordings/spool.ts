import type { ByteRange } from './byte-range.ts';

/** What names a file of the spool and proves where it ends. */
export interface SpoolFile {
  /** Name within the spool. */
  readonly file: string;
  /** Bytes of the recording itself. */
  readonly size: number;
}

export interface SpooledFile extends SpoolFile {
  /** Of the recording, lower-case hex. */
  readonly sha256: string;
  /** As its first bytes say; `undefined` when they say nothing we know. */
  readonly mediaType: string | undefined;
  /** Length of the sound, where the first bytes tell it. */
  readonly seconds?: number;
  /** The first bytes are text: a web page or a message, no sound. */
  readonly text: boolean;
}

/** Recordings on their way to the CRM, encrypted: in a directory, or in a table that all nodes share. */
export interface Spool {
  /**
   * Stores a stream: when this resolves the file is safe. Throws `payload_too_large` and
   * `invalid_request` (empty); then nothing is left behind.
   */
  store(stream: AsyncIterable<Uint8Array>): Promise<SpooledFile>;
  /**
   * The clear bytes, streamed; of a range, only the chunks that hold it are read. The stream throws
   * when the file was changed, cut off, sealed with another key or is gone.
   */
  read(file: SpoolFile, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** A file that is gone already is removed. */
  remove(file: string): Promise<void>;
  /**
   * Files, also half written ones, of which nothing was written since `writtenBefore` (epoch
   * milliseconds): those among them that no row names may go.
   */
  leftovers(of: {
    readonly writtenBefore: number;
    readonly limit: number;
  }): Promise<readonly string[]>;
}

/** Largest recording that is taken, unless the operator says otherwise. */
export const MAX_RECORDING_BYTES = 256 * 1024 * 1024;

/** True when the file can be read from its first byte to its last: both ends are tried. */
export async function isReadable(spool: Spool, file: SpoolFile): Promise<boolean> {
  const ends = [...new Set([0, file.size - 1])];
  try {
    for (const at of ends) {
      for await (const bytes of spool.read(file, { from: at, to: at })) {
        if (bytes.length !== 1) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}
