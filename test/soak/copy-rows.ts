import { sql } from 'kysely';
import type { RawBuilder, Transaction } from 'kysely';

import type { Database } from '../../src/store/database.ts';
import type { Tables } from '../../src/store/schema.ts';

export type CopiedTable = 'call' | 'call_event' | 'lane' | 'step' | 'attempt';

export interface RowCopies {
  readonly table: CopiedTable;
  /** All columns of the table. */
  readonly columns: readonly string[];
  /** Which rows, named `t`, are the pattern. */
  readonly where: RawBuilder<unknown>;
  /** What is other in each copy; `n.i` is its number, `n.text` the same as text. */
  readonly changed: Readonly<Record<string, RawBuilder<unknown>>>;
  readonly first: number;
  readonly last: number;
}

/** The columns of each table of a database. */
export async function readColumns(
  database: Pick<Database, 'read'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await database.read.introspection.getTables();
  return new Map(tables.map(({ name, columns }) => [name, columns.map((one) => one.name)]));
}

/** Copies rows as often as there are numbers, by one statement; columns that nobody named stay as they are. */
export async function copyRows(transaction: Transaction<Tables>, copies: RowCopies): Promise<void> {
  const names = sql.join(copies.columns.map((name) => sql.ref(name)));
  const values = sql.join(
    copies.columns.map((name) => copies.changed[name] ?? sql`t.${sql.ref(name)}`),
  );
  await sql`
    with recursive number(i) as (
      select cast(${copies.first} as integer)
      union all select i + 1 from number where i < ${copies.last}
    ),
    n as (select i, cast(1000000000 + i as text) as text from number)
    insert into ${sql.table(copies.table)} (${names})
    select ${values} from ${sql.table(copies.table)} t cross join n
    where ${copies.where}`.execute(transaction);
}
