import type { Command } from 'commander';

import type { CommandContext } from './command-context.ts';
import { COMMANDS } from './commands.ts';
import { buildProgram } from './program.ts';

/** The reference page of the command line: the help of each command, as the program prints it. */
export function generatedFiles(): readonly { readonly path: string; readonly text: string }[] {
  const written: string[] = [];
  const program = buildProgram(collecting(written), COMMANDS, '0.0.0');
  const sections = leaves(program).map(
    (command) => `## \`${nameOf(command)}\`\n\n\`\`\`\n${helpOf(command, written)}\n\`\`\`\n`,
  );
  return [{ path: 'docs/reference/cli.md', text: `${INTRODUCTION}\n${sections.join('\n')}` }];
}

const INTRODUCTION = `# Command line

\`patchcord\` is the package's program; in a checkout it is \`npm run -s patchcord --\` followed by the command.
It ends with 0 when all is well, 1 when there are findings or failures, 2 for wrong usage or settings, and 3 for a
fault of its own. Settings may stand in the environment too: see [settings](settings.md).

This page is generated from the commands themselves.
`;

/** Wide enough for the longest usage line, narrow enough for a page. */
const WIDTH = 100;

function collecting(written: string[]): CommandContext {
  return {
    env: {},
    directory: '.',
    out: (line) => void written.push(line),
    err: () => undefined,
    readInput: () => Promise.resolve(''),
    exitWith: () => undefined,
  };
}

/** The commands that do something: those without commands of their own. */
function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command, written: string[]): string {
  command.configureOutput({ getOutHelpWidth: () => WIDTH, getOutHasColors: () => false });
  const before = written.length;
  command.outputHelp();
  return written.slice(before).join('\n').trim();
}
