import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test, vi } from 'vitest';

import { createKey } from '../access/keys.ts';
import { readSettings } from '../config/settings.ts';
import { createLogger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import { openServer } from '../server/open-server.ts';
import { sender, setUpOffice } from '../server/testing/test-server.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { registerDoctor } from './doctor.ts';
import { runProgram } from './program.ts';
import { registerRotateKey } from './rotate-key.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const cleanUp: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-doctor-'));
  cleanUp.push(async () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const out: string[] = [];
  const context = {
    env,
    directory: process.cwd(),
    out: (line: string) => void out.push(line),
    err: () => {},
    readInput: () => Promise.resolve(''),
    exitWith: () => {},
  };
  const commands = [registerDoctor, registerRotateKey];
  const code = await runProgram(args, context, { commands, version: '1' });
  return { code, text: out.join('\n').replaceAll(/\n {9}/gu, ' '), out };
}

describeDatabases('doctor beside a running server', (databases) => {
  test('tells of keys, file modes and each connection; asks CRMs only when it is told to', async () => {
    const crm = await startFakeCrm();
    cleanUp.push(() => crm.close());
    const settings = await databases.settings();
    const sqlite = settings.kind === 'sqlite';
    const env = {
      PORT: '0',
      EGRESS_ALLOW: crm.host,
      EGRESS_PLAIN_HTTP: crm.host,
      ...(sqlite
        ? { DATA_DIR: settings.directory }
        : { DATA_DIR: folder(), DATABASE_URL: settings.url, MASTER_KEY: KEY }),
    };
    const secrets = createSecretRegistry();
    const ids = createIds({ clock: systemClock, randomBytes });
    const server = await openServer(readSettings(env), {
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
    cleanUp.push(() => server.close());
    const { database } = server;
    const deps = { database, ids, randomBytes };
    const { key: adminKey } = await createKey(deps, ADMIN, {
      name: 'test',
      scope: 'admin',
      actor: 'test',
    });
    const send = sender(server.composed.app);
    const office = await setUpOffice({ send, adminKey }, crm);
    await send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: [{ kind: 'ringing', call_id: '1', direction: 'inbound', extension: '101', ...NUMBERS }],
    });
    await vi.waitUntil(() => crm.calls.length === 1, { timeout: 10_000 });
    await vi.waitUntil(
      async () => (await run(env, 'doctor')).text.includes('last success less than a minute ago'),
      { timeout: 10_000 },
    );
    const asked = crm.requests.length;
    if (sqlite) chmodSync(join(settings.directory, 'master.key'), 0o640);

    const quiet = await run(env, 'doctor');
    expect(crm.requests).toHaveLength(asked);
    const live = await run(env, 'doctor', '--live', '--json');
    expect(crm.requests.length).toBeGreaterThan(asked);
    crm.behave('GET /users', 'unauthorized');
    const refused = await run(env, 'doctor', '--live');

    expect(quiet.code).toBe(0);
    expect(quiet.text).toMatch(/ok {7}master key: [0-9a-f]{16}; keep a copy/);
    expect(quiet.text).toMatch(
      /ok {7}secrets: 1 open; new ones are sealed with the data key \w{16}, which the/,
    );
    expect(quiet.text).toMatch(/ok {7}Office \w+ \/ [^:]+: active; last success/);
    if (sqlite) expect(quiet.text).toMatch(/warning {2}file modes: others may use .*chmod 600/);
    expect(quiet.out.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
    expect(JSON.parse(live.out[0] ?? '')).toMatchObject({
      connections: [{ status: 'ok', message: expect.stringContaining('test: The CRM accepted') }],
    });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.text).toMatch(/failed {3}Office .*; test: .*401/);
    const rows = await database.read.selectFrom('connection').select('state').execute();
    expect(rows).toEqual([{ state: 'active' }]);
  });

  if (databases.dialect === 'sqlite') {
    test('says what to do about a damaged file', async () => {
      const directory = folder();
      writeFileSync(join(directory, 'patchcord.db'), Buffer.alloc(8_192, 0x5a));

      const { text, code } = await run({ PORT: '0', DATA_DIR: directory }, 'doctor');

      expect(code).toBe(1);
      expect(text).toMatch(/failed {3}database: .*cannot be used .* restore the last backup\./);
    });
  }

  if (databases.dialect === 'postgres') {
    test('says what is left of a rotation', async () => {
      const settings = await databases.settings();
      const url = settings.kind === 'postgres' ? settings.url : '';
      const env = { PORT: '0', DATA_DIR: folder(), DATABASE_URL: url, MASTER_KEY: KEY };
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
      });
      cleanUp.push(() => server.close());
      await run(env, 'rotate-key', '--new-key-file', join(folder(), 'new.key'));

      const { text, code } = await run(env, 'doctor');

      expect(code).toBe(0);
      expect(text).toMatch(
        /warning {2}master key: is being changed from \w{16} to \w{16} since .*Restart with the new one: .*rotate-key --finish/,
      );
    });
  }
});
