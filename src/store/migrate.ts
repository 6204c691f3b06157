import { createHash } from 'node:crypto';

import { sql } from 'kysely';
import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Database } from './database.ts';
import { POSTGRES, SQLITE } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { MIGRATIONS } from './migrations/list.ts';
import type { Migration } from './migrations/list.ts';
import type { Tables } from './schema.ts';

/** What the schema of an open database is, next to what this version of the code knows. */
export interface SchemaState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** The table that says which steps have run; the contact store has its own. */
export type StepsTable = 'migration' | 'contact_migration';

/** What migrating takes of a database. */
export type MigratedDatabase = Pick<Database, 'dialect' | 'read' | 'write' | 'now'>;

/**
 * Brings the schema forward, each step in a transaction of its own; several processes may do it
 * at once. Rejects with `schema_mismatch` when the database is newer than the code or a step that
 * ran was edited afterwards.
 */
export async function migrate(
  database: MigratedDatabase,
  migrations: readonly Migration[] = MIGRATIONS,
  table: StepsTable = 'migration',
): Promise<void> {
  const dialect = database.dialect === 'sqlite' ? SQLITE : POSTGRES;
  await database.write(async (transaction) => {
    await dialect.migrationLock?.execute(transaction);
    const { text, integer, end } = dialect.types;
    await sql
      .raw(
        `create table if not exists ${table} (
          id ${text} primary key, checksum ${text} not null, applied_at ${integer} not null)${end}`,
      )
      .execute(transaction);
  });
  for (const migration of migrations) {
    await database.write(async (transaction) => {
      await dialect.migrationLock?.execute(transaction);
      // Read again inside the lock: another process may have run this step meanwhile.
      const state = compare(await transaction.selectFrom(table).selectAll().execute(), {
        dialect,
        migrations,
      });
      if (!state.pending.includes(migration.id)) return;
      await apply(transaction, { migration, dialect, table, now: database.now() });
    });
  }
}

/** Reads which steps have run. Rejects like `migrate`; a database without any is all pending. */
export async function readSchemaState(
  database: MigratedDatabase,
  migrations: readonly Migration[] = MIGRATIONS,
  table: StepsTable = 'migration',
): Promise<SchemaState> {
  const dialect = database.dialect === 'sqlite' ? SQLITE : POSTGRES;
  const tables = await database.read.introspection.getTables();
  if (!tables.some(({ name }) => name === table)) return compare([], { dialect, migrations });
  const rows = await database.read.selectFrom(table).selectAll().execute();
  return compare(rows, { dialect, migrations });
}

function compare(
  rows: readonly Tables['migration'][],
  known: { dialect: Dialect; migrations: readonly Migration[] },
): SchemaState {
  const pending = new Map(known.migrations.map((migration) => [migration.id, migration]));
  for (const row of rows) {
    const migration = pending.get(row.id);
    if (migration === undefined) {
      throw new AppError(
        'schema_mismatch',
        `The database has the step '${row.id}', which this version of Patchcord does not know: start the newer version.`,
      );
    }
    if (checksum(migration, known.dialect) !== row.checksum) {
      throw new AppError(
        'schema_mismatch',
        `The step '${row.id}' that built this database differs from the one in this version: use the version that built it, or restore a backup.`,
      );
    }
    pending.delete(row.id);
  }
  return { applied: rows.map((row) => row.id).toSorted(), pending: [...pending.keys()] };
}

async function apply(
  transaction: Transaction<Tables>,
  step: { migration: Migration; dialect: Dialect; table: StepsTable; now: number },
): Promise<void> {
  const { migration, dialect, table, now } = step;
  for (const statement of migration.statements(dialect.types)) {
    await sql.raw(statement).execute(transaction);
  }
  await transaction
    .insertInto(table)
    .values({ id: migration.id, checksum: checksum(migration, dialect), applied_at: now })
    .execute();
}

function checksum(migration: Migration, dialect: Dialect): string {
  const text = migration.statements(dialect.types).join(';\n').replaceAll(/\s+/g, ' ');
  return createHash('sha256').update(text).digest('hex');
}
