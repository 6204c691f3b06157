import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import { keepNode } from '../store/register-node.ts';
import type { NodeFacts } from '../store/register-node.ts';
import type { Clock } from '../time/clock.ts';

export interface HeartbeatDeps {
  readonly database: Database;
  readonly node: NodeFacts;
  readonly clock: Clock;
  readonly everyMs: number;
  readonly logger: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Another process works under this node's name: this one must end. Told once. */
  readonly superseded: (err: AppError) => void;
}

/**
 * Tells the database from time to time that this node works, until it is closed or superseded. The
 * younger of two processes with one name wins: after a crash it must not wait for the dead one. Till
 * the elder notices, the fences of the lanes keep what the two do apart.
 */
export function startHeartbeat(deps: HeartbeatDeps): { close(): Promise<void> } {
  const closing = new AbortController();
  const beating = beat(deps, closing.signal);
  return {
    close: async () => {
      closing.abort();
      await beating;
    },
  };
}

async function beat(deps: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  const { database, node, clock, everyMs } = deps;
  while (await isAfterPause(clock, everyMs, signal)) {
    try {
      if (await keepNode(database, node)) continue;
      deps.superseded(
        new AppError(
          'invalid_settings',
          `Another process works as node '${node.name}' on this database, so this one ends: give each process a NODE_NAME of its own.`,
        ),
      );
      return;
    } catch (err) {
      // The leases of its lanes decide what a node that is cut off may do, not this row.
      deps.logger.warn({ err }, 'the node could not tell that it works');
    }
  }
}

async function isAfterPause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return !signal.aborted;
  } catch {
    // Aborted while it slept: closing.
    return false;
  }
}
