import { ControlledTransaction } from 'kysely';
import type { Compilable, CompiledQuery, Kysely } from 'kysely';

import type { Tables } from './schema.ts';
import { DirectAdapter } from './sqlite-handles.ts';

/** Runs a statement with its values; resolves with the rows that it gives. */
export type Prepared<P, R> = (handle: Kysely<Tables>, given: P) => Promise<readonly R[]>;

/** Stands where the value of this name goes, of the row at this place. */
class Place {
  readonly name: string;
  readonly row: number;
  constructor(name: string, row: number) {
    this.name = name;
    this.row = row;
  }
}

/**
 * A statement for hot paths. It is built once for each database and each set of members that `given`
 * has, with a place for each of them; every run only binds the values, since building costs several
 * times what SQLite needs to run it. What `build` makes may depend on which members there are, never on
 * their values, and a list is no value.
 */
export function prepared<P extends object, R>(
  build: (handle: Kysely<Tables>, given: P) => Compilable<R>,
): Prepared<P, R> {
  const run = preparedRows<P, R>((handle, rows) => build(handle, theOnly(rows)));
  return (handle, given) => run(handle, [given]);
}

/**
 * The same for a statement that takes some rows at once, such as an insert: built once for each number
 * of rows too, so their number must be bounded. Every row has the members of the first.
 */
export function preparedRows<P extends object, R>(
  build: (handle: Kysely<Tables>, rows: readonly P[]) => Compilable<R>,
): Prepared<readonly P[], R> {
  const bind = binder(build);
  return async (handle, given) => {
    const { adapter, plugins } = handle.getExecutor();
    // A plugin looks at each statement, values included: it sees one that was built for it.
    const statement = plugins.length > 0 ? build(handle, given).compile() : bind(handle, given);
    if (plugins.length > 0 || !(adapter instanceof DirectAdapter)) {
      return (await handle.executeQuery<R>(statement)).rows;
    }
    refuseLate(handle);
    // What the rows are is known from the statement, here as in Kysely's own driver.
    return adapter.run(statement.sql, statement.parameters) as Promise<readonly R[]>;
  };
}

/**
 * The same for a statement that changes rows and gives none; resolves with how many it changed, which
 * SQLite counts for much less than it gives rows.
 */
export function preparedChange<P extends object, R>(
  build: (handle: Kysely<Tables>, given: P) => Compilable<R>,
): (handle: Kysely<Tables>, given: P) => Promise<number> {
  const bind = binder<P, R>((handle, rows) => build(handle, theOnly(rows)));
  return async (handle, given) => {
    const { adapter, plugins } = handle.getExecutor();
    const statement = plugins.length > 0 ? build(handle, given).compile() : bind(handle, [given]);
    if (plugins.length > 0 || !(adapter instanceof DirectAdapter)) {
      return Number((await handle.executeQuery<R>(statement)).numAffectedRows ?? 0);
    }
    refuseLate(handle);
    return await adapter.change(statement.sql, statement.parameters);
  };
}

/** Builds a statement when it is needed first; gives it with the values in their places. */
function binder<P extends object, R>(
  build: (handle: Kysely<Tables>, rows: readonly P[]) => Compilable<R>,
): (handle: Kysely<Tables>, given: readonly P[]) => CompiledQuery<R> {
  const known = new WeakMap<object, Map<string, CompiledQuery<R>>>();
  return (handle, given) => {
    const { adapter } = handle.getExecutor();
    let statements = known.get(adapter);
    if (statements === undefined) {
      statements = new Map();
      known.set(adapter, statements);
    }
    const name = nameOf(given);
    let statement = statements.get(name);
    if (statement === undefined) {
      statement = build(handle, places(given)).compile();
      statements.set(name, statement);
    }
    const parameters = statement.parameters.map((value) =>
      value instanceof Place ? Reflect.get(given[value.row] ?? {}, value.name) : value,
    );
    return { ...statement, parameters };
  };
}

function theOnly<P>([given]: readonly P[]): P {
  if (given === undefined) throw new Error('a statement without its values');
  return given;
}

/** Refuses what Kysely refuses on its own way to the connection. */
function refuseLate(handle: Kysely<Tables>): void {
  if (handle instanceof ControlledTransaction && (handle.isCommitted || handle.isRolledBack)) {
    throw new Error('the transaction has ended: its statements come too late');
  }
}

/** The number of rows and the members of the first. */
function nameOf(given: readonly object[]): string {
  const [first = {}] = given;
  let name = String(given.length);
  for (const member of Object.keys(first)) {
    // A member that is undefined is not there, as in Kysely's own objects of values.
    if (Reflect.get(first, member) !== undefined) name += `,${member}`;
  }
  return name;
}

/** Places in the form of the values; they have the values' types only for the builder's sake. */
function places<P extends object>(given: readonly P[]): readonly P[] {
  const [first = {}] = given;
  const members = Object.entries(first).filter(([, value]) => value !== undefined);
  return given.map(
    (_, row) => Object.fromEntries(members.map(([name]) => [name, new Place(name, row)])) as P,
  );
}
