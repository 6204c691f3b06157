import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

/**
 * Makes an SQLite file that only its owner reads and writes, or makes one so that is there
 * already: it holds the numbers and names of callers. SQLite gives its `-wal` and `-shm` files the
 * mode of the file itself (https://www.sqlite.org/wal.html). A file of another owner stays as it is.
 */
export function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(file)) tryChmod(file);
  }
}

function tryChmod(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // Its owner decides who reads it.
  }
}
