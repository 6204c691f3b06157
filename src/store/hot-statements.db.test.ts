import { sql } from 'kysely';
import { expect, test } from 'vitest';

import type { Database } from './database.ts';
import { HotNames } from './hot-statements.ts';
import { describePostgres } from './testing/databases.ts';

test('a text gets a name once it has come often, and keeps it', () => {
  const names = new HotNames();

  const given = Array.from({ length: 22 }, () => names.of('select 1'));

  expect(given.slice(0, 19)).toEqual(Array.from({ length: 19 }, () => undefined));
  expect(given.slice(19)).toEqual(['hot_1', 'hot_1', 'hot_1']);
});

test('texts that come once, and all beyond what connections can hold, stay without a name', () => {
  const names = new HotNames();
  const once = Array.from({ length: 5_000 }, (_, at) => names.of(`select ${at}`));
  const often = Array.from({ length: 300 }, (_, at) =>
    Array.from({ length: 20 }, () => names.of(`often ${at}`)).at(-1),
  );

  expect(once.filter((name) => name !== undefined)).toEqual([]);
  expect(new Set(often.filter((name) => name !== undefined)).size).toBe(150);
});

test('forgotten names are never given again, since connections still know them', () => {
  const names = new HotNames();
  const name = () => Array.from({ length: 20 }, () => names.of('select 1')).at(-1);
  const before = name();

  names.forget();

  expect([before, name()]).toEqual(['hot_1', 'hot_2']);
});

describePostgres('hot statements', (databases) => {
  const fact = (name: string) => ({ name, value: 'x' });
  const facts = (database: Database, of: string) =>
    database.read.selectFrom('store_fact').selectAll().where('name', '=', of).execute();
  const readOften = async (database: Database): Promise<void> => {
    for (let time = 0; time < 40; time += 1) await facts(database, 'a');
  };

  test('are parsed once for each connection', async () => {
    const database = await databases.open();

    await readOften(database);

    const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements`.execute(
      database.read,
    );
    expect(rows).toEqual([{ name: 'hot_1' }]);
  });

  test('go on when the tables were changed under them', async () => {
    const database = await databases.open();
    await database.write((transaction) =>
      transaction.insertInto('store_fact').values(fact('a')).execute(),
    );
    await readOften(database);

    await sql`alter table store_fact add column note text`.execute(database.read);

    expect(await facts(database, 'a')).toEqual([{ ...fact('a'), note: null }]);
  });

  test('go on in the second run of a transaction that met such a change', async () => {
    const database = await databases.open();
    await readOften(database);
    await sql`alter table store_fact add column note text`.execute(database.read);

    const found = await database.write(async (transaction) => {
      await transaction.insertInto('store_fact').values(fact('b')).execute();
      return await transaction
        .selectFrom('store_fact')
        .selectAll()
        .where('name', '=', 'b')
        .execute();
    });

    expect(found).toEqual([{ ...fact('b'), note: null }]);
  });
});
