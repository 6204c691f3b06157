import { sql } from 'kysely';
import { expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import { batch, BOOK, lease, openTestIndex, person } from './testing/open-index.ts';

describeDatabases('the first full pass over a connection', (databases) => {
  it('has PostgreSQL look at how the contacts are spread, and SQLite not, which would choose otherwise', async () => {
    const { index, read, close } = await openTestIndex(databases);
    const held = await lease(index);
    const pass = { method: 'Contacts', kind: 'full', now: 1 } as const;
    await index.sync.beginPass(BOOK, held, pass);
    const records = Array.from({ length: 50 }, (_, at) => person(String(at), { name: 'Ann Lee' }));
    await index.sync.writeBatch(BOOK, held, batch({ records }));

    await index.sync.completePass(BOOK, held, {
      ...{ method: 'Contacts', pass: 1, now: 2, marks: '' },
      limits: { share: 0.2, least: 20, misses: 1 },
    });
    const isPostgres = databases.dialect === 'postgres';
    const known = isPostgres
      ? sql<{ rows: number }>`select reltuples::int as rows from pg_class where relname = 'contact'`
      : sql<{
          rows: number;
        }>`select count(*) as rows from sqlite_schema where name = 'sqlite_stat1'`;
    const { rows } = await known.execute(read);
    await close();

    expect(rows).toEqual([{ rows: isPostgres ? 50 : 0 }]);
  });
});
