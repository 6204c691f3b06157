import { deleteMarked } from '../organizations/delete-organization.ts';
import type { DeletionDeps } from '../organizations/delete-organization.ts';

export interface Deleter {
  /** Begins to delete what is marked, or goes on with it; at once, without waiting for its end. */
  wake(): void;
  /** Stops after the slice under way: the next start goes on. */
  close(): Promise<void>;
}

/** Deletes marked organizations beside everything else, one at a time. */
export function createDeleter(
  deps: DeletionDeps & {
    readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  },
): Deleter {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await deleteMarked(deps, closing.signal);
      } catch (err) {
        if (!closing.signal.aborted) deps.log.warn({ err }, 'deleting an organization failed');
        return;
      }
    } while (again);
  };
  return {
    wake: () => {
      if (closing.signal.aborted) return;
      again = true;
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    close: async () => {
      closing.abort();
      await running;
    },
  };
}
