import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';

/**
 * A driver that passes everything on and translates each error, so that callers see codes of the
 * catalogue and never those of a database library.
 */
export class TranslatingDriver implements Driver {
  readonly #inner: Driver;
  readonly #translate: (err: unknown) => unknown;

  constructor(inner: Driver, translate: (err: unknown) => unknown) {
    this.#inner = inner;
    this.#translate = translate;
  }

  init(): Promise<void> {
    return this.#translated(() => this.#inner.init());
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return this.#translated(
      async () => new TranslatingConnection(await this.#inner.acquireConnection(), this.#translate),
    );
  }

  beginTransaction(
    connection: DatabaseConnection,
    settings: Parameters<Driver['beginTransaction']>[1],
  ): Promise<void> {
    return this.#translated(() => this.#inner.beginTransaction(unwrap(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#inner.commitTransaction(unwrap(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#inner.rollbackTransaction(unwrap(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#inner.releaseConnection(unwrap(connection));
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }

  async #translated<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (err) {
      throw this.#translate(err);
    }
  }
}

class TranslatingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #translate: (err: unknown) => unknown;

  constructor(inner: DatabaseConnection, translate: (err: unknown) => unknown) {
    this.inner = inner;
    this.#translate = translate;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.inner.executeQuery<R>(query);
    } catch (err) {
      throw this.#translate(err);
    }
  }

  streamQuery<R>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, size);
  }
}

// The PostgreSQL driver keeps private members on its own connection object.
function unwrap(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof TranslatingConnection ? connection.inner : connection;
}
