import { hostname } from 'node:os';

import { afterEach, expect, test } from 'vitest';

import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { listNodes } from '../store/nodes-repository.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { systemClock } from '../time/clock.ts';
import { createServerOpener, freePort } from './testing/server-opener.ts';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

const { open, folder, cleanUp } = createServerOpener();
afterEach(cleanUp);

describeDatabases('nodes', (databases) => {
  if (databases.dialect === 'sqlite') {
    test('on SQLite there is one, named by the machine and its port', async () => {
      const settings = await databases.settings();
      const port = String(await freePort());
      const directory = settings.kind === 'sqlite' ? settings.directory : '';
      const { server } = await open({ DATA_DIR: directory, PORT: port });

      expect(await listNodes(server.database.read)).toMatchObject([
        { name: `${hostname()}:${port}` },
      ]);
    });
    return;
  }

  const environment = async (): Promise<Record<string, string>> => {
    const settings = await databases.settings();
    const url = settings.kind === 'postgres' ? settings.url : '';
    return { DATABASE_URL: url, MASTER_KEY };
  };

  test('keep their name over a restart and have another one on each port', async () => {
    const env = { ...(await environment()), DATA_DIR: folder() };
    const ports = [String(await freePort()), String(await freePort())];
    const first = await open({ ...env, PORT: ports[0] ?? '' });
    const [before] = await listNodes(first.server.database.read);
    await first.server.close();
    await open({ ...env, PORT: ports[1] ?? '' });
    const again = await open({ ...env, PORT: ports[0] ?? '' });
    const after = await listNodes(again.server.database.read);

    expect(after.map(({ name }) => name)).toEqual([
      `${hostname()}:${ports[1]}`,
      `${hostname()}:${ports[0]}`,
    ]);
    expect(after[1]?.name).toBe(before?.name);
    expect(after[1]?.id).not.toBe(before?.id);
  });

  test('take back at once what their earlier life was killed over, and nothing of others', async () => {
    const { DATABASE_URL: url = '', ...others } = await environment();
    const env = { ...others, DATABASE_URL: url, DATA_DIR: folder(), NODE_NAME: 'a' };
    const first = await open(env);
    await first.server.close();
    const database = await openDatabase(
      { kind: 'postgres', url, poolSize: 1 },
      { clock: systemClock, onFatal: () => {} },
    );
    await leaseLanes(database, ['a', 'b']);
    await database.close();

    const { server } = await open(env);

    const rows = await server.database.read
      .selectFrom('lane')
      .select(['id', 'fence'])
      .orderBy('id')
      .execute();
    expect(rows.map(({ id, fence }) => [id, fence > 1])).toEqual([
      ['lane of a', true],
      ['lane of b', false],
    ]);
  });

  test('of one name do not work side by side: the elder ends and says why', async () => {
    const env = { ...(await environment()), NODE_NAME: 'twin' };
    const often = { times: { renewEveryMs: 5 } };
    const elder = await open({ ...env, DATA_DIR: folder() }, [], often);

    const younger = await open({ ...env, DATA_DIR: folder() }, [], often);

    expect(await elder.fatal).toMatchObject({
      code: 'invalid_settings',
      message: expect.stringContaining("node 'twin'"),
    });
    expect(await listNodes(younger.server.database.read)).toHaveLength(1);
  });

  test('that find their port taken drive nobody out', async () => {
    const env = { ...(await environment()), DATA_DIR: folder(), PORT: String(await freePort()) };
    const { server } = await open(env);
    const [before] = await listNodes(server.database.read);

    await expect(open(env)).rejects.toMatchObject({ code: 'invalid_settings' });

    expect((await listNodes(server.database.read)).map(({ id }) => id)).toEqual([before?.id]);
  });
});

/** One lane for each node, as a process of that name holds it; its fence is 1. */
async function leaseLanes(database: Database, nodes: readonly string[]): Promise<void> {
  const now = database.now();
  await database.write(async (transaction) => {
    const organization_id = 'o';
    const one = { organization_id, name: 'n', created_at: now };
    await transaction
      .insertInto('organization')
      .values({ id: 'o', name: 'n', domain: null, country: 'GB', timezone: 'UTC', created_at: now })
      .execute();
    await transaction
      .insertInto('integration')
      .values({ ...one, id: 'i', document_id: 'd' })
      .execute();
    await transaction
      .insertInto('integration_version')
      .values({
        id: 'v',
        integration_id: 'i',
        organization_id,
        number: 1,
        document: '{}',
        digest: '',
        created_at: now,
      })
      .execute();
    await transaction
      .insertInto('connection')
      .values({
        ...one,
        id: 'c',
        integration_version_id: 'v',
        properties: '{}',
        options: '{}',
        state: 'paused',
        state_reason: null,
        state_since: now,
        state_until: null,
        failures: 0,
        throttles: 0,
        breaks: 0,
        revision: 1,
        updated_at: now,
      })
      .execute();
    for (const node of nodes) {
      await transaction
        .insertInto('call')
        .values({
          id: `call of ${node}`,
          organization_id,
          phone_system_id: 'p',
          external_id: node,
          generation: 1,
          phase: 'ended',
          facts: '{}',
          event_count: 0,
          started_at: now,
          created_at: now,
          last_event_at: now,
        })
        .execute();
      await transaction
        .insertInto('lane')
        .values({
          id: `lane of ${node}`,
          organization_id,
          connection_id: 'c',
          call_id: `call of ${node}`,
          call_key: node,
          state: 'leased',
          ready_at: now,
          lease_until: now + 45_000,
          fence: 1,
          node,
          revision: 1,
          memory: '{}',
          skip_reason: null,
          skip_message: null,
          created_at: now,
          updated_at: now,
        })
        .execute();
    }
  });
}
