import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { findPostgres, startPostgres } from '../../scripts/test/postgres-server.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database, DatabaseSettings } from '../../src/store/database.ts';
import { systemClock } from '../../src/time/clock.ts';
import { createPostgresDatabase } from '../real/postgres-database.ts';

export interface SoakDatabase {
  readonly settings: DatabaseSettings;
  /** What a server's settings say of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Opens it beside the servers. */
  open(): Promise<Database>;
  /** Takes it away, where it is not a file in the soak's own folder. */
  drop(): Promise<void>;
}

/**
 * A fresh database: SQLite in the folder, or one on the PostgreSQL server that TEST_DATABASE_URL
 * names, else on a server of this machine that is started for it, with fsync on.
 */
export async function makeSoakDatabase(
  kind: 'sqlite' | 'postgres',
  folder: string,
): Promise<SoakDatabase> {
  const open = (settings: DatabaseSettings) => (): Promise<Database> =>
    openDatabase(settings, {
      clock: systemClock,
      onFatal: (err) => {
        throw err;
      },
    });
  if (kind === 'sqlite') {
    const settings = { kind, directory: join(folder, 'data'), exclusive: false } as const;
    return { settings, environment: {}, open: open(settings), drop: () => Promise.resolve() };
  }
  const server = await serverOf(process.env['TEST_DATABASE_URL']);
  const database = await createPostgresDatabase(server.url);
  const settings = { kind, url: database.url, poolSize: 2 } as const;
  return {
    settings,
    environment: {
      DATABASE_URL: database.url,
      MASTER_KEY: randomBytes(32).toString('base64'),
    },
    open: open(settings),
    drop: async () => {
      await database.drop();
      await server.stop();
    },
  };
}

async function serverOf(url = ''): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (url !== '') return { url, stop: () => Promise.resolve() };
  const programs = findPostgres();
  if (programs === undefined) {
    throw new Error('PostgreSQL is not installed: install it, or set TEST_DATABASE_URL.');
  }
  return await startPostgres(programs);
}
