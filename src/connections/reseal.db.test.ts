import { randomBytes } from 'node:crypto';

import { beforeEach, describe, expect, test } from 'vitest';

import { createOrganization } from '../organizations/organizations.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { compileDocument } from '../document/compile.ts';
import { createConnection } from './connections.ts';
import { createDocumentCache } from './document-cache.ts';
import { createIntegration } from './integrations.ts';
import { openKeyring } from './keyring.ts';
import type { Keyring } from './keyring.ts';
import { countSealed } from './count-sealed.ts';
import { keepVault } from './reseal.ts';
import { finishRotation, rotateKeys } from './rotation.ts';
import { EXAMPLE_DOCUMENT } from './testing/example-document.ts';
import { createVault } from './vault.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const key = (fill: number) => ({ id: `master-${fill}`, bytes: new Uint8Array(32).fill(fill) });

describeDatabases('keys of the vault', (databases) => {
  let database: Database;
  let keyring: Keyring;

  const later = (ms: number): Database => ({
    ...database,
    write: (job) => database.write(job),
    now: () => database.now() + ms,
  });
  const idsOfKeys = async (): Promise<readonly string[]> => {
    const rows = await database.read.selectFrom('vault_key').select('id').execute();
    return rows.map(({ id }) => id);
  };
  const sealedWith = async (): Promise<readonly string[]> => {
    const rows = await database.read.selectFrom('secret').select('key_id').execute();
    return [...new Set(rows.map((row) => row.key_id))];
  };

  async function addConnection(ring: Keyring | { id: string; bytes: Uint8Array }): Promise<void> {
    const ids = createIds({ clock: systemClock, randomBytes });
    const place = { country: 'GB', timezone: 'UTC', actor: 'test' };
    const made = await createOrganization({ database, ids }, { name: 'Acme', ...place });
    const scope = { organizationId: made.id };
    const vault = createVault(ring, randomBytes);
    const documents = createDocumentCache(compileDocument);
    const deps = { database, ids, vault, documents, checkUrl: () => ({ ok: true }) as const };
    const integration = await createIntegration({ ...deps, compile: compileDocument }, scope, {
      document: EXAMPLE_DOCUMENT,
      actor: 'test',
    });
    await createConnection(deps, scope, {
      integrationId: integration.id,
      properties: { 'Instance URL': 'https://crm.example.com', 'API key': 'secret' },
      actor: 'test',
    });
  }
  const rotate = async (from: number, to: number): Promise<void> => {
    const ring = await openKeyring({ database, masterKey: key(from), randomBytes });
    const newMasterKey = key(to);
    const deps = { database, keyring: ring, newMasterKey, randomBytes };
    await rotateKeys({ ...deps, sleep: () => Promise.resolve(), alone: true });
    await finishRotation({ database, newMasterKey });
  };

  beforeEach(async () => {
    database = await databases.open();
  });

  describe('after a rotation', () => {
    beforeEach(async () => {
      await database.write((transaction) =>
        transaction
          .insertInto('store_fact')
          .values({ name: 'master_key_id', value: 'master-1' })
          .execute(),
      );
      keyring = await openKeyring({ database, masterKey: key(1), randomBytes });
      await addConnection(keyring);
    });

    test('what a node sealed late with the old key is sealed again by housekeeping', async () => {
      await rotate(1, 2);
      // Its ring was read before: it does not know the new key yet.
      await addConnection(keyring);
      const ring = await openKeyring({ database, masterKey: key(2), randomBytes });
      expect(await sealedWith()).toHaveLength(2);

      await keepVault({ database, keyring: ring, randomBytes, validMs: 0 });

      expect(await sealedWith()).toEqual([ring.current().id]);
      expect(await countSealed(database.read, ring)).toEqual({ opened: 2, broken: [] });
    });

    test('the old key goes when nothing needs it, and not before a month has passed', async () => {
      const before = keyring.current().id;
      await rotate(1, 2);
      const ring = await openKeyring({ database, masterKey: key(2), randomBytes });
      const keep = (ms: number) =>
        keepVault({ database: later(ms), keyring: ring, randomBytes, validMs: 7 * DAY_MS });

      await keep(36 * DAY_MS);
      expect(await idsOfKeys()).toContain(before);
      await keep(38 * DAY_MS);

      expect(await idsOfKeys()).not.toContain(before);
      expect(await countSealed(database.read, ring)).toEqual({ opened: 1, broken: [] });
    });

    test('keys that must never change do not, and the others do', async () => {
      const [pinned, derived] = [keyring.pinned('x'), keyring.derived('x')];

      await rotate(1, 2);
      await rotate(2, 3);
      const ring = await openKeyring({ database, masterKey: key(3), randomBytes });

      expect(ring.pinned('x')).toEqual(pinned);
      expect(ring.derived('x')).toHaveLength(3);
      expect(ring.derived('x')[0]).not.toEqual(derived[0]);
      expect(ring.derived('x').at(-1)).toEqual(derived[0]);
      await expect(openKeyring({ database, masterKey: key(1), randomBytes })).rejects.toMatchObject(
        { code: 'invalid_settings' },
      );
    });
  });

  test('of a database from before there were any are the master key itself, until a rotation', async () => {
    await database.write((transaction) =>
      transaction
        .insertInto('store_fact')
        .values({ name: 'master_key_id', value: 'master-1' })
        .execute(),
    );
    // As a version did that sealed with the master key.
    await addConnection(key(1));
    const ring = await openKeyring({ database, masterKey: key(1), randomBytes });

    expect(ring.current().id).toBe('master-1');
    expect(await countSealed(database.read, ring)).toEqual({ opened: 1, broken: [] });
    const pinned = ring.pinned('patchcord call key');
    await rotate(1, 2);
    const after = await openKeyring({ database, masterKey: key(2), randomBytes });
    expect(await sealedWith()).toEqual([after.current().id]);
    expect(after.pinned('patchcord call key')).toEqual(pinned);
  });

  test('are made once by nodes that start at the same moment', async () => {
    const rings = await Promise.all(
      [1, 2, 3, 4].map(() => openKeyring({ database, masterKey: key(1), randomBytes })),
    );

    expect(new Set(rings.map((ring) => ring.current().id)).size).toBe(1);
    expect(await idsOfKeys()).toHaveLength(2);
  });

  test('are refused when a byte of them was changed', async () => {
    await openKeyring({ database, masterKey: key(1), randomBytes });
    await database.write((transaction) =>
      transaction
        .updateTable('vault_key_seal')
        .set({ sealed: new Uint8Array(48) })
        .execute(),
    );

    await expect(openKeyring({ database, masterKey: key(1), randomBytes })).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringContaining('was changed'),
    });
  });
});
