import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { AppError } from '../errors/app-error.ts';

export interface DemoCrm {
  /** `http://127.0.0.1:<port>`: the address of its pages, and of its API below `/api`. */
  readonly origin: string;
  /** Its API token. */
  readonly token: string;
  close(): Promise<void>;
}

/** The program beside this file's own form: source beside source, compiled beside compiled. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Starts the demo CRM as a program of its own on this machine; it ends with this process, whatever
 * ends that. `port` is the one of its last start, so that links to its pages stay right; 0, or one that
 * is taken meanwhile, becomes a free one. `call` is the command line that its pages name for a demo
 * call. Rejects with `internal` when it does not start.
 */
export async function startDemoCrm(
  folder: string,
  { port, call }: { readonly port: number; readonly call: string },
): Promise<DemoCrm> {
  const tokenFile = join(folder, 'crm-token');
  const program = demoProgram('crm/main');
  const places = ['--data', join(folder, 'crm'), '--token-file', tokenFile];
  const child = spawn(
    process.execPath,
    [program, '--port', String(port), ...places, '--call', call],
    // Its standard input is ours to close: it ends then, so that it never outlives us.
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  const origin = await firstOrigin(child.stdout, ended);
  if (origin === undefined) throw new AppError('internal', 'The demo CRM did not start.');
  return { origin, token: readFileSync(tokenFile, 'utf8').trim(), close };
}

/** Path of a program of the folder `demo`, from the sources or from the compiled form. */
export function demoProgram(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}.${EXTENSION}`, import.meta.url));
}

async function firstOrigin(
  output: NodeJS.ReadableStream,
  ended: Promise<void>,
): Promise<string | undefined> {
  const lines = createInterface({ input: output });
  const line = new Promise<string>((resolve) => lines.once('line', resolve));
  const first = await Promise.race([line, ended]);
  if (first === undefined) return undefined;
  const said: unknown = JSON.parse(first);
  const origin =
    typeof said === 'object' && said !== null ? Reflect.get(said, 'origin') : undefined;
  return typeof origin === 'string' ? origin : undefined;
}
