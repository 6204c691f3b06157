import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';

import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const WAIT = { timeout: 15_000, interval: 50 };

const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const step of cleanUp.splice(0).toReversed()) step();
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out(): string;
  err(): string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUp.push(() => void child.kill('SIGKILL'));
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, out: () => texts.out, err: () => texts.err };
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-cli-'));
  cleanUp.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** The first match in what the program has written on stdout. */
async function waitFor(running: Running, pattern: RegExp): Promise<string> {
  return await vi.waitFor(() => {
    const found = pattern.exec(running.out());
    if (found === null) throw new Error(`Not yet: ${running.out()}${running.err()}`);
    return found[1] ?? '';
  }, WAIT);
}

describe('serve', () => {
  test('tells where it listens, answers, and ends in order at SIGTERM', async () => {
    const server = run(['serve', '--port', '0', '--json', '--log-level', 'error'], {
      DATA_DIR: folder(),
    });
    const origin = await waitFor(server, /"origin":"([^"]+)"/u);
    const answer = await fetch(`${origin}/readyz`);
    server.child.kill('SIGTERM');

    expect(answer.status).toBe(200);
    expect(await server.ended).toBe(0);
  });

  test('over plain http for others says so where people see it', async () => {
    const server = run(['serve', '--port', '0', '--json', '--log-level', 'error'], {
      DATA_DIR: folder(),
      HOST: '0.0.0.0',
      ALLOW_PLAIN_HTTP: '1',
    });
    await waitFor(server, /"origin":"([^"]+)"/u);
    const ended = await stop(server);

    expect(ended).toBe(0);
    expect(server.err()).toContain('unencrypted');
  });

  test('on a port that is taken names it, and ends with 2', async () => {
    const first = run(['serve', '--port', '0', '--json', '--log-level', 'error'], {
      DATA_DIR: folder(),
    });
    const origin = await waitFor(first, /"origin":"([^"]+)"/u);
    const { port } = new URL(origin);
    const second = run(['serve', '--demo', '--port', port, '--data', folder()]);

    expect(await second.ended).toBe(2);
    expect(second.err()).toContain(`Cannot listen on 127.0.0.1:${port}`);
    expect(second.err()).not.toContain('    at ');
    expect(await stop(first)).toBe(0);
  }, 30_000);

  test.each([
    ['a port that is none', { PORT: 'eighty' }, 'PORT'],
    ['plain http for the whole network', { HOST: '0.0.0.0' }, 'TRUSTED_PROXIES'],
    ['PostgreSQL without a master key', { DATABASE_URL: 'postgres://x/y' }, 'MASTER_KEY'],
    ['a misspelt variable of ours', { PATCHCORD_PROT: '1' }, 'PATCHCORD_PROT'],
    ['an exception without a port', { EGRESS_ALLOW: '10.0.0.1' }, 'EGRESS_ALLOW'],
  ])('refuses %s: code 2, the remedy, no stack', async (_name, env, word) => {
    const err: string[] = [];
    const code = await runProgram(
      ['serve'],
      {
        env: { DATA_DIR: folder(), ...env },
        directory: '/',
        out: () => {},
        err: (line) => err.push(line),
        readInput: async () => '',
        exitWith: () => {},
      },
      { commands: COMMANDS, version: '0.0.0' },
    );

    expect(code).toBe(2);
    expect(err.join('\n')).toContain(word);
    expect(err.join('\n')).not.toContain('    at ');
  });
});

test('a reader that has enough of the output ends a command without a word', async () => {
  const schema = run(['schema']);
  schema.child.stdout?.destroy();

  expect(await schema.ended).toBe(0);
  expect(schema.err()).toBe('');
});

const PLACE_CALL = fileURLToPath(new URL('../../demo/place-call.ts', import.meta.url));

test.each([
  ['--help prints its options', '--help', 0],
  ['an option that it lacks prints them too', '--bogus', 2],
])('of the demo call %s, and no stack', (_name, option, code) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PLACE_CALL, option], {
    encoding: 'utf8',
  });

  expect(status).toBe(code);
  expect(stdout + stderr).toContain('--from <number>');
  expect(stdout + stderr).not.toContain('    at ');
});

const Demo = z.object({ organization_id: z.string(), events_key: z.string() });

describe('serve --demo', () => {
  test('brings a CRM along in which a reported call stands, and knows its office again', async () => {
    const data = folder();
    const start = (): Running => run(['serve', '--demo', '--port', '0', '--data', data]);
    const first = start();
    const key = await waitFor(first, /Admin key {3}(pc_ad_\S+)/u);
    const origin = await waitFor(first, /Patchcord {3}(http:\S+)/u);
    const crm = await waitFor(first, /Demo CRM {4}(http:\S+)/u);
    const demo = Demo.parse(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')));
    const reported = await fetch(`${origin}/v1/call-events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${demo.events_key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(CALL),
    });
    await vi.waitFor(async () => {
      const page = await (await fetch(`${crm}/contacts/c-1`)).text();
      expect(page).toMatch(/call from [^]{0,200}class="badge answered"/iu);
    }, WAIT);
    const ended = await stop(first);
    const second = start();
    const hint = await waitFor(second, /Admin key {3}(.+)/u);
    const again = Demo.parse(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')));

    const properties = join(data, 'properties.json');

    expect(JSON.parse(readFileSync(properties, 'utf8'))).toEqual({
      'CRM address': expect.stringMatching(/^http:/u),
      'API token': expect.stringMatching(/./u),
    });
    expect(statSync(properties).mode & 0o777).toBe(0o600);
    expect(reported.status).toBe(202);
    expect(ended).toBe(0);
    expect(key).toMatch(/^pc_ad_/u);
    expect(hint).toContain('key create');
    expect(again).toEqual(demo);
    expect(await stop(second)).toBe(0);
    await expect(fetch(crm)).rejects.toThrow(TypeError);
  }, 60_000);
});

const CALL = [
  {
    call_id: 'demo-test',
    kind: 'ringing',
    direction: 'inbound',
    extension: '201',
    calling_number: '+442079460018',
  },
  { call_id: 'demo-test', kind: 'ended', result: 'answered', duration: 63 },
];

async function stop(running: Running): Promise<number | null> {
  running.child.kill('SIGTERM');
  return await running.ended;
}
