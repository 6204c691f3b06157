import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const syncData = promisify(fdatasync);

/** Puts an SQLite database's write-ahead log on disk while the event loop goes on. */
export interface LogSync {
  /** Resolves when everything that was committed before the call is on disk; rejects with the error of the disk. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * Opens the write-ahead log of the database at `path`, which exists while a connection is open and
 * stays the same file until the last one closes. Commits are frames at its end, so that its data on
 * disk are all commits up to then; what a checkpoint has taken out of it SQLite itself has synced
 * into the database before it writes over the frames (https://www.sqlite.org/wal.html).
 */
export function openLogSync(path: string): LogSync {
  // SQLite's locks are on other files: closing this one frees none of them.
  const log = openSync(`${path}-wal`, 'r+');
  return { sync: () => syncData(log), close: () => closeSync(log) };
}
