import { CompiledQuery, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, Driver, QueryResult, SqliteDatabase } from 'kysely';

import type { Tables } from './schema.ts';

/** A handle for reading and one for writing, on one connection. */
export interface SqliteHandles {
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
}

/** Resolves when the transaction that is open now has ended; undefined where none is open. */
interface Turn {
  ended: Promise<void> | undefined;
}

/**
 * Makes both handles of one connection: each commit of another connection would empty a reader's
 * cache. The reader waits while a transaction is open, so that it sees committed rows only; all
 * statements run on this thread, one after another, whoever asks for them. It refuses to write.
 */
export function makeSqliteHandles(database: SqliteDatabase): SqliteHandles {
  const turn: Turn = { ended: undefined };
  return {
    reader: new Kysely<Tables>({ dialect: new ReadingDialect(database, turn) }),
    writer: new Kysely<Tables>({ dialect: new WritingDialect(database, turn) }),
  };
}

/** An adapter by which a prepared statement gets at the connection without Kysely's way there. */
export class DirectAdapter extends SqliteAdapter {
  readonly #database: SqliteDatabase;
  readonly #turn: Turn | undefined;

  /** With `turn`: for reading, between transactions. */
  constructor(database: SqliteDatabase, turn?: Turn) {
    super();
    this.#database = database;
    this.#turn = turn;
  }

  /** Reads need no lock among themselves: each is one call of SQLite. */
  override get supportsMultipleConnections(): boolean {
    return this.#turn !== undefined;
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]> {
    if (this.#turn !== undefined) {
      if (!READS.test(sql)) throw new Error(READ_ONLY);
      while (this.#turn.ended !== undefined) await this.#turn.ended;
    }
    const statement = this.#database.prepare(sql);
    if (statement.reader) return statement.all(parameters);
    statement.run(parameters);
    return NO_ROWS;
  }

  /** Runs a statement that gives no rows; resolves with how many it changed. */
  async change(sql: string, parameters: readonly unknown[]): Promise<number> {
    if (this.#turn !== undefined) throw new Error(READ_ONLY);
    return Number(this.#database.prepare(sql).run(parameters).changes);
  }

  /** Runs a statement for each row of values; returns how many rows it changed in all. */
  runEach(sql: string, rows: readonly (readonly unknown[])[]): number {
    if (this.#turn !== undefined) throw new Error(READ_ONLY);
    const statement = this.#database.prepare(sql);
    let changed = 0;
    for (const row of rows) changed += Number(statement.run(row).changes);
    return changed;
  }

  /** Reads with each row of values; whoever asks says what the rows are. */
  findEach<R>(sql: string, rows: readonly (readonly unknown[])[]): readonly R[] {
    const statement = this.#database.prepare(sql);
    return rows.flatMap((row) => statement.all(row)) as readonly R[];
  }
}

const NO_ROWS: readonly unknown[] = [];

class WritingDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #driver: Driver;
  constructor(database: SqliteDatabase, turn: Turn) {
    super({ database });
    this.#database = database;
    this.#driver = new WritingDriver(database, turn);
  }
  override createDriver(): Driver {
    return this.#driver;
  }
  override createAdapter(): SqliteAdapter {
    return new DirectAdapter(this.#database);
  }
}

class WritingDriver extends SqliteDriver {
  readonly #turn: Turn;
  #end: () => void = () => {};

  constructor(database: SqliteDatabase, turn: Turn) {
    super({ database });
    this.#turn = turn;
  }

  /** Takes the write lock at once instead of failing half-way. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    this.#turn.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    try {
      await connection.executeQuery(BEGIN);
    } catch (err) {
      this.#over();
      throw err;
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    // One that fails is rolled back by whoever asked for it, and readers wait until then.
    await super.commitTransaction(connection);
    this.#over();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } finally {
      this.#over();
    }
  }

  #over(): void {
    this.#turn.ended = undefined;
    this.#end();
  }
}

const BEGIN = CompiledQuery.raw('begin immediate');

class ReadingDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #turn: Turn;
  constructor(database: SqliteDatabase, turn: Turn) {
    super({ database });
    this.#database = database;
    this.#turn = turn;
  }
  override createDriver(): Driver {
    return new ReadingDriver(this.#database, this.#turn);
  }
  override createAdapter(): SqliteAdapter {
    return new DirectAdapter(this.#database, this.#turn);
  }
}

class ReadingDriver extends SqliteDriver {
  readonly #turn: Turn;
  #connection: Promise<DatabaseConnection> | undefined;

  constructor(database: SqliteDatabase, turn: Turn) {
    super({ database });
    this.#turn = turn;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= super
      .acquireConnection()
      .then((inner) => new ReadingConnection(inner, this.#turn));
    return await this.#connection;
  }

  override async beginTransaction(): Promise<void> {
    throw new Error(READ_ONLY);
  }

  /** The writer closes what both use. */
  override async destroy(): Promise<void> {}
}

const READ_ONLY = 'attempt to write a readonly database: jobs of `write` do that';
const READS = /^\s*(?:select|with|explain|pragma)\b/iu;

class ReadingConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #turn: Turn;

  constructor(inner: DatabaseConnection, turn: Turn) {
    this.#inner = inner;
    this.#turn = turn;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!READS.test(query.sql)) throw new Error(READ_ONLY);
    while (this.#turn.ended !== undefined) await this.#turn.ended;
    // Runs to its end before anybody else's statement: nothing is awaited in between.
    return await this.#inner.executeQuery<R>(query);
  }

  streamQuery<R>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, size);
  }
}
