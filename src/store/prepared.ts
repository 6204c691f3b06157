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
  const run = preparedRows<P, R>((handle, [given]) => {
    if (given === undefined) throw new Error('a statement without its values');
    return build(handle, given);
  });
  return (handle, given) => run(handle, [given]);
}

/**
 * The same for a statement that takes some rows at once, such as an insert: built once for each number
 * of rows too, so their number must be bounded. Every row has the members of the first.
 */
export function preparedRows<P extends object, R>(
  build: (handle: Kysely<Tables>, rows: readonly P[]) => Compilable<R>,
): Prepared<readonly P[], R> {
  const known = new WeakMap<object, Map<string, CompiledQuery<R>>>();
  return async (handle, given) => {
    const { adapter, plugins } = handle.getExecutor();
    // A plugin looks at each statement, values included: it sees one that was built for it.
    if (plugins.length > 0) {
      return (await handle.executeQuery<R>(build(handle, given).compile())).rows;
    }
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
    // What the rows are is known from the statement, here as in Kysely's own driver.
    if (adapter instanceof DirectAdapter) {
      if (isOver(handle))
        throw new Error('the transaction has ended: its statements come too late');
      return adapter.run(statement.sql, parameters) as Promise<readonly R[]>;
    }
    return (await handle.executeQuery<R>({ ...statement, parameters })).rows;
  };
}

/** What Kysely asks on its own way to the connection. */
function isOver(handle: Kysely<Tables>): boolean {
  return handle instanceof ControlledTransaction && (handle.isCommitted || handle.isRolledBack);
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
