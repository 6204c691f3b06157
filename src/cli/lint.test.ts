import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startingDocument } from '../document/starting-document.ts';
import type { CommandContext } from './command-context.ts';
import { registerLint } from './lint.ts';
import { registerNew } from './new.ts';
import { runProgram } from './program.ts';
import { registerSchema } from './schema.ts';

const COMMANDS = [registerLint, registerNew, registerSchema];
const GOOD = startingDocument('Example CRM');
const WARNED = GOOD.replace('"class": "crm",', '"class": "crm", "colour": "red",');
const WRONG = GOOD.replace('"UpdateContact"', '“UpdateContact”').replace(
  '$call_title$',
  '$calltitle$',
);

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchcord-lint-'));
  await Promise.all([
    writeFile(join(directory, 'good.json'), GOOD),
    writeFile(join(directory, 'warned.json'), WARNED),
    writeFile(join(directory, 'wrong.json'), WRONG),
  ]);
});
afterEach(() => rm(directory, { recursive: true }));

async function run(...args: readonly string[]) {
  return await runWith({}, ...args);
}

async function runWith(env: CommandContext['env'], ...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    env,
    directory,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => WARNED,
    exitWith: () => {},
  };
  const code = await runProgram(args, context, { commands: COMMANDS, version: '1.0.0' });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('patchcord lint', () => {
  test.each([
    ['infos only', ['good.json'], 0],
    ['a warning', ['warned.json'], 1],
    ['errors', ['wrong.json'], 1],
    ['a warning on standard input', ['-'], 1],
    ['a file that does not exist', ['good.json', 'absent.json'], 2],
    ['no file', [], 2],
  ])('of %s ends with its code', async (_name, files, code) => {
    expect((await run('lint', ...files)).code).toBe(code);
  });

  test('prints place, severity, code and sentence of each finding, its fix, and a last sentence', async () => {
    const lines = (await run('lint', 'wrong.json')).out.split('\n');

    expect(lines.filter((line) => line.includes(' error '))).toEqual([
      expect.stringMatching(/^wrong\.json:\d+:5 error curly_quotes Curly quotes stand around/),
      expect.stringMatching(
        /^wrong\.json:\d+:\d+ error misspelt_name \$calltitle\$ is no known name/,
      ),
    ]);
    expect(lines).toContain('    fix: write `$call_title$`');
    expect(lines.slice(-2)).toEqual([
      '1 document: 2 errors and 2 infos. A document with errors cannot be used.',
      'What a code means: patchcord lint --explain curly_quotes',
    ]);
  });

  test('says nothing of codes where there is nothing to mend', async () => {
    expect((await run('lint', 'good.json')).out).not.toContain('--explain');
  });

  test('explains a code with --explain: meaning, both examples, what lint says, what to do', async () => {
    const { code, out } = await run('lint', '--explain', 'lone_marker');

    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('lone_marker (warning)');
    expect(out).toContain('"request_parameters": { "person": "$contact_id" }');
    expect(out).toMatch(/Lint says: \$contact_id lacks its closing \$/);
    expect(out).toContain('"request_parameters": { "person": "$contact_id$" }');
    expect(out).toContain('What to do: Add the closing sign');
  });

  test('explains a code for programs with --json', async () => {
    const { out } = await run('lint', '--explain', 'lone_marker', '--json');

    expect(JSON.parse(out)).toMatchObject({ code: 'lone_marker', bad: { kind: 'json' } });
  });

  test('names the likely code where there is none of that name', async () => {
    expect(await run('lint', '--explain', 'lone_markr')).toEqual({
      code: 2,
      out: '',
      err: 'Lint has no code "lone_markr". Did you mean lone_marker?',
    });
  });

  test('tells many faults of one kind in the text once, with their number', async () => {
    const pasted = GOOD.replaceAll(/"([A-Za-z]+)":/g, '“$1”:');
    await writeFile(join(directory, 'pasted.json'), pasted);

    const { out } = await run('lint', 'pasted.json');
    const { files } = JSON.parse((await run('lint', '--json', 'pasted.json')).out);

    const all = files[0].findings.filter(({ code }: { code: string }) => code === 'curly_quotes');
    expect(out.match(/ error curly_quotes /g)).toHaveLength(1);
    expect(out).toContain(
      `    and curly_quotes in ${all.length - 1} more places; --json lists them`,
    );
    expect(out).toContain(`1 document: ${all.length} errors`);
  });

  test('prints with --json the files and their findings, with these members and no others', async () => {
    const { out } = await run('lint', '--json', 'wrong.json', 'good.json');
    const { files } = JSON.parse(out);

    expect(files.map(({ file }: { file: string }) => file)).toEqual(['wrong.json', 'good.json']);
    expect(Object.keys(files[0].findings[0])).toEqual([
      'code',
      'severity',
      'path',
      'line',
      'column',
      'message',
      'fix',
    ]);
  });

  test('names a file that cannot be read, and checks the others', async () => {
    const { out, err } = await run('lint', 'absent.json', 'good.json');

    expect(err).toBe('The file absent.json cannot be read: it does not exist.');
    expect(out).toContain('1 document: 2 infos.');
  });
});

describe('patchcord new', () => {
  test('writes a document that lints, under the name of the CRM', async () => {
    expect((await run('new', 'Ex Ample')).code).toBe(0);
    expect(await readFile(join(directory, 'ex-ample.json'), 'utf8')).toContain(
      '"name": "Ex Ample"',
    );
    expect((await run('lint', 'ex-ample.json')).code).toBe(0);
  });

  test('called through npm, writes where the user stands and names commands as they run there', async () => {
    const folder = join(directory, 'mine');
    await mkdir(folder);
    const env = { npm_lifecycle_event: 'patchcord', INIT_CWD: folder };

    const { out } = await runWith(env, 'new', 'Ex Ample');

    expect((await readFile(join(folder, 'ex-ample.json'), 'utf8')).length).toBeGreaterThan(0);
    expect(out).toContain('  npm run -s patchcord -- lint ex-ample.json\n');
    expect((await runWith(env, 'lint', 'ex-ample.json', '../good.json')).code).toBe(0);
    expect((await run('new', 'Other')).out).toContain('  patchcord lint other.json\n');
  });

  test('never overwrites a file', async () => {
    const result = await run('new', 'Other', '--output', 'good.json');

    expect(result.code).toBe(1);
    expect(result.err).toContain('good.json exists already');
    expect(await readFile(join(directory, 'good.json'), 'utf8')).toBe(GOOD);
  });

  test.each([
    [
      'prints the document with --output -',
      ['new', 'Example CRM', '--output', '-'],
      GOOD.trimEnd(),
    ],
    [
      'prints the file with --json',
      ['new', 'Fourth', '--json'],
      '{"file":"fourth.json","id":"fourth","name":"Fourth"}',
    ],
  ])('%s', async (_name, args, out) => {
    expect((await run(...args)).out).toBe(out);
  });

  test.each(['', ' - ', 'x'.repeat(101)])('refuses the name "%s"', async (name) => {
    expect((await run('new', name)).code).toBe(2);
  });
});

describe('patchcord schema', () => {
  test.each([[['schema']], [['schema', '--json']]])('prints a JSON Schema for %s', async (args) => {
    expect(JSON.parse((await run(...args)).out)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
  });
});
