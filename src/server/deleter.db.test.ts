import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test, vi } from 'vitest';

import { databaseOf } from '../config/database-settings.ts';
import { readSettings } from '../config/settings.ts';
import { createLogger } from '../logging/logger.ts';
import { beginDeletion, suspendOrganization } from '../organizations/life.ts';
import { createOrganization } from '../organizations/organizations.ts';
import { openDatabase } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { openServer } from './open-server.ts';

describeDatabases('a deletion that a server had begun', (databases) => {
  test('goes on when a server starts', async () => {
    const settings = await databases.settings();
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-deleter-'));
    const env = readSettings({
      PORT: '0',
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...(settings.kind === 'sqlite'
        ? { DATA_DIR: settings.directory }
        : { DATA_DIR: folder, DATABASE_URL: settings.url }),
    });
    const ids = createIds({ clock: systemClock, randomBytes });
    const before = await openDatabase(databaseOf(env, { exclusive: true }), {
      clock: systemClock,
      onFatal: () => {},
    });
    const place = { country: 'GB', timezone: 'UTC', actor: 'test' };
    const { id } = await createOrganization({ database: before, ids }, { name: 'Acme', ...place });
    const deps = { database: before, ids };
    await suspendOrganization(deps, { organizationId: id }, { actor: 'test' });
    await beginDeletion(deps, { organizationId: id }, { name: 'Acme', actor: 'test' });
    await before.close();

    const secrets = createSecretRegistry();
    const server = await openServer(env, {
      logger: createLogger({ level: 'error', destination: process.stderr, scrub: secrets.scrub }),
      secrets,
      randomBytes,
      clock: systemClock,
      ids,
      random: Math.random,
      version: '0.0.0',
      shippedDocuments: [],
      masterKeyMade: () => {},
      onFatal: () => {},
    });
    try {
      await vi.waitFor(
        async () => {
          const rows = await server.database.read.selectFrom('organization').select('id').execute();
          expect(rows).toEqual([]);
        },
        { timeout: 10_000 },
      );
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
