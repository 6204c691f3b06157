import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

import { makePrivate } from './private-file.ts';

/** Longest wait for another process's short write, in milliseconds; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 5_000;
/** Statements kept compiled: preparing one costs more than running it. */
const MAX_STATEMENTS = 512;

export interface SqliteOptions {
  /** The file exists, and another handle writes it. */
  readonly readOnly?: boolean;
  /** Memory for pages; 8 MiB by default. */
  readonly cacheKib?: number;
  /** Pages of the log after which it is copied into the file; 8,000 by default. */
  readonly checkpointPages?: number;
}

const CACHE_KIB = 8_192;
const CHECKPOINT_PAGES = 8_000;

/**
 * Opens an SQLite file in the form that Kysely's SqliteDialect takes.
 * With `synchronous=NORMAL` a commit is in the write-ahead log but not yet on disk
 * (https://www.sqlite.org/pragma.html#pragma_synchronous): whoever acknowledges it syncs the log
 * first, beside the event loop (`sqlite-log-sync.ts`). `FULL` would stop the loop for each commit.
 * `translate` makes node:sqlite's errors those of the catalogue, here and in each statement.
 */
export function openSqlite(
  path: string,
  translate: (err: unknown) => unknown,
  options: SqliteOptions = {},
): SqliteDatabase {
  const translated = <T>(run: () => T): T => {
    try {
      return run();
    } catch (err) {
      throw translate(err);
    }
  };
  if (options.readOnly !== true) makePrivate(path);
  const database = translated(() => connect(path, options));
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const statement = translated(() => adapt(database.prepare(plannedOnce(sql)), translated));
      statements.set(sql, statement);
      return statement;
    },
  };
}

/**
 * SQLite looks at the value of a bound limit or pattern when it makes its plan, and so makes a new one
 * whenever it is bound, at ten times the cost of running it. The value of a sum or of a joined text it
 * leaves alone.
 */
export function plannedOnce(sql: string): string {
  return sql.replaceAll(/\blimit \?/giu, '$& + 0').replaceAll(/\blike \?/giu, "$& || ''");
}

function connect(path: string, options: SqliteOptions): DatabaseSync {
  const { readOnly = false, cacheKib = CACHE_KIB, checkpointPages = CHECKPOINT_PAGES } = options;
  const database = new DatabaseSync(path, {
    readOnly,
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
    allowExtension: false,
  });
  if (readOnly) {
    database.exec(`pragma trusted_schema=off; pragma cache_size=-${cacheKib}`);
    return database;
  }
  // What is deleted is overwritten: keys, credentials and customers that went must not be found in a
  // stolen file (https://www.sqlite.org/pragma.html#pragma_secure_delete).
  database.exec(
    'pragma journal_mode=wal; pragma synchronous=normal; pragma journal_size_limit=67108864; pragma secure_delete=on',
  );
  // Small transactions write the same few pages again and again: a checkpoint after 1,000 of them, as
  // by default, copies and syncs those pages so often that it takes most of the time of all commits.
  database.exec(
    `pragma trusted_schema=off; pragma cache_size=-${cacheKib}; pragma wal_autocheckpoint=${checkpointPages}`,
  );
  return database;
}

function adapt(statement: StatementSync, translated: <T>(run: () => T) => T): SqliteStatement {
  let names = columnsOf(statement);
  // node:sqlite makes its objects more slowly than a loop does.
  if (names.length > 0) statement.setReturnArrays(true);
  const toRow = (values: unknown): unknown => {
    if (!Array.isArray(values)) return values;
    // A table may have got columns since: `select *` gives them too.
    if (values.length !== names.length) names = columnsOf(statement);
    const row: Record<string, unknown> = {};
    let at = 0;
    for (const name of names) {
      row[name] = values[at];
      at += 1;
    }
    return row;
  };
  return {
    reader: names.length > 0,
    all: (parameters) => translated(() => statement.all(...bind(parameters))).map(toRow),
    run: (parameters) => translated(() => statement.run(...bind(parameters))),
    iterate: (parameters) => statement.iterate(...bind(parameters)).map(toRow),
  };
}

function columnsOf(statement: StatementSync): readonly string[] {
  return statement.columns().map(({ name }) => name);
}

// Kysely types parameters as unknown; node:sqlite itself refuses what SQLite cannot hold.
function bind(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
