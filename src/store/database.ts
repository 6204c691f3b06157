import { statSync } from 'node:fs';
import { join } from 'node:path';

import { Kysely, PostgresDialect } from 'kysely';
import type { Driver, RawBuilder, Transaction } from 'kysely';
import pg from 'pg';

import type { AppError } from '../errors/app-error.ts';
import type { Clock } from '../time/clock.ts';
import { followDatabaseClock } from './database-clock.ts';
import { POSTGRES, SQLITE } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { lockDirectory } from './directory-lock.ts';
import { checkFileLater } from './file-check.ts';
import { createGroupCommit } from './group-commit.ts';
import { prepareHotStatements } from './hot-statements.ts';
import { makeFolder } from './make-folder.ts';
import type { Tables } from './schema.ts';
import { openSqlite } from './sqlite-driver.ts';
import { openLogSync } from './sqlite-log-sync.ts';
import { makeSqliteHandles } from './sqlite-handles.ts';
import { TranslatingDriver } from './translating-driver.ts';

export interface Database {
  readonly dialect: Dialect['name'];
  /** For statements outside a job; it sees committed rows only. On SQLite it refuses to write. */
  readonly read: Kysely<Tables>;
  /** Suffix of a claiming sub-select: `for update skip locked` on PostgreSQL, nothing on SQLite. */
  readonly skipLocked: RawBuilder<unknown>;
  /**
   * Runs the job in a transaction and resolves after its commit is on disk. On SQLite, jobs asked for
   * in one turn share transaction and fsync; on PostgreSQL they run side by side, in no order: whoever
   * needs one after the other waits in between. A job awaits statements only, catches no error of theirs and
   * changes nothing but rows: it may run twice.
   * Rejects with what the job threw, `conflict` (unique or foreign key), `storage_full`,
   * `overloaded`, `database_failed`, or `database_unavailable` (also when the answer to the commit
   * was lost on PostgreSQL: then the rows may stand).
   */
  write<T>(job: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * The same, but on SQLite it resolves at the commit, whose sync follows at once. For what a power cut
   * may take back: nothing may leave the process because of it before a later `write` has resolved.
   */
  writeSoon<T>(job: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * The same in a transaction of its own, for large rows: on PostgreSQL beside the shared ones, which
   * do not wait for it. Rejects as `write` does.
   */
  writeApart<T>(job: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Takes what was deleted from the vault's keys out of the database's files, as far as it keeps them. */
  forgetDeletedKeys(): Promise<void>;
  /**
   * Takes what was deleted out of SQLite's write-ahead log, where its pages still stand as they were; in the
   * file itself it was written over. PostgreSQL does that as it vacuums.
   */
  emptyLog(): Promise<void>;
  /** Epoch milliseconds; on PostgreSQL the database's clock, so that all nodes agree. */
  now(): number;
  /** Waits for the jobs asked for, then closes all handles and frees the data directory. */
  close(): Promise<void>;
}

export type DatabaseSettings =
  | {
      readonly kind: 'sqlite';
      readonly directory: string;
      /** True for the one server process; commands beside it work without the lock. */
      readonly exclusive: boolean;
    }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize?: number };

export interface DatabaseDeps {
  readonly clock: Clock;
  /** The storage failed under a commit: log, and end the process. */
  onFatal(err: AppError): void;
}

/** The SQLite database inside the data directory. */
export const DATABASE_FILE = 'patchcord.db';
/** A file of this size is read to its end within some tenths of a second; a larger one beside the work. */
const CHECKED_AT_ONCE_BYTES = 32 * 1024 * 1024;
const POOL_SIZE = 16;
/** Of the connections of a pool, those that jobs may hold; the rest is for reading and large rows. */
const WRITERS_SHARE = 0.5;
const CONNECT_TIMEOUT_MS = 10_000;
/** A statement of ours takes milliseconds; one that takes this long waits for a dead node's lock. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Opens the database, checks that it can keep what it acknowledges, and leaves the schema to
 * `migrate`. Rejects with `data_directory_locked`, `invalid_settings` (the directory cannot be
 * made, fsync or synchronous_commit is off), `database_failed` (damaged file) or `database_unavailable`.
 * Of a server, a large SQLite file is checked some seconds later, and damage goes to `onFatal`.
 */
export async function openDatabase(
  settings: DatabaseSettings,
  deps: DatabaseDeps,
): Promise<Database> {
  return settings.kind === 'sqlite'
    ? await openSqliteDatabase(settings.directory, settings.exclusive, deps)
    : await openPostgresDatabase(settings.url, settings.poolSize ?? POOL_SIZE, deps);
}

async function openSqliteDatabase(
  directory: string,
  exclusive: boolean,
  deps: DatabaseDeps,
): Promise<Database> {
  makeFolder(directory);
  const unlock = exclusive ? lockDirectory(directory) : () => {};
  try {
    const path = join(directory, DATABASE_FILE);
    const { reader, writer } = makeSqliteHandles(openSqlite(path, SQLITE.translate));
    const isSmall = statSync(path).size <= CHECKED_AT_ONCE_BYTES;
    if (isSmall) await SQLITE.check(writer);
    const log = openLogSync(path);
    // Commands leave a large file to the server and to `doctor`.
    const check =
      isSmall || !exclusive
        ? undefined
        : checkFileLater(path, { clock: deps.clock, damaged: (err) => deps.onFatal(err) });
    const end = async (): Promise<void> => {
      await check?.close();
      log.close();
      unlock();
    };
    const { now } = deps.clock;
    return assemble({
      dialect: SQLITE,
      reader,
      writer,
      deps,
      now,
      end,
      sync: log.sync,
      writers: 1,
    });
  } catch (err) {
    unlock();
    throw err;
  }
}

async function openPostgresDatabase(
  url: string,
  poolSize: number,
  deps: DatabaseDeps,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'patchcord',
    types: { getTypeParser: typeParser },
  });
  // A connection that breaks is replaced by the pool, and its statement rejects; without these
  // listeners, one for idle connections and one for those at work, it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  const handle = new Kysely<Tables>({
    dialect: new OwnPostgresDialect({ pool: prepareHotStatements(pool) }),
  });
  try {
    await POSTGRES.check(handle);
    const clock = await followDatabaseClock(handle, deps.clock);
    const end = clock.stop;
    return assemble({
      dialect: POSTGRES,
      reader: handle,
      writer: handle,
      deps,
      now: clock.now,
      end,
      writers: Math.max(1, Math.floor(poolSize * WRITERS_SHARE)),
    });
  } catch (err) {
    await handle.destroy();
    throw err;
  }
}

