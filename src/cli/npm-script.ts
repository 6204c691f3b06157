import { resolve } from 'node:path';

import type { CommandContext } from './command-context.ts';

/** The script of this package's `package.json` that runs the program in a checkout. */
const SCRIPT = 'patchcord';

type Caller = Pick<CommandContext, 'env' | 'directory'>;

/**
 * Where a path that the user wrote leads. npm runs the script in the folder of the package and says
 * in INIT_CWD where the user stands.
 */
export function userPath(path: string, context: Caller): string {
  const folder = isNpmScript(context) ? context.env['INIT_CWD'] : undefined;
  return resolve(context.directory, folder ?? '', path);
}

/**
 * The data folder of the settings: a flag is a path that the user wrote; the environment and the
 * default begin where the program runs, so that a checkout has one folder wherever the user stands.
 */
export function dataFolder(
  settings: { readonly dataDir: string },
  flag: string | undefined,
  context: Caller,
): string {
  return flag === undefined
    ? resolve(context.directory, settings.dataDir)
    : userPath(flag, context);
}

/** A command line of this program, to copy: in a checkout through npm. */
export function ownCommand(line: string, context: Pick<CommandContext, 'env'>): string {
  return isNpmScript(context) ? `npm run -s ${SCRIPT} -- ${line}` : `patchcord ${line}`;
}

function isNpmScript({ env }: Pick<CommandContext, 'env'>): boolean {
  return env['npm_lifecycle_event'] === SCRIPT;
}
