import type { Database } from '../store/database.ts';
import { createDirectorySpool } from './directory-spool.ts';
import type { DirectorySpoolDeps } from './directory-spool.ts';
import type { Spool } from './spool.ts';
import { createTableSpool } from './table-spool.ts';

/** Opens the spool that fits the database: a directory of one machine, or a table that all share. */
export function openSpool(deps: DirectorySpoolDeps & { readonly database: Database }): Spool {
  return deps.database.dialect === 'postgres' ? createTableSpool(deps) : createDirectorySpool(deps);
}
