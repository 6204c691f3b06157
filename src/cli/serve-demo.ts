import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import * as z from 'zod';

import { createKey } from '../access/keys.ts';
import { readSettings } from '../config/settings.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OpenServer } from '../server/open-server.ts';
import { makeFolder } from '../store/make-folder.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { demoProgram, startDemoCrm } from './demo-crm.ts';
import type { DemoCrm } from './demo-crm.ts';
import { DemoOffice, propertiesOf, setUpOffice } from './demo-office.ts';
import { DEMO_FOLDER } from './demo-folder.ts';
import { settingFlags } from './setting-flags.ts';
import type { ServeOptions } from './setting-flags.ts';
import { startServer } from './start-server.ts';
import { untilSignal } from './until-signal.ts';

/** What `demo/place-call.ts` reads, and what the next start knows of this one. */
const DEMO_FILE = 'demo.json';
const KnownDemo = DemoOffice.extend({ crm: z.string().optional() });
type KnownDemo = z.infer<typeof KnownDemo>;
/** What `try` takes with `--properties`: the form of the demo's document, filled in. */
const PROPERTIES_FILE = 'properties.json';
/** The demo is the demo's: of the environment only what a person sets to see it elsewhere. */
const OWN_VARIABLES = ['HOST', 'PORT', 'LOG_LEVEL'];

/**
 * Runs the server with a small demo CRM and an office that is set up, in a folder of its own, until
 * a signal ends both. The egress door lets the server call that CRM's port and nothing else on this
 * machine.
 */
export async function serveDemo(options: ServeOptions, context: CommandContext): Promise<void> {
  const folder = resolve(context.directory, options.data ?? DEMO_FOLDER);
  makeFolder(folder);
  const before = readDemo(folder);
  const call = callCommand(context.directory, folder);
  const crm = await startDemoCrm(folder, { port: portOf(before?.crm), call });
  try {
    const server = await startServer(demoSettings(options, context, { folder, crm }), context);
    try {
      const tools = { ids: createIds({ clock: systemClock, randomBytes }), randomBytes };
      const office = await setUpOffice(server, crm, before, tools);
      const places = { server: server.origin, crm: crm.origin };
      writePrivately(join(folder, DEMO_FILE), { ...office, ...places });
      writePrivately(join(folder, PROPERTIES_FILE), propertiesOf(crm));
      const isFirst = before?.organization_id !== office.organization_id;
      const adminKey = isFirst ? await makeAdminKey(server, tools) : undefined;
      announce(context, { server, crm, folder, call, adminKey, json: options.json === true });
      await untilSignal();
    } finally {
      await server.close();
    }
  } finally {
    await crm.close();
  }
}

function demoSettings(
  options: ServeOptions,
  context: CommandContext,
  { folder, crm }: { folder: string; crm: DemoCrm },
): ReturnType<typeof readSettings> {
  const env = Object.fromEntries(OWN_VARIABLES.map((name) => [name, context.env[name]]));
  const place = new URL(crm.origin).host;
  return readSettings(env, {
    ...settingFlags(options),
    logLevel: options.logLevel ?? env['LOG_LEVEL'] ?? 'warn',
    dataDir: folder,
    egressAllow: place,
    egressPlainHttp: place,
  });
}

/** The port of the CRM's last start; 0, which lets it choose, at the first. */
function portOf(origin: string | undefined): number {
  return origin !== undefined && URL.canParse(origin) ? Number(new URL(origin).port) : 0;
}

function readDemo(folder: string): KnownDemo | undefined {
  const file = join(folder, DEMO_FILE);
  if (!existsSync(file)) return undefined;
  const parsed = KnownDemo.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** Both files hold secrets: only their owner reads them. */
function writePrivately(file: string, content: object): void {
  writeFileSync(
    file,
    `${JSON.stringify(content, null, 2)}
`,
    { mode: 0o600 },
  );
  // The mode above is for a file that is made, this one for a file that was there.
  chmodSync(file, 0o600);
}

async function makeAdminKey(
  server: OpenServer,
  tools: Parameters<typeof setUpOffice>[3],
): Promise<string> {
  const { key } = await createKey({ ...tools, database: server.database }, ADMIN, {
    name: 'Administrator of the demo',
    scope: 'admin',
    actor: 'demo',
  });
  return key;
}

function announce(
  context: CommandContext,
  demo: {
    server: OpenServer;
    crm: DemoCrm;
    folder: string;
    call: string;
    adminKey: string | undefined;
    json: boolean;
  },
): void {
  const { server, crm, folder, call, adminKey } = demo;
  if (demo.json) {
    const { origin } = server;
    context.out(JSON.stringify({ origin, crm: crm.origin, admin_key: adminKey ?? null, call }));
    return;
  }
  const shown = relative(context.directory, folder) || '.';
  const keyLine =
    adminKey ??
    `shown at the first start; another: npm run -s patchcord -- key create --data-dir ${shown} --name Me`;
  const lines = [
    '',
    `Patchcord   ${server.origin}   (API: ${server.origin}/v1/reference)`,
    `Demo CRM    ${crm.origin}   (what it was asked: ${crm.origin}/requests)`,
    `Admin key   ${keyLine}`,
    '',
    'Place a demo call, in a second terminal:',
    '',
    `  ${call}`,
    '',
    `The call then stands in the demo CRM. ${crm.origin}/settings makes that as awkward as real ones.`,
    'Ctrl-C ends both.',
  ];
  for (const line of lines) context.out(line);
}

/** The line to copy: in a checkout the npm script, elsewhere the program itself. */
function callCommand(directory: string, folder: string): string {
  const own = folder === resolve(directory, DEMO_FOLDER) ? '' : ` --data '${folder}'`;
  const program = demoProgram('place-call');
  if (program.endsWith('.ts')) return `npm run -s demo:call${own === '' ? '' : ` --${own}`}`;
  return `node '${program}'${own}`;
}
