import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { createAccess } from '../access/access.ts';
import { openDatabase } from '../store/database.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { registerDoctor, runDoctor } from './doctor.ts';
import type { Machine } from './examination.ts';
import { registerKey } from './key.ts';
import { registerOrganization } from './organization.ts';
import { runProgram } from './program.ts';

const PLAIN = { ALLOW_PLAIN_HTTP: '1' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    // The usual port may be somebody else's on the machine that runs the tests.
    env: { PORT: '0', ...env },
    directory,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => '',
    exitWith: () => {},
  };
  const commands = [registerKey, registerOrganization, registerDoctor];
  const code = await runProgram(args, context, { commands, version: '1' });
  return { code, out, err, first: out[0] ?? '' };
}

/** Lines of `doctor` as they were before they were broken at 80 columns. */
const unwrap = (lines: readonly string[]): readonly string[] =>
  lines
    .join('\n')
    .replaceAll(/\n {9}/gu, ' ')
    .split('\n');

const open = (exclusive: boolean) =>
  openDatabase(
    { kind: 'sqlite', directory: join(directory, 'data'), exclusive },
    { clock: systemClock, onFatal: () => {} },
  );

describe('key', () => {
  test('create prints a key that works, beside a running server; revoke ends it', async () => {
    const made = await run(['key', 'create', '--name', 'root']);
    const server = await open(true);
    const access = createAccess(server);

    const beside = await run(['key', 'create', '--name', 'second']);

    expect([made.code, beside.code]).toEqual([0, 0]);
    expect(await access.authenticate(made.first)).toMatchObject({ scope: 'admin' });
    expect(await access.authenticate(beside.first)).toMatchObject({ scope: 'admin' });
    expect(beside.err.join(' ')).toContain('shown once');
    const ended = await run(['key', 'revoke', beside.first.slice(0, 14)]);
    expect(ended.out).toEqual([`${beside.first.slice(0, 14)}… (second) no longer works.`]);
    expect(await access.authenticate(beside.first)).toBeUndefined();
    const listed = await run(['key', 'list', '--json']);
    expect(JSON.parse(listed.first)).toMatchObject({
      keys: [
        { name: 'root', revoked_at: null },
        { name: 'second', revoked_at: expect.any(String) },
      ],
    });
    expect(listed.first).not.toContain(made.first.slice(15));
    await server.close();
  });

  test('list says which keys have expired', async () => {
    await run(['key', 'create', '--name', 'old', '--expires-at', '2999-01-01']);
    const { out: before } = await run(['key', 'list']);
    const database = await open(false);
    await database.write((transaction) =>
      transaction.updateTable('api_key').set({ expires_at: 1 }).execute(),
    );
    await database.close();

    const { out: after } = await run(['key', 'list']);

    expect(before).toEqual([expect.stringContaining('  works  old')]);
    expect(after).toEqual([expect.stringContaining('  expired  old')]);
  });

  test.each([['key list'], ['key revoke pc_ad_00000000'], ['organization list']])(
    '%s in a folder without a database says so and makes nothing',
    async (line) => {
      const result = await run([...line.split(' '), '--data-dir', 'typo']);

      expect([result.code, result.out]).toEqual([2, []]);
      expect(result.err.join(' ')).toContain('There is no database in');
      expect(existsSync(join(directory, 'typo'))).toBe(false);
    },
  );

  test('create for an organization finds it by id and by domain', async () => {
    const { first: id } = await run([
      'organization',
      'create',
      '--name',
      'Acme',
      '--domain',
      'acme',
    ]);

    const byDomain = await run([
      'key',
      'create',
      '--name',
      'k',
      '--organization',
      'acme',
      '--json',
    ]);
    const listed = await run(['key', 'list', '--organization', id]);

    expect(JSON.parse(byDomain.first)).toMatchObject({
      scope: 'organization',
      organization_id: id,
    });
    expect(listed.out).toHaveLength(1);
  });

  test.each([
    ['no name', ['create'], 2],
    ['an unknown scope', ['create', '--name', 'k', '--scope', 'root'], 2],
    ['a scope that does not fit', ['create', '--name', 'k', '--scope', 'events'], 2],
    ['an unknown organization', ['create', '--name', 'k', '--organization', 'none'], 1],
    ['a moment that is none', ['create', '--name', 'k', '--expires-at', 'tomorrow'], 2],
    ['a moment that is past', ['create', '--name', 'k', '--expires-at', '2020-01-01'], 2],
    ['an unknown key', ['revoke', 'pc_ad_00000000'], 1],
  ])('with %s ends with the right code and one sentence', async (_name, args, code) => {
    await run(['key', 'create', '--name', 'first']);
    const result = await run(['key', ...args]);

    expect(result.code).toBe(code);
    expect(result.err.length).toBeGreaterThan(0);
    expect(result.out).toEqual([]);
  });
});

