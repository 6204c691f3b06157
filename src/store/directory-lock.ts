import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { AppError } from '../errors/app-error.ts';
import { makeFolder } from './make-folder.ts';
import { makePrivate } from './private-file.ts';

/**
 * Takes the data directory for this process alone, making it (0700) when absent, and returns the
 * function that gives it back. A held `BEGIN EXCLUSIVE` on a file of its own is a lock that the
 * kernel frees even after SIGKILL, so no stale file can keep a restart out.
 * Throws `data_directory_locked` when another process holds it, `invalid_settings` when it cannot be made.
 */
export function lockDirectory(directory: string): () => void {
  makeFolder(directory);
  const path = join(directory, 'lock.db');
  makePrivate(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (cause) {
    lock.close();
    throw new AppError(
      'data_directory_locked',
      `Another Patchcord process works in ${directory}: stop it, or give this one its own DATA_DIR.`,
      { cause },
    );
  }
  return () => lock.close();
}
