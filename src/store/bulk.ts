import { CompiledQuery } from 'kysely';

import type { Handle } from './handle.ts';
import { DirectAdapter } from './sqlite-handles.ts';

export type BulkValue = string | number | Uint8Array | null;
export type BulkRow = readonly BulkValue[];

/** A column of a table, with its type on PostgreSQL. */
export type BulkColumn = readonly [name: string, type: 'text' | 'integer' | 'bigint'];

/**
 * Statements over many rows, whose SQL is built for the database: on SQLite one prepared statement runs
 * for each row, on PostgreSQL one statement takes a slice of rows as arrays, a column each. Rows that
 * stand in the order of their key cost each page of its index once. All statements reject as those of a
 * `Handle` do.
 */
export interface Bulk {
  insert(table: string, columns: readonly BulkColumn[], rows: readonly BulkRow[]): Promise<void>;
  /** Sets the columns behind the key, of rows that begin with their key. */
  update(
    table: string,
    of: { readonly key: readonly BulkColumn[]; readonly set: readonly BulkColumn[] },
    rows: readonly BulkRow[],
  ): Promise<void>;
  /** Resolves with how many rows went. */
  remove(table: string, key: readonly BulkColumn[], keys: readonly BulkRow[]): Promise<number>;
  /** The rows of these keys, in no order; `columns` are those that are read. */
  find<R>(
    table: string,
    of: { readonly key: readonly BulkColumn[]; readonly columns: readonly string[] },
    keys: readonly BulkRow[],
  ): Promise<readonly R[]>;
}

/** Rows of one statement on PostgreSQL: enough that the way there costs little. */
const SLICE = 5_000;

/** Statements over many rows on a handle, as a rule that of a transaction. */
export function bulkOf(handle: Handle): Bulk {
  const { adapter } = handle.getExecutor();
  return adapter instanceof DirectAdapter ? rowByRow(adapter) : sliceBySlice(handle);
}

function rowByRow(adapter: DirectAdapter): Bulk {
  return {
    insert: (table, columns, rows) => {
      const places = columns.map(() => '?').join(', ');
      adapter.runEach(`insert into ${table} (${namesOf(columns)}) values (${places})`, rows);
      return Promise.resolve();
    },
    update: (table, { key, set }, rows) => {
      const places = [...key, ...set].map((_, at) => `?${at + 1}`);
      const pair = ([name]: BulkColumn, at: number): string => `${name} = ${places[at] ?? ''}`;
      const values = set.map((column, at) => pair(column, key.length + at)).join(', ');
      const text = `update ${table} set ${values} where ${key.map(pair).join(' and ')}`;
      adapter.runEach(text, rows);
      return Promise.resolve();
    },
    remove: (table, key, keys) =>
      Promise.resolve(adapter.runEach(`delete from ${table} where ${equal(key)}`, keys)),
    find: (table, { key, columns }, keys) => {
      const text = `select ${columns.join(', ')} from ${table} where ${equal(key)}`;
      return Promise.resolve(adapter.findEach(text, keys));
    },
  };
}

function sliceBySlice(handle: Handle): Bulk {
  const run = async (
    text: string,
    columns: readonly BulkColumn[],
    rows: readonly BulkRow[],
  ): Promise<{ readonly changed: number; readonly rows: readonly unknown[] }> => {
    let changed = 0;
    const found: unknown[] = [];
    for (let from = 0; from < rows.length; from += SLICE) {
      const slice = rows.slice(from, from + SLICE);
      const arrays = columns.map((_, at) => slice.map((row) => row[at]));
      // One after another: a transaction has one connection.
      const result = await handle.executeQuery(CompiledQuery.raw(text, arrays));
      changed += Number(result.numAffectedRows ?? 0);
      found.push(...result.rows);
    }
    return { changed, rows: found };
  };
  const given = (columns: readonly BulkColumn[]): string =>
    `unnest(${columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')}) as given (${namesOf(columns)})`;
  const join = (table: string, key: readonly BulkColumn[]): string =>
    key.map(([name]) => `${table}.${name} = given.${name}`).join(' and ');
  return {
    insert: async (table, columns, rows) => {
      const text = `insert into ${table} (${namesOf(columns)}) select * from ${given(columns)}`;
      await run(text, columns, rows);
    },
    update: async (table, { key, set }, rows) => {
      const columns = [...key, ...set];
      const values = set.map(([name]) => `${name} = given.${name}`).join(', ');
      await run(
        `update ${table} set ${values} from ${given(columns)} where ${join(table, key)}`,
        columns,
        rows,
      );
    },
    remove: async (table, key, keys) => {
      const text = `delete from ${table} using ${given(key)} where ${join(table, key)}`;
      return (await run(text, key, keys)).changed;
    },
    find: async <R>(
      table: string,
      of: { readonly key: readonly BulkColumn[]; readonly columns: readonly string[] },
      keys: readonly BulkRow[],
    ) => {
      const names = of.columns.map((name) => `${table}.${name}`).join(', ');
      const text = `select ${names} from ${given(of.key)} join ${table} on ${join(table, of.key)}`;
      // The caller names the columns and says what they hold, as with `sql<R>`.
      return (await run(text, of.key, keys)).rows as readonly R[];
    },
  };
}

function namesOf(columns: readonly BulkColumn[]): string {
  return columns.map(([name]) => name).join(', ');
}

function equal(key: readonly BulkColumn[]): string {
  return key.map(([name]) => `${name} = ?`).join(' and ');
}
