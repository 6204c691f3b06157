import type { Command } from 'commander';

import { integrationSchema } from '../document/reference/json-schema.ts';
import type { CommandContext } from './command-context.ts';

/** Adds `schema` to the program. */
export function registerSchema(program: Command, context: CommandContext): void {
  program
    .command('schema')
    .description('Print the JSON Schema of integration documents, for editors.')
    .option('--json', 'Print it as one line; the schema is JSON in any case.')
    .addHelpText(
      'after',
      '\nSave it and name it in your document, so that the editor completes and explains keys:\n  patchcord schema > integration.schema.json\n  "$schema": "./integration.schema.json"',
    )
    .action((options: { readonly json?: boolean }) => {
      printSchema(options, context);
    });
}

/** Prints the JSON Schema (draft 2020-12) of integration documents. */
export function printSchema(
  options: { readonly json?: boolean },
  context: Pick<CommandContext, 'out'>,
): void {
  context.out(JSON.stringify(integrationSchema(), null, options.json === true ? 0 : 2));
}
