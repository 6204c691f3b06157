import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';

import { integrationId, startingDocument } from '../document/starting-document.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { ownCommand, userPath } from './npm-script.ts';
import { whyUnreadable } from './why-unreadable.ts';

export interface NewOptions {
  /** Where to write; `-` is stdout. Default: the id with `.json`, in the current folder. */
  readonly output?: string;
  readonly json?: boolean;
}

/** Adds `new NAME` to the program. */
export function registerNew(program: Command, context: CommandContext): void {
  program
    .command('new')
    .description('Write a complete, commented document to begin with.')
    .argument('<name>', 'The name of the CRM, as people see it: "Example CRM".')
    .option('-o, --output <file>', 'Where to write it; - prints it. Default: the name, with .json.')
    .option('--json', 'Print the result as JSON.')
    .addHelpText('after', '\nA file that exists is never overwritten.')
    .action(async (name: string, options: NewOptions) => {
      context.exitWith(await writeStartingDocument(name, options, context));
    });
}

/**
 * Writes the starting document of a CRM of that name. Answers 0, 1 when the file exists or cannot be
 * written, 2 for a name without letters or one of more than 100 characters.
 */
export async function writeStartingDocument(
  name: string,
  options: NewOptions,
  context: Pick<CommandContext, 'env' | 'directory' | 'out' | 'err'>,
): Promise<ExitCode> {
  const refuse = (code: ErrorCode, message: string): void => {
    context.err(options.json === true ? JSON.stringify({ error: { code, message } }) : message);
  };
  const trimmed = name.trim();
  if (!/[\p{L}\p{N}]/u.test(trimmed) || trimmed.length > 100) {
    refuse(
      'invalid_request',
      `A name has letters or digits, and at most 100 characters: ${ownCommand('new "Example CRM"', context)}.`,
    );
    return 2;
  }
  const file = options.output ?? `${integrationId(trimmed)}.json`;
  const text = startingDocument(trimmed);
  if (file === '-') {
    context.out(text.trimEnd());
    return 0;
  }
  const refusal = await writeNew(userPath(file, context), text);
  if (refusal !== undefined) {
    refuse(
      'conflict',
      `The file ${file} ${refusal}. Nothing was written; --output names another file.`,
    );
    return 1;
  }
  if (options.json === true) {
    context.out(JSON.stringify({ file, id: integrationId(trimmed), name: trimmed }));
    return 0;
  }
  context.out(`Wrote ${file}, a document with every method and a note beside each.`);
  context.out('Change it to what the API page of the CRM says.');
  context.out('');
  context.out('Check it, and see what to mend:');
  context.out(`  ${ownCommand(`lint ${file}`, context)}`);
  context.out(
    'Run one method against the CRM, with the values of its form (label → value) in a file:',
  );
  context.out(`  ${ownCommand(`try ${file} Users --properties FILE`, context)}`);
  return 0;
}

/** Writes a new file; answers in words why it could not. */
async function writeNew(path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return undefined;
  } catch (err) {
    const code = err instanceof Error ? Reflect.get(err, 'code') : undefined;
    // A file that is about to be made does not exist; its folder may not either.
    if (code === 'ENOENT') return 'cannot be written: its folder does not exist';
    return code === 'EEXIST' ? 'exists already' : `cannot be written: ${whyUnreadable(err)}`;
  }
}
