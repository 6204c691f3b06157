import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { CommandContext } from './command-context.ts';
import { registerKey } from './key.ts';
import { registerOrganization } from './organization.ts';
import { runProgram } from './program.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    env: {},
    directory,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => '',
    exitWith: () => {},
  };
  const commands = [registerKey, registerOrganization];
  const code = await runProgram(args, context, { commands, version: '1' });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('an organization is suspended, exported and deleted by its id or domain', async () => {
  const made = await run('organization', 'create', '--name', 'Acme Ltd', '--domain', 'acme');
  await run('key', 'create', '--name', 'root', '--organization', 'acme');

  const early = await run('organization', 'delete', 'acme', '--confirm', 'Acme Ltd');
  const suspended = await run('organization', 'suspend', 'acme', '--reason', 'Invoice 4711');
  const listed = await run('organization', 'list');
  const told = await run('organization', 'export', 'acme');
  const written = await run('organization', 'export', 'acme', '--output', 'acme.ndjson');
  const over = await run('organization', 'export', 'acme', '--output', 'acme.ndjson');
  const wrong = await run('organization', 'delete', 'acme', '--confirm', 'Acme');
  const deleted = await run('organization', 'delete', 'acme', '--confirm', 'Acme Ltd');

  expect(early.code).toBe(1);
  expect(early.err).toContain('run "patchcord organization suspend acme" first');
  expect(suspended.out).toBe(
    `Acme Ltd (${made.out}) is suspended: its calls wait until it is resumed.`,
  );
  expect(listed.out).toBe(`${made.out}  acme  Acme Ltd (suspended)`);
  expect(told.out.split('\n').map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ record: 'organization', state_reason: 'Invoice 4711' }),
  );
  const file = join(directory, 'acme.ndjson');
  expect(written.out).toBe(file);
  expect(readFileSync(file, 'utf8')).toMatch(/"record":"end","lines":\d+\}\n$/u);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(over).toMatchObject({ code: 1, err: expect.stringContaining('already') });
  expect(wrong.err).toContain("is not called 'Acme'");
  expect(deleted).toMatchObject({ code: 0, out: expect.stringContaining('is deleted') });
  expect((await run('organization', 'list')).out).toBe('');
  expect((await run('key', 'list')).out).toBe('');
});

test('a suspended organization works again', async () => {
  await run('organization', 'create', '--name', 'Acme Ltd', '--domain', 'acme');
  await run('organization', 'suspend', 'acme');

  const resumed = await run('organization', 'resume', 'acme', '--json');

  expect(JSON.parse(resumed.out)).toMatchObject({ state: 'active', reason: null });
});

test('usage is a table, or says that there is none; a month is checked', async () => {
  await run('organization', 'create', '--name', 'Acme Ltd', '--domain', 'acme');

  const none = await run('organization', 'usage', 'acme');
  const wrong = await run('organization', 'usage', '--from', '2026-13');

  expect(none.err).toBe('Nothing was used in these months.');
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('is no month') });
});
