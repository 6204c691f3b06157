import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';

import { SEALED_TABLES } from '../connections/sealed-tables-repository.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { GOING_LAST, GOING_WITH, OWNED_TABLES } from './deletion-repository.ts';
import { EXPORTED, NOT_EXPORTED, OF_CALLS, OWNER_COLUMN } from './export-tables.ts';

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Sealed, but gone long before the key that sealed them is. */
const SHORT_LIVED = ['erasure', 'idempotency'];
/** Sealed with keys of their own: see `recordings` and `connections/keyring.ts`. */
const SEALED_OTHERWISE = ['recording_chunk', 'vault_key_seal'];

describeDatabases('of all tables', (databases) => {
  let tables: readonly Table[];
  let database: Database;

  beforeAll(async () => {
    database = await databases.open();
    const known = await database.read.introspection.getTables();
    tables = known.map(({ name, columns }) => ({ name, columns: columns.map((c) => c.name) }));
  });

  const owned = () => tables.filter(({ columns }) => columns.includes(OWNER_COLUMN));

  test('each of an organization goes when it is deleted', () => {
    const going = [
      ...OWNED_TABLES.map(({ table }) => table),
      ...Object.keys(GOING_WITH),
      ...GOING_LAST,
    ];

    expect(going.toSorted()).toEqual(
      owned()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test('each that goes with another one is bound to it by its foreign key', async () => {
    const rows =
      databases.dialect === 'sqlite'
        ? await cascadesOnSqlite(database, Object.keys(GOING_WITH))
        : await cascadesOnPostgres(database);

    for (const [child, parent] of Object.entries(GOING_WITH)) {
      expect(rows).toContain(`${child} → ${parent}`);
    }
  });

  test('each of an organization is exported, or stays for a reason', () => {
    const lists = [...EXPORTED, ...OF_CALLS].map(({ table }) => table);

    expect([...lists, ...Object.keys(NOT_EXPORTED)].toSorted()).toEqual(
      owned()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test.each([...EXPORTED, ...OF_CALLS].map((table) => [table.table, table] as const))(
    'each column of %s is exported or withheld',
    (name, table) => {
      const columns = tables.find((known) => known.name === name)?.columns ?? [];
      const listed = [...table.columns, ...(table.withheld ?? []), OWNER_COLUMN];

      expect(listed.toSorted()).toEqual(columns.toSorted());
    },
  );

  test('each that is sealed is sealed again when keys change', () => {
    const sealed = tables.filter(({ columns }) => columns.includes('sealed'));

    expect(
      [...SEALED_TABLES.map(({ name }) => name), ...SHORT_LIVED, ...SEALED_OTHERWISE].toSorted(),
    ).toEqual(sealed.map(({ name }) => name).toSorted());
  });
});

async function cascadesOnSqlite(
  database: Database,
  tables: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const { rows } = await sql<{ table: string; on_delete: string }>`
      select "table", on_delete from pragma_foreign_key_list(${table})`.execute(database.read);
    for (const row of rows) {
      if (row.on_delete === 'CASCADE') found.push(`${table} → ${row.table}`);
    }
  }
  return found;
}

async function cascadesOnPostgres(database: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ bond: string }>`
    select conrelid::regclass || ' → ' || confrelid::regclass as bond
    from pg_constraint where contype = 'f' and confdeltype = 'c'`.execute(database.read);
  return rows.map(({ bond }) => bond);
}
