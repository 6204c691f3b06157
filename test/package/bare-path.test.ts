import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copyCheckout, freshEnvironment } from './checkout.ts';
import { startProgram, type RunningProgram } from './running-program.ts';

/** What every machine has. No Python, no make, no compiler: an install that needs one fails here. */
const BASIC_TOOLS = [
  'sh',
  'env',
  'cat',
  'cp',
  'ls',
  'mkdir',
  'mv',
  'rm',
  'sed',
  'uname',
  'dirname',
  'basename',
  'true',
];
const INSTALL_LIMIT_MS = 240_000;
const START_LIMIT_MS = 60_000;
const CALL_LIMIT_MS = 60_000;

describe('the two commands of the README on a machine with nothing but Node', () => {
  const home = mkdtempSync(join(tmpdir(), 'patchcord-bare-'));
  const checkout = join(home, 'checkout');
  const env = freshEnvironment(bareFolder(join(home, 'bin')));
  const running: RunningProgram[] = [];
  const start = (...command: [string, ...string[]]): RunningProgram => {
    const program = startProgram(command, { cwd: checkout, env });
    running.push(program);
    return program;
  };

  beforeAll(() => copyCheckout(checkout));
  afterAll(async () => {
    await Promise.all(running.map((program) => program.stop()));
    rmSync(home, { recursive: true, force: true });
  });

  it('installs, starts, and logs the demo call that it prints', async () => {
    const install = start('sh', '-c', 'npm ci && echo installed');
    await install.waitFor(/^installed$/m, INSTALL_LIMIT_MS);

    const server = start('npm', 'start', '--', '--port', '0', '--data', join(home, 'data'));
    const [callLine = ''] = await server.waitFor(/npm run -s demo:call.*$/m, START_LIMIT_MS);
    const [, crm = ''] = await server.waitFor(/CRM\D*(http:\/\/127\.0\.0\.1:\d+)/, START_LIMIT_MS);
    const call = start('sh', '-c', callLine);
    await call.waitFor(/The call stands in the CRM now, with its recording/, CALL_LIMIT_MS);
    const [, callPage = ''] = await call.waitFor(/Call +(http:\S+)/, CALL_LIMIT_MS);
    const page = await (await fetch(callPage)).text();

    expect(page).toContain('class="badge answered"');
    expect(page).toContain('Nadia Rahman');
    expect(page).toContain('<audio');
    expect(await server.stop()).not.toBe(1);
    await expect(fetch(crm)).rejects.toThrow(TypeError);
  });

  it('says in one sentence what to do where the Node is too old', async () => {
    const old = start('node', '-e', OLD_NODE);

    await old.waitFor(/^Patchcord needs Node 24 or newer and this is Node 20\.0\.0: .*\n$/, 10_000);

    expect(await old.ended).toBe(2);
  });
});

/** Runs the check as an older Node would: only the version that it reads differs. */
const OLD_NODE = `
Object.defineProperty(process.versions, 'node', { value: '20.0.0' });
require('./scripts/check-node.cjs');
`;

/** A folder that holds node, npm and the basic tools and nothing else: the whole PATH of the test. */
function bareFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const tool of [...BASIC_TOOLS, 'node', 'npm']) {
    symlinkSync(findProgram(tool), join(folder, tool));
  }
  return folder;
}

/** Where the machine itself has the program: not the copy that this package's install brought. */
function findProgram(name: string): string {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const candidates = [...folders, dirname(process.execPath)].map((folder) => join(folder, name));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Error(`this machine has no ${name}`);
  }
  return realpathSync(found);
}
