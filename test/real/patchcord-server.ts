import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../scripts/test/free-port.ts';

const START_LIMIT_MS = 30_000;

export interface PatchcordServer {
  readonly origin: string;
  readonly child: ChildProcess;
  log(): string;
  stop(): Promise<void>;
}

export interface ServerPlace {
  readonly dataDir: string;
  /** `host:port` of the CRM: the only address on loopback that the server may call. */
  readonly crm: string;
  readonly port?: number;
  readonly program?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The settings of a server whose only CRM stands on loopback. */
export function environmentOf(place: ServerPlace, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: place.dataDir,
    DATA_DIR: place.dataDir,
    HOST: '127.0.0.1',
    PORT: String(port),
    EGRESS_ALLOW: place.crm,
    EGRESS_PLAIN_HTTP: place.crm,
    LOG_LEVEL: 'warn',
    ...place.environment,
  };
}

/** Starts the server as an operator would and resolves when it is ready; throws with its log otherwise. */
export async function startPatchcord(place: ServerPlace): Promise<PatchcordServer> {
  const port = place.port ?? (await freePort());
  const child = spawn(process.execPath, [...(place.program ?? ['src/main.ts', 'serve'])], {
    env: environmentOf(place, port),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const collect = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-20_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const origin = `http://127.0.0.1:${port}`;
  await waitUntilReady(origin, child, () => log);
  return { origin, child, log: () => log, stop: () => stop(child) };
}

/** Runs a command of the command line to its end and gives its JSON output. */
export async function runCommand(place: ServerPlace, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, ['src/main.ts', ...args, '--json'], {
    env: environmentOf(place, 0),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let problems = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) {
    throw new Error(`patchcord ${args.join(' ')} ended with ${code}: ${problems}`);
  }
  const answer: unknown = JSON.parse(out);
  return answer;
}

async function waitUntilReady(
  origin: string,
  child: ChildProcess,
  log: () => string,
): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const isReady = (): Promise<boolean> =>
    fetch(`${origin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      throw new Error(`The server did not start:\n${log()}`);
    }
    await sleep(50);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await ended;
}
