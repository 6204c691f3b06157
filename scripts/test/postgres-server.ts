import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { freePort } from './free-port.ts';
import { unprivilegedUser, type SystemUser } from './system-user.ts';

/** A PostgreSQL server of our own in a temporary folder, with fsync on as in production. */
export interface PostgresServer {
  /** `postgres://…`, of a user who may create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The oldest release that is supported. */
const OLDEST_RELEASE = 14;
/** Starting takes well under a second; on a busy machine with slow disks, several. */
const START_LIMIT_MS = 30_000;
/** Every test file has pools of its own, on databases of their own. */
const MAX_CONNECTIONS = 300;

/** The folder of the newest PostgreSQL server of this machine, 14 or later; undefined when there is none. */
export function findPostgres(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  const debian = '/usr/lib/postgresql';
  const packaged = existsSync(debian)
    ? readdirSync(debian)
        .filter((release) => Number(release) >= OLDEST_RELEASE)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((release) => join(debian, release, 'bin'))
    : [];
  return [...packaged, ...onPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** Creates and starts a server from the programs of `folder`; throws with its log when it does not come up. */
export async function startPostgres(folder: string): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'patchcord-postgres-'));
  try {
    const user = unprivilegedUser(['postgres']);
    const password = randomBytes(16).toString('hex');
    createCluster(folder, home, password, user);
    const port = await freePort();
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const server = launch(folder, home, port, user);
    const stop = async (): Promise<void> => {
      await stopServer(server.process);
      rmSync(home, { recursive: true, force: true });
    };
    await waitUntilReady(url, server).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { url, stop };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

function createCluster(
  folder: string,
  home: string,
  password: string,
  user: SystemUser | undefined,
): void {
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    chownSync(home, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  execFileSync(
    join(folder, 'initdb'),
    [
      ...['--pgdata', join(home, 'data'), '--username', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ],
    { cwd: home, stdio: 'pipe', ...user },
  );
}

interface Launched {
  readonly process: ChildProcess;
  log(): string;
}

function launch(
  folder: string,
  home: string,
  port: number,
  user: SystemUser | undefined,
): Launched {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
    `max_connections=${MAX_CONNECTIONS}`,
    'fsync=on',
    'synchronous_commit=on',
    'log_min_messages=fatal',
  ];
  const child = spawn(
    join(folder, 'postgres'),
    ['-D', join(home, 'data'), ...settings.flatMap((setting) => ['-c', setting])],
    { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...user },
  );
  let log = '';
  const collect = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-10_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { process: child, log: () => log };
}

async function waitUntilReady(url: string, server: Launched): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (server.process.exitCode !== null || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start:\n${server.log()}`);
    }
    await sleep(100);
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SIGINT is PostgreSQL's fast shutdown: connections are cut, the data stays whole. */
async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT');
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killer);
}
