import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { ENDPOINTS } from '../contract/endpoints.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { FIRST_CERTIFICATE } from './testing/tls-certificates.ts';

import { createServerOpener } from './testing/server-opener.ts';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const DOCUMENT = readFileSync(new URL('../../demo/integration.json', import.meta.url), 'utf8');

const { open, folder, cleanUp } = createServerOpener();
afterEach(cleanUp);

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
