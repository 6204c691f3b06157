import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { describeDatabases } from './testing/databases.ts';

const DEPS = { clock: systemClock, onFatal: () => {} };

describeDatabases('faults of the database', (databases) => {
  const insert = (database: Database, name: string) =>
    database.write((transaction) =>
      transaction.insertInto('store_fact').values({ name, value: 'x' }).execute(),
    );

  async function names(database: Database): Promise<readonly string[]> {
    const rows = await database.read.selectFrom('store_fact').select('name').execute();
    return rows.map((row) => row.name).toSorted();
  }

  test('two processes write at once without losing or halving anything', async () => {
    const settings = await databases.settings();
    const shared = settings.kind === 'sqlite' ? { ...settings, exclusive: false } : settings;
    const [one, two] = [await openDatabase(shared, DEPS), await openDatabase(shared, DEPS)];
    const wanted = Array.from({ length: 40 }, (_, index) => `row-${100 + index}`);

    await Promise.all(wanted.map((name, index) => insert(index % 2 === 0 ? one : two, name)));

    expect(await names(one)).toEqual(wanted);
    await one.close();
    await two.close();
  });

  if (databases.dialect === 'sqlite') {
    test('nothing can be written through the handle for reading', async () => {
      const database = await databases.open();

      const write = database.read.insertInto('store_fact').values({ name: 'a', value: 'x' });

      await expect(write.execute()).rejects.toThrow(/readonly/);
    });

    test('a full disk refuses what does not fit, and work goes on when there is space', async () => {
      const database = await databases.open();
      const limit = (pages: number) =>
        database.write((transaction) =>
          sql.raw(`pragma max_page_count = ${pages}`).execute(transaction),
        );
      const store = (name: string) =>
        database.write((transaction) =>
          transaction
            .insertInto('store_fact')
            .values({ name, value: 'x'.repeat(400_000) })
            .execute(),
        );
      await limit(60);

      await expect(store('large')).rejects.toMatchObject({ code: 'storage_full' });

      await limit(1_000_000);
      await store('later');
      expect(await names(database)).toEqual(['later']);
    });

    test('a write inside a write is ended, and the next one goes on', async () => {
      const database = await databases.open();

      const nested = database.write(() => insert(database, 'inner'));

      await expect(nested).rejects.toMatchObject({ code: 'internal' });
      await insert(database, 'next');
      expect(await names(database)).toContain('next');
    });
  }

  if (databases.dialect === 'postgres') {
    test('a commit whose connection breaks is reported as unknown and not repeated', async () => {
      const database = await databases.open();
      await sql`create function cut() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`.execute(
        database.read,
      );
      // Deferred: it runs inside the commit.
      await sql`create constraint trigger cut after insert on store_fact deferrable initially
        deferred for each row when (new.name = 'cut') execute function cut()`.execute(
        database.read,
      );

      await expect(insert(database, 'cut')).rejects.toMatchObject({
        code: 'database_unavailable',
        details: { rolledBack: false },
      });

      await insert(database, 'after');
      expect(await names(database)).toEqual(['after']);
    });

    test('of two nodes in a deadlock the one that was ended runs again', async () => {
      const settings = await databases.settings();
      const [one, two] = [await openDatabase(settings, DEPS), await openDatabase(settings, DEPS)];
      await insert(one, 'a');
      await insert(one, 'b');
      const change = (database: Database, order: readonly string[], value: string) =>
        database.write(async (transaction) => {
          for (const name of order) {
            await transaction
              .updateTable('store_fact')
              .set({ value })
              .where('name', '=', name)
              .execute();
            await sql`select pg_sleep(0.3)`.execute(transaction);
          }
        });

      await Promise.all([change(one, ['a', 'b'], 'one'), change(two, ['b', 'a'], 'two')]);

      const rows = await one.read.selectFrom('store_fact').selectAll().execute();
      expect(new Set(rows.map((row) => row.value)).size).toBe(1);
      await one.close();
      await two.close();
    });

    test('a NUL in a text is the sender’s fault, not ours', async () => {
      const database = await databases.open();

      await expect(insert(database, 'a\u0000b')).rejects.toMatchObject({
        code: 'invalid_request',
      });
    });
  }
});
