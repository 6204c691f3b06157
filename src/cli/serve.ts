import { Option } from 'commander';
import type { Command } from 'commander';

import { readSettings } from '../config/settings.ts';
import { SETTINGS } from '../config/settings-table.ts';
import type { OpenServer } from '../server/open-server.ts';
import type { CommandContext } from './command-context.ts';
import { DEMO_FOLDER } from './demo-folder.ts';
import { dataFolder } from './npm-script.ts';
import { packageVersion } from './package-version.ts';
import { serveDemo } from './serve-demo.ts';
import { settingFlags } from './setting-flags.ts';
import type { ServeOptions } from './setting-flags.ts';
import { startServer } from './start-server.ts';
import { untilSignal } from './until-signal.ts';

/** Adds `serve`. */
export function registerServe(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .description('Run the server until SIGTERM or Ctrl-C.')
    .option('--demo', 'Bring a small demo CRM along, all set up, with data of its own.')
    .option('--data <folder>', 'Folder of the demo.', DEMO_FOLDER)
    .option('--json', 'Print where it listens as one line of JSON.');
  for (const row of Object.values(SETTINGS)) {
    if ('flag' in row && row.flag !== undefined) {
      command.addOption(new Option(row.flag, `${row.description} (${row.env})`));
    }
  }
  command.action((options: ServeOptions) =>
    options.demo === true ? serveDemo(options, context) : runServe(options, context),
  );
}

/**
 * Runs the server with the settings of the environment and the flags until a signal ends it.
 * Rejects with `invalid_settings`, or what the database rejects with.
 */
export async function runServe(options: ServeOptions, context: CommandContext): Promise<void> {
  const read = readSettings(context.env, settingFlags(options));
  const settings = { ...read, dataDir: dataFolder(read, options.dataDir, context) };
  const server = await startServer(settings, context);
  if (settings.exposed) context.err(EXPOSED);
  announce(server, options, context);
  await untilSignal();
  await server.close();
}

const EXPOSED =
  'ALLOW_PLAIN_HTTP=1: keys and calls go over the network unencrypted. Use this behind a VPN only.';

function announce(
  { origin }: OpenServer,
  options: ServeOptions,
  context: Pick<CommandContext, 'out' | 'err'>,
): void {
  const reference = `${origin}/v1/reference`;
  if (options.json === true) {
    context.out(JSON.stringify({ origin, reference }));
    return;
  }
  // Standard output is the log's.
  context.err(`Patchcord ${packageVersion()} listens on ${origin}`);
  context.err(`The API: ${reference}, and docs/reference/api.md`);
}
