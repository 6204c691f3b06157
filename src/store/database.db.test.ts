import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { openDatabase } from './database.ts';
import { migrate, readSchemaState } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { describeDatabases } from './testing/databases.ts';

const DEPS = { clock: systemClock, onFatal: () => {} };

describeDatabases('database', (databases) => {
  const fact = (name: string) => ({ name, value: 'x' });

  test('commits the jobs of one turn and answers each with its own value', async () => {
    const database = await databases.open();

    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        database.write(async (transaction) => {
          await transaction.insertInto('store_fact').values(fact(name)).execute();
          const { rows } = await sql<{
            count: number;
          }>`select count(*) as count from store_fact`.execute(transaction);
          return [name, rows[0]?.count];
        }),
      ),
    );

    expect(answers.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    // On SQLite each job saw the rows of those before it: they shared a transaction.
    if (databases.dialect === 'sqlite') expect(answers.map(([, rows]) => rows)).toEqual([1, 2, 3]);
    expect(await database.read.selectFrom('store_fact').select('name').execute()).toHaveLength(3);
  });

  test.each([['throws', () => Promise.reject(new Error('bad job'))]])(
    'a job that %s leaves its neighbours committed',
    async (_name, bad) => {
      const database = await databases.open();
      const insert = (name: string) =>
        database.write(async (transaction) => {
          await transaction.insertInto('store_fact').values(fact(name)).execute();
        });

      const settled = await Promise.allSettled([
        insert('a'),
        database.write(async (transaction) => {
          await transaction.insertInto('store_fact').values(fact('undone')).execute();
          return await bad();
        }),
        insert('b'),
        insert('a'),
        insert('c'),
      ]);

      expect(settled.map((result) => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(settled[1]).toMatchObject({ reason: { message: 'bad job' } });
      expect(settled[3]).toMatchObject({ reason: { code: 'conflict' } });
      const rows = await database.read
        .selectFrom('store_fact')
        .select('name')
        .orderBy('name')
        .execute();
      expect(rows.map((row) => row.name)).toEqual(['a', 'b', 'c']);
    },
  );

  test('refuses writes after close and finishes those asked for before', async () => {
    const database = await databases.open();

    const before = database.write((transaction) =>
      transaction.insertInto('store_fact').values(fact('last')).execute(),
    );
    const closed = database.close();
    const after = database.write((transaction) =>
      transaction.insertInto('store_fact').values(fact('late')).execute(),
    );

    await expect(after).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(before).resolves.toBeDefined();
    await closed;
  });

  test('reads whole numbers of 53 bits, bytes and text as they were written', async () => {
    const database = await databases.open();
    const at = 1_790_000_000_123;

    await database.write((transaction) =>
      transaction
        .insertInto('audit_entry')
        .values({
          id: 'x',
          organization_id: null,
          actor: 'é€😀',
          action: 'a',
          object_kind: 'k',
          object_id: 'o',
          details: '{}',
          at,
        })
        .execute(),
    );

    const rows = await database.read.selectFrom('audit_entry').selectAll().execute();
    expect(rows).toEqual([
      {
        id: 'x',
        organization_id: null,
        actor: 'é€😀',
        action: 'a',
        object_kind: 'k',
        object_id: 'o',
        details: '{}',
        at,
      },
    ]);
  });

  test('reads a statement that runs often as one that ran once, new columns too', async () => {
    const database = await databases.open();
    const run = async (text: string): Promise<void> => {
      await database.write((transaction) => sql.raw(text).execute(transaction));
    };
    const read = async (): Promise<unknown> =>
      (await sql`select * from often`.execute(database.read)).rows;
    await run('create table often (a text, b bigint)');
    await run("insert into often values ('x', 1), ('y', null)");
    const once = await read();

    for (let reads = 0; reads < 40; reads += 1) await read();
    const often = await read();
    await run("alter table often add column c text default 'z'");
    // PostgreSQL refuses a kept plan whose columns changed; a new text has none.
    const widened = await sql`select * from often where 1 = 1`.execute(database.read);
    const later = databases.dialect === 'sqlite' ? await read() : widened.rows;

    expect(often).toEqual(once);
    expect(once).toEqual([
      { a: 'x', b: 1 },
      { a: 'y', b: null },
    ]);
    expect(later).toEqual([
      { a: 'x', b: 1, c: 'z' },
      { a: 'y', b: null, c: 'z' },
    ]);
  });

  test('sorts text by code point, as prefix ranges need it', async () => {
    const database = await databases.open();
    for (const name of ['b', 'B', 'a', 'ä', 'A', '-']) {
      await database.write((transaction) =>
        transaction.insertInto('store_fact').values(fact(name)).execute(),
      );
    }

    const rows = await database.read
      .selectFrom('store_fact')
      .select('name')
      .orderBy('name')
      .execute();

    expect(rows.map((row) => row.name)).toEqual(['-', 'A', 'B', 'a', 'b', 'ä']);
  });

  test('migrates from nothing, again without effect, and by two at once', async () => {
    const database = await databases.open({ migrated: false });
    expect((await readSchemaState(database)).pending).toEqual(MIGRATIONS.map((m) => m.id));

    await Promise.all([migrate(database), migrate(database)]);
    await migrate(database);

    expect(await readSchemaState(database)).toEqual({
      applied: MIGRATIONS.map((migration) => migration.id),
      pending: [],
    });
  });

  test('refuses a schema that is newer than the code, or whose steps were edited', async () => {
    const database = await databases.open();
    const first = MIGRATIONS[0];
    const edited = { id: String(first?.id), statements: () => ['select 1'] };

    await expect(migrate(database, MIGRATIONS.slice(0, 1))).rejects.toMatchObject({
      code: 'schema_mismatch',
    });
    await expect(migrate(database, [edited, ...MIGRATIONS.slice(1)])).rejects.toMatchObject({
      code: 'schema_mismatch',
    });
  });

  test('a step that fails half-way leaves nothing of itself', async () => {
    const database = await databases.open();
    const broken = {
      id: '9999-broken',
      statements: () => ['create table half (id text)', 'create table half (id text)'],
    };

    await expect(migrate(database, [...MIGRATIONS, broken])).rejects.toThrow();

    const tables = await database.read.introspection.getTables();
    expect(tables.some((table) => table.name === 'half')).toBe(false);
    expect((await readSchemaState(database)).pending).toEqual([]);
  });

  test('a handle that was opened again sees what was committed', async () => {
    const settings = await databases.settings();
    const first = await openDatabase(settings, DEPS);
    await first.write((transaction) =>
      transaction.insertInto('store_fact').values(fact('kept')).execute(),
    );
    await first.close();

    const second = await openDatabase(settings, DEPS);

    const rows = await second.read.selectFrom('store_fact').select('name').execute();
    await second.close();
    expect(rows.map((row) => row.name)).toEqual(['kept']);
  });
});

test('a second process on one data directory is refused in words', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
  const settings = { kind: 'sqlite', directory, exclusive: true } as const;
  const first = await openDatabase(settings, DEPS);

  await expect(openDatabase(settings, DEPS)).rejects.toMatchObject({
    code: 'data_directory_locked',
    message: expect.stringContaining(directory),
  });

  // A command beside the running server works without the lock.
  const beside = await openDatabase({ ...settings, exclusive: false }, DEPS);
  await beside.close();
  await first.close();
  const again = await openDatabase(settings, DEPS);
  await again.close();
  rmSync(directory, { recursive: true });
});
