import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { migrate } from '../migrate.ts';
import { describeDatabases } from '../testing/databases.ts';
import { CONTACT_MIGRATIONS } from './contacts-list.ts';

const BEFORE = CONTACT_MIGRATIONS.slice(
  0,
  CONTACT_MIGRATIONS.findIndex(({ id }) => id === 'contacts-0002-words-by-name'),
);

describeDatabases('the step contacts-0002-words-by-name', (databases) => {
  test('keeps the words of contacts, and adds the first characters of names', async () => {
    const database = await databases.open({ migrated: false });
    await migrate(database, BEFORE, 'contact_migration');
    await database.write(async (transaction) => {
      await sql`insert into contact_word (book, of_name, word, number, sort_name) values
        (1, 1, 'moore', 7, 'ann moore marsh'), (1, 1, 'marsh', 7, 'ann moore marsh'),
        (1, 0, 'acme', 7, 'ann moore marsh'), (1, 1, '太郎', 8, '佐藤 太郎'),
        (1, 1, 'abel', 9, 'ada abel')`.execute(transaction);
    });

    await migrate(database, CONTACT_MIGRATIONS, 'contact_migration');

    const rows = await database.read
      .selectFrom('contact_word')
      .selectAll()
      .orderBy('number')
      .orderBy('kind')
      .orderBy('word')
      .execute();
    const words = rows.map(({ kind, word, number }) => [number, kind, word]);
    expect(words).toEqual([
      ...[
        [7, 0, 'acme'],
        [7, 1, 'marsh'],
        [7, 1, 'moore'],
        [7, 2, 'm'],
      ],
      ...[
        [8, 1, '太郎'],
        [8, 2, '太'],
      ],
      [9, 1, 'abel'],
    ]);
  });
});