class OwnPostgresDialect extends PostgresDialect {
  override createDriver(): Driver {
    return new TranslatingDriver(super.createDriver(), POSTGRES.translate);
  }
}

// int8 (20) and numeric (1700, what sum() gives) as numbers: our integers are epoch milliseconds and
// counters, far below 2^53. Object ids: https://www.postgresql.org/docs/current/datatype-oid.html
const typeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  Number(oid) === 20 || Number(oid) === 1700
    ? (value: string) => Number(value)
    : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format);

function assemble(parts: {
  dialect: Dialect;
  reader: Kysely<Tables>;
  writer: Kysely<Tables>;
  deps: DatabaseDeps;
  now: () => number;
  end: () => void | Promise<void>;
  writers: number;
  sync?: () => Promise<void>;
}): Database {
  const commits = createGroupCommit({
    begin: () => parts.writer.startTransaction().execute(),
    clock: parts.deps.clock,
    onFatal: (err) => parts.deps.onFatal(err),
    oneTurn: parts.dialect.name === 'sqlite',
    writers: parts.writers,
    sync: parts.sync,
  });
  const end = async (): Promise<void> => {
    await commits.close();
    await parts.reader.destroy();
    if (parts.writer !== parts.reader) await parts.writer.destroy();
    await parts.end();
  };
  let ended: Promise<void> | undefined;
  return {
    dialect: parts.dialect.name,
    read: parts.reader,
    skipLocked: parts.dialect.skipLocked,
    write: commits.write,
    writeSoon: commits.writeSoon,
    writeApart: (job) =>
      parts.dialect.name === 'sqlite'
        ? commits.write(job)
        : parts.writer.transaction().execute(job),
    forgetDeletedKeys: async () => {
      await parts.dialect.forget.execute(parts.writer);
    },
    emptyLog: async () => {
      await parts.dialect.emptyLog?.execute(parts.writer);
    },
    now: parts.now,
    close: () => (ended ??= end()),
  };
}
