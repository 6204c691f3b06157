import { spawn } from 'node:child_process';

/** How a program ended: its exit code (1 for a signal) and everything it wrote, both streams in order. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly output: string;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

/** Long enough for a program to stop its own children and remove its files. */
const GRACE_MS = 5_000;

/**
 * Runs a program in a process group of its own and resolves with its output. When the signal fires or
 * the limit passes, the whole group is asked to end, then killed; it never rejects.
 */
export function runProgram(
  command: readonly [string, ...string[]],
  options: ProgramOptions,
): Promise<ProgramRun> {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A build log shows colours as noise.
    env: { ...process.env, NO_COLOR: '1', ...options.env },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));

  let killer: NodeJS.Timeout | undefined;
  const end = (reason: string): void => {
    chunks.push(Buffer.from(`\n${reason}\n`));
    killGroup(child.pid, 'SIGTERM');
    killer ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const onAbort = (): void => end('stopped from outside');
  const limit = setTimeout(
    () => end(`stopped: took longer than ${options.limitMs / 1000} s`),
    options.limitMs,
  );
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) {
    onAbort();
  }

  return new Promise((resolve) => {
    const finish = (exitCode: number): void => {
      clearTimeout(limit);
      clearTimeout(killer);
      options.signal.removeEventListener('abort', onAbort);
      resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') });
    };
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      finish(1);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
