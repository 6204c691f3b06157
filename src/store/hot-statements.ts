import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';

/** A text that came so often will come again. */
const HOT_AFTER = 20;
/** Each costs memory in each connection's process at the server: about 20 KiB. */
const MOST_NAMES = 150;
/** Texts that come once, such as lists of other lengths, must not fill the memory. */
const MOST_TEXTS = 2_000;

/**
 * A pool whose connections prepare texts that come often, so that PostgreSQL parses them once for each
 * connection. A text whose result another version's migration changed is prepared anew: outside of a
 * transaction at once, inside of one for whoever runs the transaction again.
 */
export function prepareHotStatements(pool: pg.Pool): PostgresPool {
  const names = new HotNames();
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    const known = clients.get(client) ?? new PreparingClient(client, names);
    clients.set(client, known);
    return known;
  };
  return {
    options: pool.options,
    connect: async () => wrap(await pool.connect()),
    end: () => pool.end(),
  };
}

/** Gives names to texts once they have come often. */
export class HotNames {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #given = 0;

  /** The name of a text; undefined while it is rare. */
  of(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size >= MOST_NAMES) return name;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    if (uses < HOT_AFTER) {
      if (this.#uses.size >= MOST_TEXTS) this.#uses.clear();
      this.#uses.set(text, uses);
      return undefined;
    }
    this.#uses.delete(text);
    this.#given += 1;
    const given = `hot_${this.#given}`;
    this.#names.set(text, given);
    return given;
  }

  /** Connections hold these under what they were: all get new names. */
  forget(): void {
    this.#names.clear();
  }
}

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #names: HotNames;

  constructor(client: pg.PoolClient, names: HotNames) {
    this.#client = client;
    this.#names = names;
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new Error('nothing is read by cursors');
    return this.#run(text, [...values]);
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }

  async #run<R>(text: string, values: unknown[]): Promise<PostgresQueryResult<R>> {
    // Without values it goes out as plain text, in one message: begin, commit.
    const name = values.length === 0 ? undefined : this.#names.of(text);
    if (name === undefined) return await this.#ask(text, values);
    const inTransaction = this.#client.getTransactionStatus() !== 'I';
    try {
      return await this.#ask(text, values, name);
    } catch (err) {
      if (!isStale(err)) throw err;
      this.#names.forget();
      if (inTransaction) throw err;
      return await this.#ask(text, values);
    }
  }

  async #ask<R>(text: string, values: unknown[], name?: string): Promise<PostgresQueryResult<R>> {
    const named = name === undefined ? {} : { name };
    // What the rows are is known from the statement, as in Kysely's own driver.
    const result = await this.#client.query({ text, values, ...named });
    return result as unknown as PostgresQueryResult<R>;
  }
}

/** "cached plan must not change result type": the tables were changed under a prepared statement. */
function isStale(err: unknown): boolean {
  return err instanceof Error && Reflect.get(err, 'code') === STALE_STATEMENT;
}

/** feature_not_supported, https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const STALE_STATEMENT = '0A000';
