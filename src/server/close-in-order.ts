import type { Clock } from '../time/clock.ts';

/** Requests to CRMs get this long to end; the answers of those cut off are settled as unknown. */
export const CLOSE_LIMIT_MS = 25_000;

export interface ClosingDeps {
  readonly clock: Clock;
  readonly logger: { error(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/**
 * Closes one thing after another: the intake first, the database last. What fails is logged and
 * the next is closed all the same; after 25 s the rest is left to the end of the process, which
 * loses nothing: what was acknowledged is on disk.
 */
export async function closeInOrder(
  steps: readonly (() => Promise<void>)[],
  deps: ClosingDeps,
  limitMs: number = CLOSE_LIMIT_MS,
): Promise<void> {
  const patience = new AbortController();
  const limit = deps.clock.sleep(limitMs, patience.signal).then(
    () => 'late' as const,
    () => 'done' as const,
  );
  const closed = closeAll(steps, deps).then(() => 'done' as const);
  const outcome = await Promise.race([closed, limit]);
  patience.abort();
  if (outcome === 'late') deps.logger.error({ limit_ms: limitMs }, 'closing took too long');
}

async function closeAll(steps: readonly (() => Promise<void>)[], deps: ClosingDeps): Promise<void> {
  for (const step of steps) {
    try {
      await step();
    } catch (err) {
      deps.logger.error({ err }, 'closing failed');
    }
  }
}
