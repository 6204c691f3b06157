import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { readSettings } from '../config/settings.ts';
import { ENDPOINTS } from '../contract/endpoints.ts';
import type { AppError } from '../errors/app-error.ts';
import { createLogger } from '../logging/logger.ts';
import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { listNodes } from '../store/nodes-repository.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import type { ServerTuning } from './compose.ts';
import { openServer } from './open-server.ts';
import type { OpenServer } from './open-server.ts';
import { FIRST_CERTIFICATE } from './testing/tls-certificates.ts';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const DOCUMENT = readFileSync(new URL('../../demo/integration.json', import.meta.url), 'utf8');

const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-server-'));
  cleanUp.push(async () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Opened {
  readonly server: OpenServer;
  readonly keys: readonly string[];
  readonly log: readonly string[];
  /** The first fault that the process must end for. */
  readonly fatal: Promise<AppError>;
}

async function open(
  environment: Readonly<Record<string, string>>,
  documents: readonly string[] = [],
  tuning: ServerTuning = {},
): Promise<Opened> {
  const keys: string[] = [];
  const log: string[] = [];
  const fatal = Promise.withResolvers<AppError>();
  const secrets = createSecretRegistry();
  const destination = { write: (line: string) => log.push(line) };
  const server = await openServer(readSettings({ PORT: '0', ...environment }), {
    logger: createLogger({ level: 'info', destination, scrub: secrets.scrub }),
    secrets,
    randomBytes,
    clock: systemClock,
    ids: createIds({ clock: systemClock, randomBytes }),
    random: Math.random,
    version: '0.0.0',
    shippedDocuments: documents,
    masterKeyMade: (path) => keys.push(path),
    onFatal: fatal.resolve,
    tuning,
  });
  cleanUp.push(() => server.close());
  return { server, keys, log, fatal: fatal.promise };
}

describeDatabases('a server', (databases) => {
  const environment = async (): Promise<Record<string, string>> => {
    const settings = await databases.settings();
    return settings.kind === 'sqlite'
      ? { DATA_DIR: settings.directory }
      : { DATA_DIR: folder(), DATABASE_URL: settings.url, MASTER_KEY };
  };

  test('listens, is ready, and says so without a key', async () => {
    const { server } = await open(await environment());

    for (const path of ['/', '/livez', '/readyz', '/v1/openapi.json', '/metrics']) {
      const answer = await fetch(`${server.origin}${path}`);
      await answer.arrayBuffer();
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  test('names its public address in the description of the API', async () => {
    const env = { ...(await environment()), PUBLIC_URL: 'http://localhost:9999' };
    const { server } = await open(env);
    const answer = await fetch(`${server.origin}/v1/openapi.json`);

    expect(await answer.json()).toMatchObject({ servers: [{ url: 'http://localhost:9999' }] });
  });

  test('says at its first address what it is and where to go on', async () => {
    const { server } = await open(await environment());

    const first = await fetch(`${server.origin}/`);
    const nothing = await fetch(`${server.origin}/v1/nothing?token=x`);

    expect(await first.json()).toMatchObject({
      name: 'Patchcord',
      version: '0.0.0',
      reference: '/v1/reference',
      openapi: '/v1/openapi.json',
    });
    expect(await nothing.json()).toMatchObject({
      status: 404,
      detail: 'There is no route GET /v1/nothing; GET /v1/openapi.json names all.',
    });
  });

  test('has a route for each endpoint of the contract and none beside', async () => {
    const { server } = await open(await environment());
    const { app } = server.composed;
    const missing = ENDPOINTS.filter(
      ({ method, path }) => !app.hasRoute({ method, url: path.replaceAll(/\{(\w+)\}/gu, ':$1') }),
    );
    const routes = app
      .printRoutes({ commonPrefix: false })
      .match(/\((?:GET|POST|PUT|PATCH|DELETE)[^)]*\)/gu);
    const methods = (routes ?? [])
      .flatMap((found) => found.split(','))
      .filter((found) => !found.includes('HEAD'));

    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(methods).toHaveLength(ENDPOINTS.length);
  });

  test('opens again after it was closed, and a shipped document is there once', async () => {
    const env = await environment();
    const first = await open(env, [DOCUMENT]);
    await first.server.close();
    const second = await open(env, [DOCUMENT]);
    const rows = await second.server.database.read.selectFrom('integration').selectAll().execute();

    expect(rows.map((row) => [row.document_id, row.organization_id])).toEqual([['demo-crm', null]]);
    await expect(fetch(`${first.server.origin}/livez`)).rejects.toThrow(TypeError);
  });

  test('starts although a shipped document has errors, and says which in the log', async () => {
    const { log } = await open(await environment(), ['{}']);

    expect(log.join('')).toContain('a shipped document cannot be used');
  });

  test('refuses another master key than the first one', async () => {
    const env = await environment();
    const { server } = await open({ ...env, MASTER_KEY });
    await server.close();
    const other = { ...env, MASTER_KEY: Buffer.alloc(32, 8).toString('base64') };

    await expect(open(other)).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  test('removes what is older than the settings say, deeds too', async () => {
    const env = { ...(await environment()), RETENTION_AUDIT_DAYS: '3' };
    const first = await open(env);
    const { database } = first.server;
    const deed = { organization_id: null, actor: 'test', action: 'a', object_kind: 'b' };
    const day = 24 * 60 * 60 * 1_000;
    await database.write((transaction) =>
      transaction
        .insertInto('audit_entry')
        .values(
          [2, 4].map((days) => ({
            ...deed,
            id: `${9 - days}`,
            object_id: `${days} days old`,
            details: '{}',
            at: database.now() - days * day,
          })),
        )
        .execute(),
    );
    await first.server.close();

    const { server } = await open(env, [], { times: { housekeepEveryMs: 5 } });

    await vi.waitFor(async () => {
      const rows = await server.database.read.selectFrom('audit_entry').selectAll().execute();
      expect(rows.map((row) => row.object_id)).toEqual(['2 days old']);
    });
  });
});

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

describe('a server on SQLite', () => {
  test('makes a master key once and tells where', async () => {
    const directory = folder();
    const first = await open({ DATA_DIR: directory });
    await first.server.close();
    const second = await open({ DATA_DIR: directory });

    expect(first.keys).toEqual([join(directory, 'master.key')]);
    expect(second.keys).toEqual([]);
  });

  test('makes no new master key where the first one is lost', async () => {
    const directory = folder();
    const first = await open({ DATA_DIR: directory });
    await first.server.close();
    const path = join(directory, 'master.key');
    rmSync(path);

    await expect(open({ DATA_DIR: directory })).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringContaining('restore the file'),
    });
    expect(existsSync(path)).toBe(false);
  });

  test('is alone in its data directory', async () => {
    const directory = folder();
    await open({ DATA_DIR: directory });

    await expect(open({ DATA_DIR: directory })).rejects.toMatchObject({
      code: 'data_directory_locked',
    });
  });

  test('says which port is taken, and leaves nothing open behind', async () => {
    const { server } = await open({ DATA_DIR: folder() });
    const directory = folder();
    const { port } = new URL(server.origin);

    await expect(open({ DATA_DIR: directory, PORT: port })).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringContaining(port),
    });
    await expect(open({ DATA_DIR: directory })).resolves.toBeDefined();
  });

  test('answers over TLS of its own, with strict transport security', async () => {
    const directory = folder();
    const files = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
    writeFileSync(files.TLS_CERT, FIRST_CERTIFICATE.cert);
    writeFileSync(files.TLS_KEY, FIRST_CERTIFICATE.key);
    const { server } = await open({ DATA_DIR: directory, ...files });
    const answer = await getTrusting(`${server.origin}/livez`, FIRST_CERTIFICATE.cert);

    expect(server.origin).toMatch(/^https:/u);
    expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });

  test('does not open with a certificate that is none', async () => {
    const directory = folder();
    const files = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
    writeFileSync(files.TLS_CERT, 'nothing');
    writeFileSync(files.TLS_KEY, 'nothing');

    await expect(open({ DATA_DIR: directory, ...files })).rejects.toMatchObject({
      code: 'invalid_settings',
    });
  });
});

/** A port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const address = probe.address();
  await once(probe.close(), 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

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

function getTrusting(url: string, ca: string): Promise<{ status: number; hsts: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, agent: false, servername: 'localhost' }, (answer) => {
      answer.resume();
      const hsts = answer.headers['strict-transport-security'];
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, hsts }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
