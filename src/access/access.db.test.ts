import { randomBytes } from 'node:crypto';

import { beforeAll, expect, test } from 'vitest';

import { createOrganization } from '../organizations/organizations.ts';
import { insertPhoneSystem } from '../organizations/phone-systems-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { createAccess } from './access.ts';
import { findApiKey } from './api-keys-repository.ts';
import { createKey, revokeKey } from './keys.ts';
import type { KeyDeps } from './keys.ts';

const ACTOR = 'test';

describeDatabases('access', (databases) => {
  let database: Database;
  let deps: KeyDeps;

  beforeAll(async () => {
    database = await databases.open();
    deps = { database, ids: createIds({ clock: systemClock, randomBytes }), randomBytes };
  });

  async function newScope(domain?: string) {
    const place = { country: 'GB', timezone: 'UTC', actor: ACTOR };
    const row = await createOrganization(deps, { name: 'Acme', domain, ...place });
    return { organizationId: row.id };
  }

  async function newPhoneSystem(scope: { organizationId: string }) {
    const row = { id: deps.ids.next(), external_id: null, name: 'PBX', created_at: 1 };
    await database.write((transaction) => insertPhoneSystem(transaction, scope, row));
    return row.id;
  }

  test('each kind of key stands for what it was made for', async () => {
    const scope = await newScope();
    const phoneSystemId = await newPhoneSystem(scope);
    const access = createAccess(database);

    const admin = await createKey(deps, ADMIN, { name: 'a', scope: 'admin', actor: ACTOR });
    const own = await createKey(deps, scope, { name: 'o', scope: 'organization', actor: ACTOR });
    const events = await createKey(deps, scope, {
      name: 'e',
      scope: 'events',
      phoneSystemId,
      actor: ACTOR,
    });

    expect(await access.authenticate(admin.key)).toEqual({ keyId: admin.row.id, scope: 'admin' });
    expect(await access.authenticate(own.key)).toEqual({
      keyId: own.row.id,
      scope: 'organization',
      organizationId: scope.organizationId,
    });
    expect(await access.authenticate(events.key)).toEqual({
      keyId: events.row.id,
      scope: 'events',
      organizationId: scope.organizationId,
      phoneSystemId,
    });
    expect([admin.key, own.key, events.key].map((key) => key.slice(0, 6))).toEqual([
      'pc_ad_',
      'pc_or_',
      'pc_ev_',
    ]);
  });

  test('a key that is unknown, changed, expired or revoked opens nothing', async () => {
    const access = createAccess(database);
    const { key, row } = await createKey(deps, ADMIN, { name: 'a', scope: 'admin', actor: ACTOR });
    const ending = { name: 'b', scope: 'admin', actor: ACTOR } as const;
    const later = { ...ending, expiresAt: database.now() + 60_000 };
    const expired = await createKey(deps, ADMIN, later);
    await database.write(async (transaction) => {
      await transaction
        .updateTable('api_key')
        .set({ expires_at: database.now() - 1 })
        .where('id', '=', expired.row.id)
        .execute();
    });
    await expect(
      createKey(deps, ADMIN, { ...ending, expiresAt: database.now() - 1 }),
    ).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining('past') });
    const last = key.endsWith('A') ? 'E' : 'A';

    for (const wrong of [
      `${key.slice(0, -1)}${last}`,
      row.prefix,
      '',
      'x'.repeat(5_000),
      `${key} `,
      expired.key,
    ]) {
      expect(await access.authenticate(wrong)).toBeUndefined();
    }
    expect(await access.authenticate(key)).toBeDefined();
    await revokeKey(deps, ADMIN, { named: row.prefix, actor: ACTOR });
    await revokeKey(deps, ADMIN, { named: row.id, actor: ACTOR });
    expect(await access.authenticate(key)).toBeUndefined();
  });

  test('the key itself is not in the database, and its use is noted', async () => {
    const { key, row } = await createKey(deps, ADMIN, { name: 'a', scope: 'admin', actor: ACTOR });

    await createAccess(database).authenticate(key);

    await expect
      .poll(async () => (await findApiKey(database.read, ADMIN, row.id))?.last_used_at)
      .toBeTypeOf('number');
    const stored = await findApiKey(database.read, ADMIN, row.id);
    expect(JSON.stringify(stored)).not.toContain(key.slice(row.prefix.length + 1));
    expect(stored?.hash).toHaveLength(32);
  });

  test.each([
    ['an admin key of an organization', 'admin', true, false, 'invalid_request'],
    ['a key of no organization', 'organization', false, false, 'invalid_request'],
    ['an events key without phone system', 'events', true, false, 'invalid_request'],
    ['an organization key with a phone system', 'organization', true, true, 'invalid_request'],
    ['an events key of a foreign phone system', 'events', true, true, 'not_found'],
    [
      "an operator's events key of a phone system that is not shared",
      'events',
      false,
      true,
      'not_found',
    ],
  ] as const)('%s is refused', async (_name, scope, within, phone, code) => {
    const own = await newScope();
    const phoneSystemId = phone ? await newPhoneSystem(await newScope()) : undefined;
    const request = { name: 'k', scope, phoneSystemId, actor: ACTOR };

    await expect(createKey(deps, within ? own : ADMIN, request)).rejects.toMatchObject({ code });
  });

  test('the key of a shared phone system stands for it and for no organization', async () => {
    const id = deps.ids.next();
    const row = { id, external_id: null, name: id, created_at: 1 };
    await database.write((transaction) => insertPhoneSystem(transaction, ADMIN, row));
    const request = { name: 'k', scope: 'events', phoneSystemId: id, actor: ACTOR } as const;

    const made = await createKey(deps, ADMIN, request);

    await expect(createKey(deps, await newScope(), request)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await createAccess(database).authenticate(made.key)).toEqual({
      keyId: made.row.id,
      scope: 'events',
      phoneSystemId: id,
    });
  });

  test('an organization is found by its external id, and by its domain in any case', async () => {
    const fresh = await databases.open();
    const access = createAccess(fresh);
    const place = { country: 'GB', timezone: 'UTC', actor: ACTOR };
    const named = { name: 'One', domain: 'One.example', externalId: 'one', ...place };
    const { id } = await createOrganization({ ...deps, database: fresh }, named);
    const found = { status: 'found', organizationId: id };

    expect(await access.organization('external:one')).toEqual(found);
    expect(await access.organization('external:ONE')).toEqual({ status: 'unknown' });
    expect(await access.organizationOfDomain('oNE.example')).toEqual(found);
    expect(await access.organizationOfDomain('two.example')).toEqual({ status: 'unknown' });
  });

  test('an organization is found by id or domain, and must be named where there are several', async () => {
    const fresh = await databases.open();
    const access = createAccess(fresh);
    const place = { country: 'GB', timezone: 'UTC', actor: ACTOR };
    const with_ = { ...deps, database: fresh };
    expect(await access.organization(undefined)).toEqual({ status: 'must_be_named' });

    const one = await createOrganization(with_, { name: 'One', domain: 'one', ...place });
    expect(await access.organization(undefined)).toEqual({
      status: 'found',
      organizationId: one.id,
    });

    await createOrganization(with_, { name: 'Two', ...place });
    expect(await access.organization(undefined)).toEqual({ status: 'must_be_named' });
    expect(await access.organization('one')).toEqual({ status: 'found', organizationId: one.id });
    expect(await access.organization(one.id)).toEqual({ status: 'found', organizationId: one.id });
    expect(await access.organization('three')).toEqual({ status: 'unknown' });
  });
});
