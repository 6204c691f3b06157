import { sql } from 'kysely';
import type { Kysely, RawBuilder } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import { STALE_STATEMENT } from './hot-statements.ts';
import type { Tables } from './schema.ts';

/** Everything in which the two databases differ. All other SQL is the same text on both. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Put behind a sub-select that claims rows; empty where one process writes. */
  readonly skipLocked: RawBuilder<unknown>;
  readonly types: ColumnTypes;
  /** First statement of a migration: keeps a second migrator waiting. */
  readonly migrationLock: RawBuilder<unknown> | undefined;
  /** The database's clock in epoch milliseconds; undefined: it is our own. */
  readonly clock: RawBuilder<{ now: number }> | undefined;
  /** Takes deleted keys out of the files too; run outside of a transaction. */
  readonly forget: RawBuilder<unknown>;
  /** Empties the log that stands beside the file, outside of a transaction; undefined: there is none. */
  readonly emptyLog: RawBuilder<unknown> | undefined;
  /** A driver's error as an AppError; anything else comes back unchanged. */
  translate(err: unknown): unknown;
  /**
   * Rejects with `invalid_settings` when the database cannot keep the promise of durability, and with
   * `database_failed` when its file, which is read to the end, is damaged.
   */
  check(database: Kysely<Tables>): Promise<void>;
}

/**
 * Types of columns; `small` is for numbers below 2^31. `end` closes `create table (…)`, `keyed` that of a
 * table of small rows, which stand in the order of their key.
 */
export type ColumnTypes = Readonly<
  Record<'text' | 'integer' | 'small' | 'blob' | 'end' | 'keyed', string>
>;

export const SQLITE: Dialect = {
  name: 'sqlite',
  skipLocked: sql``,
  types: {
    ...{ text: 'text', integer: 'integer', small: 'integer', blob: 'blob' },
    ...{ end: ' strict', keyed: ' strict, without rowid' },
  },
  migrationLock: undefined, // begin immediate is the lock
  clock: undefined,
  forget: sql`pragma wal_checkpoint(truncate)`,
  emptyLog: sql`pragma wal_checkpoint(truncate)`,
  translate: (err) => {
    const code = property(err, 'errcode');
    if (typeof code !== 'number') return err;
    // https://www.sqlite.org/rescode.html: the low byte is the primary code.
    const primary = code & 0xff;
    if (primary === 5 || primary === 6) return unavailable(err, 'busy', true);
    if (primary === 13) return new AppError('storage_full', 'The disk is full.', { cause: err });
    if (primary === 10 || primary === 11 || primary === 26)
      return databaseFailed(`code ${code}`, err);
    return code === 2067 || code === 1555 || code === 787 ? conflict(err) : err;
  },
  check: async (database) => {
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(database);
    if (rows[0]?.quick_check !== 'ok') throw databaseFailed(String(rows[0]?.quick_check));
  },
};

export const POSTGRES: Dialect = {
  name: 'postgres',
  skipLocked: sql`for update skip locked`,
  types: {
    ...{ text: 'text collate "C"', integer: 'bigint', small: 'integer', blob: 'bytea' },
    ...{ end: '', keyed: '' },
  },
  migrationLock: sql`select pg_advisory_xact_lock(7237128901)`,
  clock: sql`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
  // Written anew: a plain vacuum leaves the bytes where they were.
  forget: sql`vacuum (full) vault_key, vault_key_seal`,
  emptyLog: undefined,
  translate: (err) => {
    const code = property(err, 'code');
    if (err instanceof TypeError || err instanceof RangeError) return err;
    // https://www.postgresql.org/docs/current/errcodes-appendix.html; none: the connection broke.
    if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return unavailable(err, 'lost');
    if (/^(40001|40P01|55P03)$/.test(code)) return unavailable(err, code, true);
    // Prepared before another version changed the tables; the next run prepares it anew.
    if (code === STALE_STATEMENT) return unavailable(err, code, true);
    if (code === '53100') return new AppError('storage_full', 'The disk is full.', { cause: err });
    if (/^(08|53|57|58)/.test(code)) return unavailable(err, code);
    if (code === '22021') return new AppError('invalid_request', 'NUL in a text.', { cause: err });
    return code === '23505' || code === '23503' ? conflict(err) : err;
  },
  check: async (database) => {
    const { rows } = await sql<{ fault: string }>`select name || '=' || setting as fault
      from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off'
      or name = 'server_version_num' and setting::int < 140000 order by name`.execute(database);
    if (rows.length === 0) return;
    const message = `PostgreSQL reports ${rows.map((row) => row.fault).join(', ')}: acknowledged calls could be lost. Turn fsync and synchronous_commit on, use version 14 or newer, and start again.`;
    throw new AppError('invalid_settings', message);
  },
};

// rolledBack: surely undone by the database, so it may run again.
function unavailable(cause: unknown, state: string, rolledBack = false): AppError {
  const message = `The database did not answer (${state}).`;
  return new AppError('database_unavailable', message, { details: { rolledBack }, cause });
}

/** The file of the database is damaged, or the storage under it failed; `state`: what was found. */
export function databaseFailed(state: string, cause?: unknown): AppError {
  return new AppError('database_failed', `The database file cannot be used (${state}).`, { cause });
}

function conflict(cause: unknown): AppError {
  return new AppError(
    'conflict',
    'What was to be written exists already, or something that it belongs to is gone.',
    { cause },
  );
}

function property(err: unknown, name: string): unknown {
  return err instanceof Error ? Reflect.get(err, name) : undefined;
}
