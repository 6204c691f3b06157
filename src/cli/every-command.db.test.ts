import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { CommandContext } from './command-context.ts';
import { COMMANDS } from './commands.ts';
import { buildProgram, runProgram } from './program.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
  writeFileSync(join(directory, 'broken.json'), '{}');
  copyFileSync(
    new URL('../../demo/integration.json', import.meta.url),
    join(directory, 'demo.json'),
  );
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function terminal(env: Readonly<Record<string, string>>) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    env,
    directory,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => '',
    exitWith: () => {},
  };
  return { context, out, err };
}

async function run(line: string, env: Readonly<Record<string, string>> = {}) {
  // The usual port may be somebody else's on the machine that runs the tests.
  const { context, out, err } = terminal({ PORT: '0', ...env });
  const options = { commands: COMMANDS, version: '0.0.0' };
  const code = await runProgram(line.split(' '), context, options);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Each command: a line that works, one that meets findings or a state, one of wrong usage. */
const LINES: Readonly<Record<string, { fine?: string; fails?: string; wrong: string }>> = {
  serve: { wrong: 'serve --port eighty' },
  lint: { fine: 'lint fine.json', fails: 'lint broken.json', wrong: 'lint' },
  try: { fails: 'try broken.json Users', wrong: 'try fine.json Userz' },
  test: { fine: 'test demo.json', fails: 'test fine.json', wrong: 'test' },
  new: { fine: 'new Acme', fails: 'new Fine', wrong: 'new' },
  schema: { fine: 'schema', wrong: 'schema --wrong' },
  'organization create': {
    fine: 'organization create --name Acme',
    fails: 'organization create --name Again --domain taken',
    wrong: 'organization create',
  },
  'organization list': { fine: 'organization list', wrong: 'organization list --wrong' },
  'organization usage': {
    fine: 'organization usage',
    fails: 'organization usage nobody',
    wrong: 'organization usage --wrong',
  },
  'organization suspend': {
    fails: 'organization suspend nobody',
    wrong: 'organization suspend',
  },
  'organization resume': { fails: 'organization resume nobody', wrong: 'organization resume' },
  'organization export': { fails: 'organization export nobody', wrong: 'organization export' },
  'organization delete': {
    fails: 'organization delete nobody --confirm Acme',
    wrong: 'organization delete nobody',
  },
  'key create': {
    fine: 'key create --name root',
    fails: 'key create --name x --scope organization --organization nobody',
    wrong: 'key create --scope king',
  },
  'key list': { fine: 'key list', wrong: 'key list --wrong' },
  'key revoke': { fails: 'key revoke nobody', wrong: 'key revoke' },
  'rotate-key': { fails: 'rotate-key --finish', wrong: 'rotate-key --wrong' },
  doctor: { fine: 'doctor', wrong: 'doctor --wrong' },
};

const NAMES = Object.keys(LINES);

describe('of all commands', () => {
  test('each has lines in this file, and takes --json', () => {
    const { context } = terminal({});
    const leaves = leavesOf(buildProgram(context, COMMANDS, '0.0.0'));

    expect(leaves.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());
    for (const { name, command } of leaves) {
      expect([name, command.options.some(({ long }) => long === '--json')]).toEqual([name, true]);
    }
  });

  test.each(NAMES)('%s ends with 2 when it is called wrongly', async (name) => {
    await run('new Fine');
    const result = await run(LINES[name]?.wrong ?? '');

    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).not.toBe('');
  });

  test.each(NAMES.filter((name) => LINES[name]?.fine !== undefined))(
    '%s ends with 0, and prints JSON where it is asked to',
    async (name) => {
      await run('new Fine');
      await run('organization create --name First');
      const result = await run(`${LINES[name]?.fine ?? ''} --json`);

      expect([result.code, result.err.includes('"error"')]).toEqual([0, false]);
      expect(JSON.parse(result.out)).toBeTypeOf('object');
    },
  );

  test.each(NAMES.filter((name) => LINES[name]?.fails !== undefined))(
    '%s ends with 1 where the document or the state does not fit, in JSON too',
    async (name) => {
      await run('new Fine');
      await run('organization create --name Taken --domain taken');
      const result = await run(`${LINES[name]?.fails ?? ''} --json`);

      expect(result.code).toBe(1);
      expect(JSON.parse(result.out === '' ? result.err : result.out)).toBeTypeOf('object');
    },
  );

  test.each(['organization list', 'key list', 'doctor', 'serve'])(
    '%s ends with 2 for a setting that is wrong',
    async (line) => {
      const result = await run(`${line} --json`, { PORT: '0x50' });

      expect([result.code, result.err.includes('PORT')]).toEqual([2, true]);
    },
  );
});

function leavesOf(
  command: Command,
  path: readonly string[] = [],
): readonly { readonly name: string; readonly command: Command }[] {
  if (command.commands.length === 0) return [{ name: path.join(' '), command }];
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]));
}
