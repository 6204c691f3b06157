import { spawn } from 'node:child_process';

/** A program that runs beside the test. */
export interface RunningProgram {
  /** Everything it has written so far. */
  output(): string;
  /** Resolves with the first match in its output; throws with the output when it ends or the limit passes. */
  waitFor(pattern: RegExp, limitMs: number): Promise<RegExpExecArray>;
  /** Its exit code, null after a signal, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Asks its process group to end, then kills it; resolves with its exit code, null after a signal. */
  stop(): Promise<number | null>;
}

/** How long a program may take to end in order. */
const GRACE_MS = 10_000;

/** Starts a program in a process group of its own. */
export function startProgram(
  command: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): RunningProgram {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());
  const collect = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    changed();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
    changed();
  });

  return {
    output: () => text,
    ended,
    waitFor: (pattern, limitMs) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(limit);
          listeners.delete(look);
          act();
        };
        const fail = (why: string): void =>
          finish(() => reject(new Error(`${command.join(' ')} ${why}; it wrote:\n${text}`)));
        const look = (): void => {
          const match = pattern.exec(text);
          if (match !== null) {
            finish(() => resolve(match));
          } else if (hasEnded) {
            fail(`ended without ${pattern.source}`);
          }
        };
        const limit = setTimeout(() => fail(`has not written ${pattern.source} in time`), limitMs);
        listeners.add(look);
        look();
      }),
    async stop() {
      signalGroup(child.pid, 'SIGTERM');
      const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
      const code = await ended;
      clearTimeout(killer);
      signalGroup(child.pid, 'SIGKILL');
      return code;
    },
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
