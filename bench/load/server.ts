import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

import { MEMORY_FLAGS } from '../../src/cli/memory-flags.ts';
import { freePort } from '../../scripts/test/free-port.ts';
import { environmentOf } from '../../test/real/patchcord-server.ts';
import type { ServerReport } from './server-report.ts';

export interface BenchServer {
  /** `host:port`. */
  readonly host: string;
  readonly origin: string;
  /** Of the server itself, also where another program runs it. */
  readonly pid: number;
  report(): Promise<ServerReport>;
  stop(): Promise<void>;
}

export interface ServerPlan {
  readonly dataDir: string;
  /** `host:port` of the mock CRM. */
  readonly crm: string;
  /** Absent: SQLite. An empty database of PostgreSQL otherwise. */
  readonly databaseUrl?: string | undefined;
  /** Absent: a free one. */
  readonly port?: number;
  /** A program and its arguments that runs the server: strace. */
  readonly wrapper?: readonly string[] | undefined;
}

const START_LIMIT_MS = 60_000;
const WATCH = fileURLToPath(new URL('watch-server.mjs', import.meta.url));
/** The program that operators run: `npm run build` makes it. */
const PROGRAM = 'dist/src/main.js';

/** Starts the server as operators do: `serve` of the compiled package. */
export async function startServer(plan: ServerPlan): Promise<BenchServer> {
  const place = placeOf(plan);
  const port = plan.port ?? (await freePort());
  const [first = '', ...args] = [...(plan.wrapper ?? []), process.execPath, ...programArgs()];
  const child = spawn(first, args, {
    env: environmentOf(place, port),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-5_000)));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(origin, child, () => log);
  const pid = plan.wrapper === undefined ? pidOf(child) : childOf(pidOf(child));
  return {
    host: `127.0.0.1:${port}`,
    origin,
    pid,
    report: () =>
      new Promise((resolve) => {
        child.once('message', (report: ServerReport) => resolve(report));
        child.send('report');
      }),
    stop: async () => {
      process.kill(pid, 'SIGTERM');
      await gone;
    },
  };
}

/** Makes a key for an administrator, with the command that operators use. */
export function createAdminKey(plan: ServerPlan): string {
  const words = ['key', 'create', '--name', 'Bench', '--json'];
  const made = execFileSync(process.execPath, [program(), ...words], {
    env: environmentOf(placeOf(plan), 0),
    encoding: 'utf8',
  });
  return z.object({ key: z.string() }).parse(JSON.parse(made)).key;
}

function placeOf({ dataDir, crm, databaseUrl }: ServerPlan): Parameters<typeof environmentOf>[0] {
  const key = Buffer.alloc(32, 7).toString('base64');
  const environment =
    databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, MASTER_KEY: key };
  return { dataDir, crm, environment };
}

/**
 * With the flags that a server takes by itself, except where somebody talks with it, as we do.
 * `BENCH_NODE_FLAGS='--cpu-prof'` profiles the server; `BENCH_PROGRAM` is another build of it.
 */
function programArgs(): readonly string[] {
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
  return [...MEMORY_FLAGS, ...flags, '--import', WATCH, program(), 'serve'];
}

function program(): string {
  return process.env['BENCH_PROGRAM'] ?? PROGRAM;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the server has no process');
  return child.pid;
}

function childOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return Number(children[0]);
}

async function untilReady(origin: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const isReady = (): Promise<boolean> =>
    fetch(`${origin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`The server did not start: ${log()}`);
    }
    await sleep(50);
  }
}
