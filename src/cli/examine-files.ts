import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Settings } from '../config/settings.ts';
import { DATABASE_FILE } from '../store/database.ts';
import { fine, warnOf } from './examination.ts';
import type { Examination } from './examination.ts';

/** Bits of a mode by which others than the owner read, write or enter. */
const OTHERS = 0o077;

/** Who may read the files that hold calls and keys; on Windows modes say nothing. */
export function examineFileModes(
  settings: Pick<Settings, 'dataDir' | 'masterKeyFile' | 'tlsKey'>,
): readonly Examination[] {
  if (process.platform === 'win32' || !existsSync(settings.dataDir)) return [];
  const inData = [DATABASE_FILE, 'master.key', 'recordings'].map((name) =>
    join(settings.dataDir, name),
  );
  const paths = [settings.dataDir, ...inData, settings.masterKeyFile, settings.tlsKey];
  const open = paths.flatMap((path) => {
    const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (path === undefined || found === undefined || (found.mode & OTHERS) === 0) return [];
    const right = found.isDirectory() ? '700' : '600';
    return [{ path, right, mode: (found.mode & 0o777).toString(8) }];
  });
  const name = 'file modes';
  if (open.length === 0) return [fine(name, 'only the owner reads data and keys')];
  return open.map(({ path, mode, right }) =>
    warnOf(name, `others may use ${path} (${mode}): run \`chmod ${right} ${path}\`.`),
  );
}
