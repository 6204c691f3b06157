import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from '../../scripts/test/free-port.ts';

/** The release that the flow was written for. */
const VERSION = '5.0.7';
/** Kept between runs; it is no dependency of the package. */
const FOLDER = join(tmpdir(), `patchcord-bench-node-red-${VERSION}`);
const START_LIMIT_MS = 60_000;

export interface NodeRed {
  /** `host:port`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Installs Node-RED in a scratch folder unless it is there; the words of npm where it cannot be had. */
export function fetchNodeRed():
  { readonly ok: true } | { readonly ok: false; readonly why: string } {
  if (existsSync(PROGRAM)) return { ok: true };
  mkdirSync(FOLDER, { recursive: true });
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
  const args = ['install', '--prefix', FOLDER, ...flags, `node-red@${VERSION}`];
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0 && existsSync(PROGRAM)) return { ok: true };
  rmSync(FOLDER, { recursive: true, force: true });
  const why = (error?.message ?? stderr).split('\n').find((line) => line.includes('error'));
  return { ok: false, why: why ?? 'npm could not install it' };
}

const PROGRAM = join(FOLDER, 'node_modules/node-red/red.js');

/** Starts Node-RED with the flow of this folder, for a CRM at `host:port`. */
export async function startNodeRed(crm: string): Promise<NodeRed> {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-bench-flow-'));
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  copyFileSync(here('flow.json'), join(directory, 'flow.json'));
  const port = await freePort();
  const args = ['--userDir', directory, '--settings', here('settings.cjs'), '--port', String(port)];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], HOME: directory, CRM_ORIGIN: `http://${crm}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill());
  const deadline = Date.now() + START_LIMIT_MS;
  // It answers 404 to what is no event once its flow has been started, and nothing before.
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('no Node-RED started');
    await sleep(100);
  }
  return {
    host: `127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/v1/call-events`).then(
    ({ status }) => status === 404,
    () => false,
  );
}
