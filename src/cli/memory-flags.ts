import type { Environment } from '../config/environment.ts';

/**
 * What V8 is told of a server's memory. Left alone it gives what was made last up to 128 MiB, and old
 * things four times what they need, before it looks for garbage: on a machine with much memory the
 * process would hold twice of what it works with.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=40'] as const;

/** Who says one of these has a view of their own on the memory, which stands. */
const OWN_VIEW = /--(?:max|min)[-_]semi[-_]space[-_]size|--heap[-_]growing[-_]percent/u;

/** What is known of a process that starts. */
export interface Starting {
  /** Behind the program. */
  readonly args: readonly string[];
  /** Node's own. */
  readonly execArgv: readonly string[];
  readonly env: Environment;
  /** Whoever started it talks with it over a channel, which ends with a new beginning. */
  readonly hasChannel: boolean;
}

/** Whether a process should begin again with `MEMORY_FLAGS`: a server without them, unless somebody says otherwise. */
export function lacksMemoryFlags({ args, execArgv, env, hasChannel }: Starting): boolean {
  if (args[0] !== 'serve' || hasChannel) return false;
  return !OWN_VIEW.test([...execArgv, env['NODE_OPTIONS'] ?? ''].join(' '));
}
