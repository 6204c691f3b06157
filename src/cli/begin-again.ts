import process from 'node:process';

import { readEnvironment } from '../config/environment.ts';
import { lacksMemoryFlags, MEMORY_FLAGS } from './memory-flags.ts';

/**
 * Puts a server that was started without `MEMORY_FLAGS` in the place of itself with them: V8 takes
 * them at its very start only. The process stays the same, with its id and its streams; nothing of
 * it is lost, since nothing has begun. Returns where that is not needed, or where the system cannot
 * do it (Windows): such a server works as well and needs more memory.
 */
export function beginAgain(): void {
  const [program = '', ...args] = process.argv.slice(1);
  const { execArgv, execPath } = process;
  const env = readEnvironment();
  const hasChannel = process.channel !== undefined;
  if (!lacksMemoryFlags({ args, execArgv, env, hasChannel })) return;
  try {
    // execve(2); https://nodejs.org/docs/latest-v24.x/api/process.html#processexecvefile-args-env
    process.execve?.(execPath, [execPath, ...MEMORY_FLAGS, ...execArgv, program, ...args]);
  } catch {
    // Not on this system, or not allowed to.
  }
}
