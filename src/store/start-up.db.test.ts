import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { DATABASE_FILE, openDatabase } from './database.ts';
import { listNodes } from './nodes-repository.ts';
import { findMasterKeyId } from './master-key-facts.ts';
import { keepNode, registerNode } from './register-node.ts';
import { describeDatabases } from './testing/databases.ts';

const DEPS = { clock: systemClock, onFatal: () => {} };

describeDatabases('starting', (databases) => {
  test('a node enters itself and forgets those that ended', async () => {
    const database = await databases.open();
    const node = { keyId: 'key-1', version: '1' };
    await registerNode(database, { ...node, id: '1', name: 'dead:8080' });
    await database.write((transaction) =>
      transaction.updateTable('node').set({ seen_at: 5 }).execute(),
    );
    await registerNode(database, { ...node, id: '2', name: 'other:8080' });

    await registerNode(database, { ...node, id: '3', name: 'host:8080' });

    expect((await listNodes(database.read)).map((row) => row.id)).toEqual(['2', '3']);
    expect(await findMasterKeyId(database)).toBe('key-1');
  });

  test('of two nodes with one name the younger stays, also when both enter at once', async () => {
    const database = await databases.open();
    const node = { name: 'host:8080', keyId: 'key-1', version: '1' };
    const elder = { ...node, id: '1' };
    const younger = { ...node, id: '2' };
    await registerNode(database, elder);
    const alone = await keepNode(database, elder);
    await registerNode(database, younger);
    const driven = [await keepNode(database, elder), await keepNode(database, younger)];
    const [row] = await listNodes(database.read);
    if (row === undefined) throw new Error('the younger one has a row');
    await database.write((transaction) =>
      transaction
        .insertInto('node')
        .values({ ...row, id: '1' })
        .execute(),
    );
    const atOnce = [await keepNode(database, elder), await keepNode(database, younger)];

    expect(alone).toBe(true);
    expect(driven).toEqual([false, true]);
    expect(atOnce).toEqual([false, true]);
  });

  test('a node that was forgotten while it had no database enters again', async () => {
    const database = await databases.open();
    const node = { id: '1', name: 'host:8080', keyId: 'key-1', version: '1' };
    await registerNode(database, node);
    await database.write((transaction) => transaction.deleteFrom('node').execute());

    const kept = await keepNode(database, node);

    expect(kept).toBe(true);
    expect(await listNodes(database.read)).toMatchObject([{ id: '1', name: 'host:8080' }]);
  });

  test('a node with another master key is refused, of two at once all but one', async () => {
    const database = await databases.open();
    const nodes = ['a', 'b', 'c'].map((id) => ({ id, name: id, keyId: `key-${id}`, version: '1' }));

    const settled = await Promise.allSettled(nodes.map((node) => registerNode(database, node)));

    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = settled.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'invalid_settings' } });
    expect(await listNodes(database.read)).toHaveLength(1);
  });

  if (databases.dialect === 'postgres')
    test('is refused where PostgreSQL may lose what it acknowledged', async () => {
      const settings = await databases.settings();
      const database = await openDatabase(settings, DEPS);
      const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
        database.read,
      );
      const name = sql.id(String(rows[0]?.name));
      await sql`alter database ${name} set synchronous_commit = off`.execute(database.read);
      await database.close();

      await expect(openDatabase(settings, DEPS)).rejects.toMatchObject({
        code: 'invalid_settings',
        message: expect.stringContaining('synchronous_commit=off'),
      });
    });

  if (databases.dialect === 'postgres')
    test('a server that is not there is said to be unavailable', async () => {
      const settings = { kind: 'postgres', url: 'postgres://nobody@127.0.0.1:1/none' } as const;

      await expect(openDatabase(settings, DEPS)).rejects.toMatchObject({
        code: 'database_unavailable',
      });
    });

  if (databases.dialect === 'postgres')
    test('a connection that the server cuts costs at most the write that was under way', async () => {
      const database = await databases.open();
      const insert = (name: string) =>
        database.write((transaction) =>
          transaction.insertInto('store_fact').values({ name, value: 'x' }).execute(),
        );
      await insert('before');

      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(database.read);
      await insert('after');

      const rows = await database.read
        .selectFrom('store_fact')
        .select('name')
        .orderBy('name')
        .execute();
      expect(rows.map((row) => row.name)).toEqual(['after', 'before']);
    });

  if (databases.dialect === 'sqlite')
    test('a damaged file is refused', async () => {
      const settings = await databases.settings();
      if (settings.kind !== 'sqlite') return;
      const directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
      copyFileSync(join(settings.directory, DATABASE_FILE), join(directory, DATABASE_FILE));
      const garbage = Buffer.alloc(4096, 0x5a);
      writeFileSync(join(directory, DATABASE_FILE), garbage);

      await expect(openDatabase({ ...settings, directory }, DEPS)).rejects.toMatchObject({
        code: 'database_failed',
      });
      rmSync(directory, { recursive: true });
    });
});
