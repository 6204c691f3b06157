import { ControlledTransaction } from 'kysely';
import type { Compilable, CompiledQuery, Kysely } from 'kysely';

import type { Tables } from './schema.ts';
import { DirectAdapter } from './sqlite-handles.ts';

/** Runs a statement with its values; resolves with the rows that it gives. */
export type Prepared<P, R> = (handle: Kysely<Tables>, given: P) => Promise<readonly R[]>;

/** Stands where the value of this name goes. */
class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
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
  const known = new WeakMap<object, Map<string, CompiledQuery<R>>>();
  const compile = (handle: Kysely<Tables>, given: P): CompiledQuery<R> => {
    const { adapter } = handle.getExecutor();
    const statements = known.get(adapter) ?? new Map<string, CompiledQuery<R>>();
    known.set(adapter, statements);
    const members = membersOf(given);
    const name = members.join();
    const statement = statements.get(name) ?? build(handle, places<P>(members)).compile();
    statements.set(name, statement);
    return statement;
  };
  return async (handle, given) => {
    // A plugin looks at each statement, values included: it sees one that was built for it.
    if (handle.getExecutor().plugins.length > 0) {
      return (await handle.executeQuery<R>(build(handle, given).compile())).rows;
    }
    const statement = compile(handle, given);
    const parameters = statement.parameters.map((value) =>
      value instanceof Place ? Reflect.get(given, value.name) : value,
    );
    const { adapter } = handle.getExecutor();
    // What the rows are is known from the statement, here as in Kysely's own driver.
    if (adapter instanceof DirectAdapter) {
      if (isOver(handle))
        throw new Error('the transaction has ended: its statements come too late');
      return (await adapter.run(statement.sql, parameters)) as readonly R[];
    }
    return (await handle.executeQuery<R>({ ...statement, parameters })).rows;
  };
}

/** What Kysely asks on its own way to the connection. */
function isOver(handle: Kysely<Tables>): boolean {
  return handle instanceof ControlledTransaction && (handle.isCommitted || handle.isRolledBack);
}

/** A member that is undefined is not there, as in Kysely's own objects of values. */
function membersOf(given: object): readonly string[] {
  return Object.keys(given).filter((name) => Reflect.get(given, name) !== undefined);
}

/** Places in the form of the values; they have the values' types only for the builder's sake. */
function places<P extends object>(members: readonly string[]): P {
  return Object.fromEntries(members.map((name) => [name, new Place(name)])) as P;
}