describe('organization', () => {
  test('create prints the id, list shows all', async () => {
    const made = await run(['organization', 'create', '--name', 'Acme', '--country', 'GB']);
    const listed = await run(['organization', 'list', '--json']);

    expect(JSON.parse(listed.first)).toMatchObject({
      organizations: [{ id: made.first, name: 'Acme', country: 'GB', timezone: 'UTC' }],
    });
  });

  test.each([
    ['a country in words', ['--country', 'England']],
    ['a zone that is none', ['--timezone', 'Mars/Olympus']],
    ['an empty name', ['--name', ' ']],
  ])('create with %s is a usage error', async (_name, args) => {
    expect((await run(['organization', 'create', '--name', 'A', ...args])).code).toBe(2);
  });
});

describe('doctor', () => {
  test('on a fresh machine finds nothing wrong and makes nothing', async () => {
    const result = await run(['doctor', '--json']);

    expect(result.code).toBe(0);
    const report: unknown = JSON.parse(result.first);
    expect(report).toMatchObject({
      examinations: expect.arrayContaining([
        { name: 'database', status: 'ok', message: 'is made at the first start.' },
      ]),
    });
    const text = await run(['doctor']);
    expect(text.out.join('\n')).toMatch(/^ok {7}clock/m);
    expect(text.out.at(-1)).toBe('All is well.');
    expect(text.out.filter((line) => line.length > 80)).toEqual([]);
  });

  test('knows a database, its migrations and a server that works in the directory', async () => {
    await run(['key', 'create', '--name', 'k']);
    const server = await open(true);

    const { out, code } = await run(['doctor']);

    await server.close();
    expect(code).toBe(0);
    expect(unwrap(out).join('\n')).toMatch(/data directory: .*a server works in it/);
    expect(unwrap(out).join('\n')).toMatch(
      /database: sqlite 3[.\d]+, checked, journal wal, each commit synced, \d+ migrations/,
    );
  });

  test('hides secrets and refuses settings that do not fit', async () => {
    const env = { MASTER_KEY: Buffer.alloc(32, 9).toString('base64') };

    const shown = await run(['doctor'], env);
    const refused = await run(['doctor'], { PORT: 'x', HOST: '0.0.0.0' });

    expect(shown.out).toContain('  MASTER_KEY=set (hidden)');
    expect(shown.out.join()).not.toContain(env.MASTER_KEY);
    expect(refused.code).toBe(2);
    expect(refused.err.join(' ')).toMatch(/PORT must be/);
  });

  test.each([
    ['an old Node', { nodeVersion: '20.1.0' }, {}, /Node: 20\.1\.0 is too old/],
    ['a clock of 1970', { now: () => 0 }, {}, /clock: says 1970/],
    [
      'a full disk',
      { freeSpace: async () => ({ share: 0.01, bytes: 1e6 }) },
      {},
      /free some space/,
    ],
    ['an unreadable master key', {}, { MASTER_KEY: 'short' }, /MASTER_KEY must hold 32 bytes/],
    ['a wrong exception', {}, { EGRESS_ALLOW: 'crm.lan' }, /EGRESS_ALLOW: "crm\.lan"/],
    ['a missing authority', {}, { EGRESS_CA_FILE: 'none.pem' }, /EGRESS_CA_FILE cannot be read/],
  ])('says what is wrong with %s', async (_name, machine, env, message) => {
    await run(['key', 'create', '--name', 'k']);
    const out: string[] = [];
    let code = 0;
    const healthy: Machine = {
      nodeVersion: '24.0.0',
      now: () => systemClock.now(),
      freeSpace: async () => ({ share: 0.5, bytes: 1e12 }),
    };

    await runDoctor(
      {},
      {
        env: { PORT: '0', ...env },
        directory,
        out: (line) => void out.push(line),
        err: () => {},
        readInput: async () => '',
        exitWith: (wished) => {
          code = wished;
        },
      },
      { ...healthy, ...machine },
    );

    expect(code).toBe(1);
    expect(unwrap(out).filter((line) => line.startsWith('failed'))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['an unreadable master key', { MASTER_KEY: 'short' }, /master key: MASTER_KEY must hold/],
    [
      'files of a certificate that are not there',
      { TLS_CERT: '/none', TLS_KEY: '/none' },
      /certificate: TLS_CERT '\/none'/,
    ],
    ['a folder that cannot be made', { DATA_DIR: '/proc/x' }, /data directory: \/proc\/x cannot/],
    ['an address of another machine', { HOST: '192.0.2.1', ...PLAIN }, /port: 192\.0\.2\.1:0: /],
  ])('says before the first start what is wrong with %s', async (_name, env, message) => {
    const { code, out } = await run(['doctor'], env);

    expect(code).toBe(1);
    expect(unwrap(out).filter((line) => line.startsWith('failed'))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = z.object({ port: z.number() }).parse(other.address()).port;

    const { code, out } = await run(['doctor'], { PORT: String(port) });

    other.close();
    expect(code).toBe(1);
    expect(unwrap(out).join('\n')).toMatch(
      /failed {3}port: .*another program listens there; stop it/,
    );
  });

  test('a page behind the egress door that is closed is named with its setting', async () => {
    const { code, out } = await run(['doctor', '--url', 'https://127.0.0.1:9']);

    expect(code).toBe(1);
    expect(unwrap(out).join('\n')).toMatch(/egress: .*EGRESS_ALLOW=127\.0\.0\.1:9/);
  });
});
