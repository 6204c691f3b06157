import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { DATABASE_FILE, openDatabase } from './database.ts';
import type { DatabaseSettings } from './database.ts';
import { checkFile } from './file-check.ts';

const PAGE = 4_096;
const LARGE_TEXT_BYTES = 40_000_000;
/** No waiting before the check of a large file. */
const AT_ONCE = { ...systemClock, sleep: () => Promise.resolve() };
const DEPS = { clock: systemClock, onFatal: () => {} };

describe('the check of a database file', () => {
  const directories: string[] = [];

  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  /** A closed file with one text of so many bytes. */
  async function fileWith(
    bytes: number,
  ): Promise<{ readonly settings: DatabaseSettings; readonly path: string }> {
    const directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
    directories.push(directory);
    const settings = { kind: 'sqlite', directory, exclusive: true } as const;
    const database = await openDatabase(settings, DEPS);
    await database.write(async (transaction) => {
      await sql`create table long (text text)`.execute(transaction);
      await sql`insert into long values (hex(zeroblob(${bytes / 2})))`.execute(transaction);
    });
    await database.close();
    return { settings, path: join(directory, DATABASE_FILE) };
  }

  it('finds nothing in a sound one', async () => {
    const { settings, path } = await fileWith(100_000);
    const database = await openDatabase(settings, DEPS);

    await expect(checkFile(path)).resolves.toBeUndefined();

    await database.close();
  });

  it('finds a page in the middle that holds something else', async () => {
    const { path } = await fileWith(100_000);
    damage(path);

    await expect(checkFile(path)).rejects.toMatchObject({ code: 'database_failed' });
  });

  it('finds that a file is no database', async () => {
    const { path } = await fileWith(100_000);
    writeFileSync(path, Buffer.alloc(PAGE, 0x5a));

    await expect(checkFile(path)).rejects.toMatchObject({ code: 'database_failed' });
  });

  it('keeps a server from starting on a small damaged one', async () => {
    const { settings, path } = await fileWith(100_000);
    damage(path);

    await expect(openDatabase(settings, DEPS)).rejects.toMatchObject({ code: 'database_failed' });
  });

  it('tells a server of damage in a large one after it has started', async () => {
    const { settings, path } = await fileWith(LARGE_TEXT_BYTES);
    damage(path);
    let tell: (err: unknown) => void = () => {};
    const told = new Promise((resolve) => {
      tell = resolve;
    });

    const database = await openDatabase(settings, { clock: AT_ONCE, onFatal: (err) => tell(err) });

    expect(await told).toMatchObject({ code: 'database_failed' });
    await database.close();
  });
});

/** Writes over a page in the middle of the file. */
function damage(path: string): void {
  const middle = Math.floor(statSync(path).size / PAGE / 2) * PAGE;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(PAGE, 0x5a), 0, PAGE, middle);
  closeSync(file);
}
