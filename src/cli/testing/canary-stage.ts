import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';

import { readSettings } from '../../config/settings.ts';
import { createLogger } from '../../logging/logger.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { openServer } from '../../server/open-server.ts';
import type { OpenServer } from '../../server/open-server.ts';
import { sender } from '../../server/testing/test-server.ts';
import type { Send, Sent } from '../../server/testing/test-server.ts';
import type { TestDatabases } from '../../store/testing/databases.ts';
import { createSecretRegistry } from '../../text/scrub.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { COMMANDS } from '../commands.ts';
import { runProgram } from '../program.ts';
import { startEchoingCrm } from './echoing-crm.ts';

/** A server that logs everything, a CRM that repeats everything, and all that anybody got to see. */
export interface CanaryStage {
  readonly crm: FakeCrm;
  readonly server: OpenServer;
  /** A directory of its own for files. */
  readonly spool: string;
  readonly secrets: string[];
  /** Tokens and passwords in the addresses of recordings. */
  readonly addresses: readonly string[];
  readonly log: readonly string[];
  readonly seen: [place: string, text: string][];
  /** Makes a secret that must never be seen; `plain`: of letters that every place takes. */
  readonly secret: (plain?: boolean) => string;
  /** The address of a recording, with secrets in it. */
  readonly address: (name: string) => string;
  readonly send: Send;
  /** Sends, and looks at the answer; `shown`: what it is meant to show, this once. */
  readonly ask: (
    ...[method, path, options, shown]: [...Parameters<Send>, (readonly string[])?]
  ) => Promise<Sent>;
  /** Runs a command of the program, and looks at what it prints. */
  readonly command: (...args: readonly string[]) => Promise<void>;
  /** Looks at every file, or every table, of the database. */
  readonly lookAtStore: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A secret of letters that every place takes, or with all that encodings change. */
export function canary(plain = false): string {
  const core = randomBytes(18).toString('base64url');
  return plain ? core : `${core.slice(0, 12)}+/ &"%=${core.slice(12)}`;
}

/** Opens one on a fresh database. */
export async function openCanaryStage(databases: TestDatabases): Promise<CanaryStage> {
  const secrets: string[] = [];
  const addresses: string[] = [];
  const log: string[] = [];
  const seen: [place: string, text: string][] = [];

  const secret = (plain = false): string => {
    const made = canary(plain);
    secrets.push(made);
    return made;
  };
  const address = (name: string): string => {
    const [token, password] = [canary(), canary(true)];
    addresses.push(token, password);
    return `https://ada:${password}@pbx.invalid/${name}.wav?token=${encodeURIComponent(token)}`;
  };

  const crm = await startEchoingCrm(() => secret(true));
  const settings = await databases.settings();
  const spool = mkdtempSync(join(tmpdir(), 'patchcord-canaries-'));
  const masterKey = randomBytes(32);
  secrets.push(masterKey.toString('base64'), masterKey.toString('hex'));
  const env = {
    PORT: '0',
    LOG_LEVEL: 'trace',
    EGRESS_ALLOW: crm.host,
    EGRESS_PLAIN_HTTP: crm.host,
    MASTER_KEY: masterKey.toString('base64'),
    ...(settings.kind === 'sqlite'
      ? { DATA_DIR: settings.directory }
      : { DATA_DIR: spool, DATABASE_URL: settings.url }),
  };
  const registry = createSecretRegistry();
  const ids = createIds({ clock: systemClock, randomBytes });
  const server = await openServer(readSettings(env), {
    logger: createLogger({
      level: 'trace',
      destination: { write: (line: string) => log.push(line) },
      scrub: registry.scrub,
    }),
    secrets: registry,
    randomBytes,
    clock: systemClock,
    ids,
    random: Math.random,
    version: '0.0.0',
    shippedDocuments: [],
    masterKeyMade: () => {},
    onFatal: () => {},
    tuning: { times: { pollEveryMs: 50 } },
  });
  const send = sender(server.composed.app);

  const ask = async (
    ...[method, path, options, shown = []]: [...Parameters<Send>, (readonly string[])?]
  ): Promise<Sent> => {
    const sent = await send(method, path, options);
    let text = JSON.stringify(sent.headers) + sent.text;
    for (const known of shown) text = text.replaceAll(known, '');
    seen.push([`${method} ${path}`, text]);
    return sent;
  };
  const command = async (...args: readonly string[]): Promise<void> => {
    const lines: string[] = [];
    const context = {
      env,
      directory: spool,
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      readInput: () => Promise.resolve(''),
      exitWith: () => {},
    };
    await runProgram(args, context, { commands: COMMANDS, version: '1' });
    seen.push([args.join(' '), lines.join('\n')]);
  };
  const lookAtStore = async (): Promise<void> => {
    if (databases.dialect === 'sqlite') {
      const directory = env['DATA_DIR'] ?? '';
      for (const path of filesIn(directory)) {
        seen.push([path, readFileSync(path, 'latin1')]);
      }
      return;
    }
    const tables = await server.database.read.introspection.getTables();
    for (const { name } of tables) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
        server.database.read,
      );
      const cells = rows.flatMap((row) => Object.values(row));
      const texts = cells.map((cell) =>
        cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell),
      );
      seen.push([`table ${name}`, texts.join('\n')]);
    }
  };

  return {
    ...{ crm, server, spool, secrets, addresses, log, seen },
    ...{ secret, address, send, ask, command, lookAtStore },
    close: async () => {
      await crm.close();
      await server.close();
      rmSync(spool, { recursive: true, force: true });
    },
  };
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
