import { Command, CommanderError } from 'commander';

import type { CommandContext, ExitCode } from './command-context.ts';
import { reportFailure } from './report-failure.ts';

/** Adds one command to the program; a module of `cli` exports one for each of its commands. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;

/** The command line with all its commands; nothing has run yet. */
export function buildProgram(
  context: CommandContext,
  commands: readonly RegisterCommand[],
  version: string,
): Command {
  const program = new Command('patchcord')
    .description('Connects phone systems to CRMs without code.')
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .option('--verbose', 'Print where an error came from.')
    .helpCommand('help [command]', 'Print this help, or that of a command.')
    .showSuggestionAfterError(true);
  for (const register of commands) register(program, context);
  harden(program, context);
  return program;
}

/**
 * Runs one command line (without the program's own name) and gives the code to end with. Never
 * rejects: each failure is one sentence on stderr.
 */
export async function runProgram(
  args: readonly string[],
  context: CommandContext,
  options: { readonly commands: readonly RegisterCommand[]; readonly version: string },
): Promise<ExitCode> {
  let code: ExitCode = 0;
  const counting: CommandContext = {
    ...context,
    exitWith: (wished) => {
      code = wished;
    },
  };
  const program = buildProgram(counting, options.commands, options.version);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (err) {
    if (err instanceof CommanderError) return err.exitCode === 0 ? 0 : 2;
    return reportFailure(err, context, {
      verbose: args.includes('--verbose'),
      json: args.includes('--json'),
      command: commandOf(program, args),
    });
  }
}

/** The words of the command that `args` call: `key create`. */
function commandOf(program: Command, args: readonly string[]): string {
  const [word, ...rest] = args.filter((arg) => !arg.startsWith('-'));
  const called = program.commands.find((command) => command.name() === word);
  return called === undefined ? '' : `${called.name()} ${commandOf(called, rest)}`.trim();
}

/** Makes every command throw instead of ending the process, and write where it is told. */
function harden(command: Command, context: CommandContext): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => {
      context.out(text.replace(/\n$/u, ''));
    },
    writeErr: (text) => {
      context.err(text.replace(/\n$/u, ''));
    },
  });
  for (const child of command.commands) harden(child, context);
}
