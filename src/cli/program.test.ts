import { describe, expect, test } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import type { CommandContext } from './command-context.ts';
import { runProgram } from './program.ts';
import type { RegisterCommand } from './program.ts';

function terminal(): { context: CommandContext; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    env: {},
    directory: '/',
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    readInput: async () => '',
    exitWith: () => {},
  };
  return { context, out, err };
}

const failing =
  (fault: unknown): RegisterCommand =>
  (program) => {
    program
      .command('fail')
      .option('--json')
      .action(() => Promise.reject(fault));
  };

const findings: RegisterCommand = (program, context) => {
  program.command('look').action(() => {
    context.out('one finding');
    context.exitWith(1);
  });
};

async function run(args: readonly string[], command: RegisterCommand) {
  const { context, out, err } = terminal();
  const code = await runProgram(args, context, { commands: [command], version: '1.2.3' });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('a command line', () => {
  test.each([
    ['a command with findings', ['look'], 1],
    ['--version', ['--version'], 0],
    ['--help', ['--help'], 0],
    ['help', ['help'], 0],
    ['help of a command', ['help', 'look'], 0],
    ['an unknown command', ['lok'], 2],
    ['an unknown option', ['look', '--wrong'], 2],
  ])('with %s ends with its code', async (_name, args, code) => {
    expect((await run(args, findings)).code).toBe(code);
  });

  test('with a misspelt command is answered with the likely one', async () => {
    expect((await run(['lok'], findings)).err).toContain('look');
  });

  test.each([
    ['what settings cause', new AppError('invalid_settings', 'PORT is 0x50.'), 2],
    ['what a caller causes', new AppError('invalid_request', 'No such method.'), 2],
    ['what a document causes', new AppError('document_invalid', 'Two errors.'), 1],
    ['what the present state causes', new AppError('not_found', 'No such key.'), 1],
    ['what we cause', new AppError('internal', 'Impossible.'), 3],
    ['what nobody foresaw', new Error('Impossible.'), 3],
  ])('that fails by %s ends with the code for it', async (_name, fault, code) => {
    const result = await run(['fail'], failing(fault));

    expect(result.code).toBe(code);
    expect(result.err).toContain(fault.message);
  });

  test('that fails says what to do and hides the stack unless it is asked for', async () => {
    const fault = new AppError('schema_mismatch', 'The database is newer.');
    const short = await run(['fail'], failing(fault));
    const long = await run(['fail', '--verbose'], failing(fault));

    expect(short.err).toBe(`The database is newer. ${fault.row.remedy}`);
    expect(long.err).toContain('program.test.ts');
  });

  test.each([
    ['invalid_request', 'No such method. See: patchcord fail --help'],
    ['conflict', 'No such method.'],
    ['data_directory_locked', 'No such method.'],
  ] as const)(
    'that fails by %s speaks of commands, not of routes, and once',
    async (code, said) => {
      expect((await run(['fail'], failing(new AppError(code, 'No such method.')))).err).toBe(said);
    },
  );

  test('with help prints what it prints with --help', async () => {
    const help = await run(['help', 'look'], findings);

    expect(help.out).toContain('Usage: patchcord look');
    expect(help.out).toBe((await run(['look', '--help'], findings)).out);
  });

  test('with --json fails in JSON', async () => {
    const result = await run(['fail', '--json'], failing(new AppError('conflict', 'Taken.')));

    expect(JSON.parse(result.err)).toMatchObject({
      error: { code: 'conflict', message: 'Taken.' },
    });
  });
});
