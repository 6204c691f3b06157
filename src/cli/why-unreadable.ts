/** Why a file could not be read or written, as the end of a sentence without its full stop. */
export function whyUnreadable(err: unknown): string {
  const code = err instanceof Error ? Reflect.get(err, 'code') : undefined;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'EACCES':
    case 'EPERM':
      return 'access is refused';
    default:
      return err instanceof Error ? err.message : String(err);
  }
}
