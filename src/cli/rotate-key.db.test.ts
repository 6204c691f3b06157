import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { createKey } from '../access/keys.ts';
import { databaseOf } from '../config/database-settings.ts';
import { readSettings } from '../config/settings.ts';
import { createLogger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { openServer } from '../server/open-server.ts';
import type { OpenServer } from '../server/open-server.ts';
import { sender, setUpOffice } from '../server/testing/test-server.ts';
import type { Office, Send } from '../server/testing/test-server.ts';
import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { listNodes } from '../store/nodes-repository.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { runRotateKey } from './rotate-key.ts';
import type { RotateKeyOptions } from './rotate-key.ts';

const OLD_KEY = Buffer.alloc(32, 7).toString('base64');
const KILLED = fileURLToPath(new URL('testing/rotate-until-killed.ts', import.meta.url));
const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };

type Env = Readonly<Record<string, string>>;
const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-rotate-'));
  cleanUp.push(async () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function start(env: Env): Promise<OpenServer> {
  const secrets = createSecretRegistry();
  const server = await openServer(readSettings(env), {
    logger: createLogger({ level: 'error', destination: process.stderr, scrub: secrets.scrub }),
    secrets,
    randomBytes,
    clock: systemClock,
    ids: createIds({ clock: systemClock, randomBytes }),
    random: Math.random,
    version: '0.0.0',
    shippedDocuments: [],
    masterKeyMade: () => {},
    onFatal: () => {},
    tuning: { times: { pollEveryMs: 50 } },
  });
  cleanUp.push(() => server.close());
  return server;
}

async function open(env: Env): Promise<Database> {
  const settings = readSettings(env);
  const database = await openDatabase(databaseOf(settings, { exclusive: false }), {
    clock: systemClock,
    onFatal: () => {},
  });
  cleanUp.push(() => database.close());
  return database;
}

async function rotate(env: Env, options: RotateKeyOptions = {}): Promise<string> {
  const out: string[] = [];
  const context = {
    env,
    directory: process.cwd(),
    out: (line: string) => void out.push(line),
    err: () => {},
    readInput: () => Promise.resolve(''),
    exitWith: () => {},
  };
  await runRotateKey(options, context);
  return out.join('\n');
}

interface Site {
  readonly env: Env;
  readonly crm: FakeCrm;
  readonly server: OpenServer;
  readonly send: Send;
  readonly office: Office;
}

async function keyIds(database: Database): Promise<readonly string[]> {
  const rows = await database.read.selectFrom('secret').select('key_id').execute();
  return [...new Set(rows.map((row) => row.key_id))];
}

describeDatabases('rotating the master key', (databases) => {
  const isSqlite = databases.dialect === 'sqlite';

  async function setUp(): Promise<Site> {
    const crm = await startFakeCrm();
    cleanUp.push(() => crm.close());
    const settings = await databases.settings();
    const env: Env = {
      PORT: '0',
      EGRESS_ALLOW: crm.host,
      EGRESS_PLAIN_HTTP: crm.host,
      ...(settings.kind === 'sqlite'
        ? { DATA_DIR: settings.directory }
        : { DATA_DIR: folder(), DATABASE_URL: settings.url, MASTER_KEY: OLD_KEY }),
    };
    const server = await start(env);
    const { database } = server;
    const ids = createIds({ clock: systemClock, randomBytes });
    const { key: adminKey } = await createKey({ database, ids, randomBytes }, ADMIN, {
      name: 'test',
      scope: 'admin',
      actor: 'test',
    });
    const send = sender(server.composed.app);
    const office = await setUpOffice({ send, adminKey }, crm);
    return { env, crm, server, send, office };
  }

  const ring = (site: Site, call: string) =>
    site.send('POST', '/v1/call-events', {
      key: site.office.eventsKey,
      body: [
        { kind: 'ringing', call_id: call, direction: 'inbound', extension: '101', ...NUMBERS },
        { kind: 'answered', call_id: call, extension: '101' },
        { kind: 'ended', call_id: call },
      ],
    });
  const written = (site: Site) => site.crm.calls.length;

  test(
    'goes on beside a running server while calls flow: none is lost, none comes twice',
    { timeout: 60_000 },
    async () => {
      const site = await setUp();
      // A second node, where there may be one: it must learn the key as the first does.
      if (!isSqlite) await start(site.env);
      const before = await keyIds(site.server.database);
      const newKeyFile = join(folder(), 'new.key');
      const done = new AbortController();
      let calls = 0;
      const flowing = (async () => {
        while (!done.signal.aborted || calls < 40) {
          calls += 1;
          expect((await ring(site, `call-${calls}`)).status).toBe(202);
          await sleep(20);
        }
      })();

      const told = await rotate(site.env, isSqlite ? {} : { newKeyFile });
      done.abort();
      await flowing;

      const after = await keyIds(site.server.database);
      expect(after).toHaveLength(1);
      expect(after).not.toEqual(before);
      expect(told).toContain('1 secret was sealed again');
      const nodes = await listNodes(site.server.database.read);
      expect(nodes.map((node) => node.sealing_key_id)).toEqual(
        isSqlite ? after : [...after, ...after],
      );
      await vi.waitFor(() => expect(written(site)).toBe(calls), { timeout: 30_000 });
      const keys = site.crm.calls.map((call) => call.fields['key']);
      expect(new Set(keys).size).toBe(keys.length);
      // A credential saved now is sealed with the new key, and the server opens it.
      const saved = await site.send('PATCH', `/v1/connections/${site.office.connectionId}`, {
        key: site.office.key,
        body: { properties: { 'API token': site.crm.token } },
        headers: {
          'if-match': String(
            (
              await site.send('GET', `/v1/connections/${site.office.connectionId}`, {
                key: site.office.key,
              })
            ).headers['etag'],
          ),
        },
      });
      expect(saved.status).toBe(200);
      expect(await keyIds(site.server.database)).toEqual(after);
      const tested = await site.send('POST', `/v1/connections/${site.office.connectionId}/test`, {
        key: site.office.key,
      });
      expect(tested.body).toMatchObject({ ok: true });
    },
  );

  test('names calls after it as before it, so that no call is written twice', async () => {
    const site = await setUp();
    const call = { kind: 'ringing', call_id: 'one', direction: 'inbound', extension: '101' };
    await site.send('POST', '/v1/call-events', {
      key: site.office.eventsKey,
      body: [{ ...call, ...NUMBERS }],
    });
    await vi.waitFor(() => expect(written(site)).toBe(1), { timeout: 10_000 });
    const newKeyFile = join(folder(), 'new.key');
    await site.server.close();
    await rotate(site.env, isSqlite ? {} : { newKeyFile });
    const env = isSqlite
      ? site.env
      : { ...site.env, MASTER_KEY: readFileSync(newKeyFile, 'utf8').trim() };
    if (!isSqlite) await rotate(env, { finish: true });
    const again = await start(env);

    const rows = await again.database.read.selectFrom('lane').select('call_key').execute();
    const later = sender(again.composed.app);
    await later('POST', '/v1/call-events', {
      key: site.office.eventsKey,
      body: [
        { kind: 'ended', call_id: 'one' },
        { ...call, ...NUMBERS, call_id: 'two' },
      ],
    });
    await vi.waitFor(() => expect(written(site)).toBe(2), { timeout: 10_000 });

    expect(rows).toHaveLength(1);
    expect(site.crm.calls[0]?.fields['key']).toBe(rows[0]?.call_key);
  });

  test('takes from the old key all it could open, and says which key is right', async () => {
    const site = await setUp();
    await site.server.close();
    const newKeyFile = join(folder(), 'new.key');
    const old = isSqlite
      ? readFileSync(join(String(site.env['DATA_DIR']), 'master.key'), 'utf8').trim()
      : OLD_KEY;
    const told = await rotate(site.env, isSqlite ? {} : { newKeyFile });
    const withOld = { ...site.env, MASTER_KEY: old };

    if (!isSqlite) {
      expect(told).toContain('rotate-key --finish');
      // Until then a node may start with either.
      await (await start(withOld)).close();
      const withNew = { ...site.env, MASTER_KEY: readFileSync(newKeyFile, 'utf8').trim() };
      await expect(rotate(withOld, { finish: true })).rejects.toThrow(/Finish with the new key/);
      await rotate(withNew, { finish: true });
      await (await start(withNew)).close();
    }
    await expect(start(withOld)).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringMatching(/sealed with the master key '[0-9a-f]{16}', but the given/),
    });
    const database = await open(site.env);
    const seals = await database.read.selectFrom('vault_key_seal').select('sealed_with').execute();
    expect(new Set(seals.map((seal) => seal.sealed_with)).size).toBe(1);
  });

  describe('killed', () => {
    const points = ['begun', 'known', 'current', 'slice', 'resealed', 'swapped'];
    test.each(points.filter((point) => isSqlite || point !== 'swapped'))(
      'at the point %s: servers start, secrets open, and the command goes on from there',
      { timeout: 60_000 },
      async (point) => {
        const site = await setUp();
        await site.server.close();
        const newKeyFile = join(folder(), 'new.key');
        const flags = isSqlite ? [] : [newKeyFile];
        const args = [KILLED, JSON.stringify(site.env), point, ...flags];
        const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
        expect([child.signal, child.stderr]).toEqual(['SIGKILL', '']);

        const between = await start(site.env);
        const test = await sender(between.composed.app)(
          'POST',
          `/v1/connections/${site.office.connectionId}/test`,
          { key: site.office.key },
        );
        expect(test.body).toMatchObject({ ok: true });
        await rotate(site.env, isSqlite ? {} : { newKeyFile });

        expect(await keyIds(between.database)).toHaveLength(1);
        const rows = await between.database.read.selectFrom('vault_key').selectAll().execute();
        expect(rows.map(({ purpose, state }) => `${purpose} ${state}`).toSorted()).toEqual([
          'root current',
          'seal current',
          'seal previous',
        ]);
        await between.close();
        const env = isSqlite
          ? site.env
          : { ...site.env, MASTER_KEY: readFileSync(newKeyFile, 'utf8').trim() };
        if (!isSqlite) await rotate(env, { finish: true });
        await (await start(env)).close();
      },
    );
  });

  if (isSqlite) {
    test('leaves nothing in the files that the old key opens', async () => {
      const site = await setUp();
      const directory = String(site.env['DATA_DIR']);
      const found = (bytes: Uint8Array): boolean =>
        readdirSync(directory)
          .filter((name) => name.startsWith('patchcord.db'))
          .some((name) => readFileSync(join(directory, name)).includes(Buffer.from(bytes)));
      const sealed = async (): Promise<readonly Uint8Array[]> => {
        const { read } = site.server.database;
        const rows = await read.selectFrom('vault_key_seal').select('sealed').execute();
        return rows.map((row) => row.sealed);
      };
      const before = await sealed();
      expect(before.map(found)).toEqual(before.map(() => true));

      await rotate(site.env);
      await site.server.close();

      expect(before.map(found)).toEqual(before.map(() => false));
    });

    test('asked for twice at once, keeps the old key as the old one', async () => {
      const site = await setUp();
      const path = join(String(site.env['DATA_DIR']), 'master.key');
      const old = readFileSync(path, 'utf8');

      await Promise.all([rotate(site.env), rotate(site.env)]);

      const kept = readdirSync(String(site.env['DATA_DIR'])).filter((name) =>
        name.endsWith('.old'),
      );
      const texts = kept.map((name) =>
        readFileSync(join(String(site.env['DATA_DIR']), name), 'utf8'),
      );
      expect(texts).toContain(old);
      expect(texts).not.toContain(readFileSync(path, 'utf8'));
      await site.server.close();
      await (await start(site.env)).close();
    });

    test('keeps the old key beside the new one, both for their owner only', async () => {
      const site = await setUp();
      const directory = String(site.env['DATA_DIR']);
      const old = readFileSync(join(directory, 'master.key'), 'utf8');
      const told = await rotate(site.env);

      const files = readdirSync(directory).filter((name) => name.startsWith('master.key'));
      expect(files).toEqual(['master.key', expect.stringMatching(/^master\.key\.\w{16}\.old$/)]);
      const [now = '', kept = ''] = files.map((name) => join(directory, name));
      expect(readFileSync(kept, 'utf8')).toBe(old);
      expect(readFileSync(now, 'utf8')).not.toBe(old);
      expect([now, kept].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
      expect(told).toContain(kept);
    });
  }
});
