import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { AppError } from '../errors/app-error.ts';

/**
 * Makes the data directory (0700) and its parents where they are absent. Throws `invalid_settings`
 * when that cannot be done. Node's own `recursive` never returns where a parent exists and takes no
 * folder (`/proc`), so that it is done step by step.
 */
export function makeFolder(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeFolder(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (cause) {
    if (existsSync(directory)) return;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'invalid_settings',
      `The data directory ${directory} cannot be made (${why}): set DATA_DIR to another.`,
      { cause },
    );
  }
}
