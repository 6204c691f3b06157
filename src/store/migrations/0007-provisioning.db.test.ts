import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { migrate } from '../migrate.ts';
import { describeDatabases } from '../testing/databases.ts';
import { MIGRATIONS } from './list.ts';

const BEFORE = MIGRATIONS.slice(
  0,
  MIGRATIONS.findIndex(({ id }) => id === '0007-provisioning'),
);

describeDatabases('the step 0007-provisioning', (databases) => {
  test('keeps phone systems and keys, and lets a phone system have no organization', async () => {
    const database = await databases.open({ migrated: false });
    await migrate(database, BEFORE);
    await database.write(async (transaction) => {
      for (const statement of [
        `insert into organization (id, name, domain, country, timezone, created_at)
          values ('o', 'Acme', 'acme', 'GB', 'UTC', 1)`,
        `insert into phone_system (id, organization_id, name, created_at)
          values ('p', 'o', 'PBX', 2)`,
      ]) {
        await sql.raw(statement).execute(transaction);
      }
      const hash = new Uint8Array(32).fill(9);
      await sql`insert into api_key (id, prefix, hash, name, scope, organization_id,
          phone_system_id, created_at, last_used_at)
        values ('k', 'pc_ev_1', ${hash}, 'Key', 'events', 'o', 'p', 3, 4)`.execute(transaction);
    });

    await migrate(database);

    const system = await database.read.selectFrom('phone_system').selectAll().execute();
    const keys = await database.read.selectFrom('api_key').selectAll().execute();
    expect(system).toEqual([
      {
        id: 'p',
        organization_id: 'o',
        external_id: null,
        name: 'PBX',
        created_at: 2,
        signatures_required_at: null,
      },
    ]);
    expect(keys).toMatchObject([
      { id: 'k', scope: 'events', organization_id: 'o', phone_system_id: 'p', last_used_at: 4 },
    ]);
    expect([...(keys[0]?.hash ?? [])]).toEqual(Array.from({ length: 32 }, () => 9));
  });

  test('keeps two domains that differ in case only, and takes no third', async () => {
    const database = await databases.open({ migrated: false });
    await migrate(database, BEFORE);
    await database.write(async (transaction) => {
      for (const [id, domain] of [
        ['o-1', 'Acme'],
        ['o-2', 'acme'],
        ['o-3', 'other'],
      ]) {
        await sql`insert into organization (id, name, domain, country, timezone, created_at)
          values (${id}, 'x', ${domain}, 'GB', 'UTC', 1)`.execute(transaction);
      }
    });

    await migrate(database);

    const query = database.read.selectFrom('organization').select(['domain', 'domain_key']);
    expect(await query.orderBy('id').execute()).toEqual([
      { domain: 'Acme', domain_key: 'acme' },
      { domain: 'acme', domain_key: null },
      { domain: 'other', domain_key: 'other' },
    ]);
    const third = database.write(async (transaction) => {
      await sql`update organization set domain_key = 'acme' where id = 'o-3'`.execute(transaction);
    });
    await expect(third).rejects.toMatchObject({ code: 'conflict' });
  });

  const key = { hash: new Uint8Array(32), name: 'k', created_at: 1 };
  const none = { expires_at: null, revoked_at: null, last_used_at: null };
  test.each([
    ['an organization for a key of the scope admin', 'admin', 'o', null],
    ['no organization for a key of the scope organization', 'organization', null, null],
    ['no phone system for a key of the scope events', 'events', 'o', null],
    ['a foreign phone system', 'events', 'o', 'shared'],
    ['a phone system that does not exist', 'events', null, 'missing'],
  ] as const)('takes no key with %s', async (_name, scope, organization_id, phone_system_id) => {
    const database = await databases.open();
    await database.write(async (transaction) => {
      const organization = { country: 'GB', timezone: 'UTC', created_at: 1 };
      await transaction
        .insertInto('organization')
        .values({ id: 'o', name: 'Acme', domain: null, external_id: null, ...organization })
        .execute();
      await transaction
        .insertInto('phone_system')
        .values({
          id: 'shared',
          organization_id: null,
          external_id: null,
          name: 'Cloud',
          created_at: 1,
        })
        .execute();
    });

    const write = database.write((transaction) =>
      transaction
        .insertInto('api_key')
        .values({ id: 'k', prefix: 'x', ...key, ...none, scope, organization_id, phone_system_id })
        .execute(),
    );

    await expect(write).rejects.toThrow();
  });

  test.each(['name', 'external_id'] as const)(
    'takes a %s once among the shared phone systems',
    async (column) => {
      const database = await databases.open();
      const insert = (id: string) =>
        database.write((transaction) =>
          transaction
            .insertInto('phone_system')
            .values({
              ...{ id, organization_id: null, external_id: id, name: id, created_at: 1 },
              [column]: 'same',
            })
            .execute(),
        );
      await insert('first');

      await expect(insert('second')).rejects.toMatchObject({ code: 'conflict' });
    },
  );
});
