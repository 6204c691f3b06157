import { AppError } from '../errors/app-error.ts';

/**
 * Runs a write that looks for a row and inserts it where there is none. Where another node was
 * faster the insert is a `conflict`; the second run finds the row. A `conflict` of that run is real
 * and rejects.
 */
export async function againOnConflict<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (err) {
    if (err instanceof AppError && err.code === 'conflict') return await write();
    throw err;
  }
}
