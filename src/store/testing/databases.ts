import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, describe } from 'vitest';

import { systemClock } from '../../time/clock.ts';
import type { Clock } from '../../time/clock.ts';
import { openDatabase } from '../database.ts';
import type { Database, DatabaseSettings } from '../database.ts';
import { POSTGRES } from '../dialect.ts';
import { migrate } from '../migrate.ts';
import { MIGRATIONS } from '../migrations/list.ts';

export interface OpenOptions {
  readonly clock?: Clock;
  /** False: an empty database, without any table. */
  readonly migrated?: boolean;
  readonly onFatal?: (err: Error) => void;
}

export interface TestDatabases {
  readonly dialect: Database['dialect'];
  /** A fresh, migrated database of its own; closed and removed after the file's tests. */
  open(options?: OpenOptions): Promise<Database>;
  /** Settings of a fresh, migrated database for a process or handle that the test opens itself. */
  settings(options?: OpenOptions): Promise<DatabaseSettings>;
}

/**
 * Declares the same tests for a fresh SQLite file and, when TEST_DATABASE_URL names a PostgreSQL
 * server, for a database there, cloned from a migrated template. Without the variable the second
 * half is skipped and says why; under `CI=true` its absence fails.
 */
export function describeDatabases(name: string, tests: (databases: TestDatabases) => void): void {
  describe(`${name} (SQLite)`, () => {
    tests(sqliteDatabases());
  });
  describePostgres(name, tests);
}

/** The half of `describeDatabases` for what only several processes on one database can show. */
export function describePostgres(name: string, tests: (databases: TestDatabases) => void): void {
  // Tests are configured by their environment; the product reads its own in src/config only.
  const url = process.env['TEST_DATABASE_URL'];
  if (url !== undefined && url !== '') {
    describe(`${name} (PostgreSQL)`, () => {
      tests(postgresDatabases(url));
    });
  } else if (process.env['CI'] === 'true') {
    throw new Error('CI=true needs TEST_DATABASE_URL: the PostgreSQL half must run.');
  } else {
    describe.skip(`${name} (PostgreSQL): skipped, TEST_DATABASE_URL names no server`, () => {
      tests(postgresDatabases(''));
    });
  }
}

function sqliteDatabases(): TestDatabases {
  const directories: string[] = [];
  const settings = (): DatabaseSettings => {
    const directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
    directories.push(directory);
    return { kind: 'sqlite', directory, exclusive: true };
  };
  const opened = closeAfterwards(() => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
    return Promise.resolve();
  });
  return {
    dialect: 'sqlite',
    open: async (options = {}) => opened(await openMigrated(settings(), options)),
    settings: async (options = {}) => {
      const made = settings();
      await (await openMigrated(made, options)).close();
      return made;
    },
  };
}

function postgresDatabases(url: string): TestDatabases {
  const names: string[] = [];
  const settings = async (options: OpenOptions): Promise<DatabaseSettings> => {
    const name = `patchcord_test_${randomUUID().replaceAll('-', '')}`;
    names.push(name);
    await asAdministrator(url, async (client) => {
      const template = options.migrated === false ? 'template0' : await ensureTemplate(client, url);
      await client.query(`create database ${name} template ${template}`);
    });
    return { kind: 'postgres', url: withDatabase(url, name), poolSize: 4 };
  };
  const opened = closeAfterwards(async () => {
    if (names.length === 0) return;
    await asAdministrator(url, async (client) => {
      for (const name of names) await client.query(`drop database if exists ${name} with (force)`);
    });
  });
  return {
    dialect: 'postgres',
    open: async (options = {}) =>
      opened(await openMigrated(await settings(options), { ...options, migrated: false })),
    settings: (options = {}) => settings(options),
  };
}

async function openMigrated(settings: DatabaseSettings, options: OpenOptions): Promise<Database> {
  const database = await openDatabase(settings, {
    clock: options.clock ?? systemClock,
    onFatal: options.onFatal ?? (() => {}),
  });
  if (options.migrated !== false) await migrate(database);
  return database;
}

/** Closes what was opened when the file's tests are over, then removes it. */
function closeAfterwards(remove: () => Promise<void>): (database: Database) => Database {
  const open: Database[] = [];
  afterAll(async () => {
    for (const database of open) await database.close();
    await remove();
  });
  return (database) => {
    open.push(database);
    return database;
  };
}

/** One template per state of the migrations, made by whichever test file comes first. */
async function ensureTemplate(client: pg.Client, url: string): Promise<string> {
  const name = `patchcord_template_${migrationsDigest()}`;
  // A lock of the session: a second file waits until the template is complete.
  await client.query('select pg_advisory_lock(7237128902)');
  try {
    const known = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (known.rows.length === 0) {
      const draft = `${name}_draft`;
      await client.query(`drop database if exists ${draft} with (force)`);
      await client.query(`create database ${draft} template template0`);
      const database = await openMigrated(
        { kind: 'postgres', url: withDatabase(url, draft), poolSize: 1 },
        {},
      );
      await database.close();
      // Renamed when complete: a run that dies half-way leaves no template that looks whole.
      await client.query(`alter database ${draft} rename to ${name}`);
    }
  } finally {
    await client.query('select pg_advisory_unlock(7237128902)');
  }
  return name;
}

function migrationsDigest(): string {
  const statements = MIGRATIONS.flatMap((migration) => [
    migration.id,
    ...migration.statements(POSTGRES.types),
  ]);
  return createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
}

async function asAdministrator(
  url: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}
