import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

test.skipIf(process.platform === 'win32').each([
  ['new', () => {}],
  [
    'of an earlier version',
    (directory: string) => writeFileSync(join(directory, 'patchcord.db'), '', { mode: 0o644 }),
  ],
])(
  'the files of a %s database are their owner’s, also in an open folder',
  async (_name, prepare) => {
    const directory = mkdtempSync(join(tmpdir(), 'patchcord-private-'));
    directories.push(directory);
    chmodSync(directory, 0o755);
    prepare(directory);

    const database = await openDatabase(
      { kind: 'sqlite', directory, exclusive: true },
      { clock: systemClock, onFatal: () => {} },
    );
    await migrate(database);

    const open = readdirSync(directory).filter(
      (name) => (statSync(join(directory, name)).mode & 0o077) !== 0,
    );
    await database.close();
    expect(open).toEqual([]);
  },
);
