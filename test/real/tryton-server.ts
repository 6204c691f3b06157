import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../scripts/test/free-port.ts';
import { unprivilegedUser, type SystemUser } from '../../scripts/test/system-user.ts';

/** A running Tryton with a database of its own, in which nobody but its administrator is known. */
export interface Tryton {
  /** `http://127.0.0.1:PORT`, without a slash at the end; its RPC is at `/DATABASE/`. */
  readonly origin: string;
  readonly database: string;
  /** Login `admin`. */
  readonly adminPassword: string;
  /** Sets back when each party was made: to a day of long ago, a later one for a newer party. */
  growOld(): void;
  /** Ends every session, as their lifetime does. */
  forgetSessions(): void;
  stop(): Promise<void>;
}

/** Debian's package `tryton-server`; the module is that of `tryton-modules-party`. */
const SERVER = '/usr/bin/tryton-server';
const ADMIN = '/usr/bin/tryton-server-admin';
const PARTY = '/usr/lib/python3/dist-packages/trytond/modules/party';
const DATABASE = 'crm';
const ADMIN_PASSWORD = 'a-password-for-tests-9F!';
/** It starts in 2 to 3 seconds on two idle cores. */
const START_LIMIT_MS = 90_000;

/** Whether the Debian packages are on this machine. */
export function hasTryton(): boolean {
  return [SERVER, ADMIN, PARTY].every((path) => existsSync(path));
}

/**
 * Starts Tryton on loopback with a configuration and an SQLite database in a temporary folder; nothing
 * of the packages is touched, so several may run at once. Throws with its log when it does not start.
 */
export async function startTryton(options: { readonly port?: number } = {}): Promise<Tryton> {
  const port = options.port ?? (await freePort());
  const home = mkdtempSync(join(tmpdir(), 'patchcord-tryton-'));
  const user = unprivilegedUser([]);
  const origin = `http://127.0.0.1:${port}`;
  try {
    writeConfiguration(home, port, user);
    createDatabase(home, user);
    const server = launch(home, user);
    const stop = async (): Promise<void> => {
      await stopProcess(server.process);
      rmSync(home, { recursive: true, force: true });
    };
    await waitUntilReady(origin, server).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    const file = join(home, `${DATABASE}.sqlite`);
    const forgetSessions = (): void => {
      change(file, 'DELETE FROM ir_session');
    };
    const growOld = (): void => {
      change(file, SET_BACK);
    };
    const known = { database: DATABASE, adminPassword: ADMIN_PASSWORD };
    return { origin, ...known, growOld, forgetSessions, stop };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

function writeConfiguration(home: string, port: number, user: SystemUser | undefined): void {
  const files = {
    'trytond.conf': `[database]
uri = sqlite://
path = ${home}
[web]
listen = 127.0.0.1:${port}
`,
    password: `${ADMIN_PASSWORD}\n`,
    [`${DATABASE}.sqlite`]: '',
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(home, name), text);
    if (user !== undefined) chownSync(join(home, name), user.uid, user.gid);
  }
  if (user !== undefined) chownSync(home, user.uid, user.gid);
}

function createDatabase(home: string, user: SystemUser | undefined): void {
  const modules = ['-u', 'ir', 'res', 'party', '--activate-dependencies'];
  execFileSync(
    ADMIN,
    ['-c', 'trytond.conf', '-d', DATABASE, ...modules, '--email', 'admin@tryton.test'],
    { cwd: home, env: environment(home), stdio: 'pipe', ...user },
  );
}

function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, TRYTONPASSFILE: join(home, 'password') };
}

interface Launched {
  readonly process: ChildProcess;
  log(): string;
}

function launch(home: string, user: SystemUser | undefined): Launched {
  const child = spawn(SERVER, ['-c', 'trytond.conf', '-d', DATABASE], {
    cwd: home,
    env: environment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let log = '';
  const collect = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-10_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { process: child, log: () => log };
}

/** The server answers to a call that needs no database and no sign-in. */
async function waitUntilReady(origin: string, server: Launched): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const ask = (): Promise<boolean> =>
    fetch(`${origin}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":1,"method":"common.server.version","params":[]}',
    }).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await ask())) {
    if (server.process.exitCode !== null || Date.now() > deadline) {
      throw new Error(`Tryton did not start:\n${server.log()}`);
    }
    await sleep(100);
  }
}

const SET_BACK = `
  UPDATE party_party
    SET create_date = datetime('2026-01-01', '+' || id || ' days'), write_date = NULL;
  UPDATE party_contact_mechanism SET create_date = '2026-01-01 00:00:00', write_date = NULL;
`;

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(statements);
  } finally {
    database.close();
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
}
