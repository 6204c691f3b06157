import { countUsage } from '../organizations/usage.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';

export interface LookupCounter {
  /** Counts one look-up of a caller, or `lookups` of them, and the requests to CRMs that it took. */
  count(organizationId: string, requests: number, lookups?: number): void;
  /** Resolves when all that was counted before is written. */
  flush(): Promise<void>;
}

/** Phones ask for callers thousands of times a second: their counts are written together. */
const FLUSH_AFTER_MS = 1_000;

export function createLookupCounter(deps: {
  readonly database: Pick<Database, 'write' | 'now'>;
  readonly ids: Ids;
}): LookupCounter {
  const { database, ids } = deps;
  let counted = new Map<string, { lookups: number; crm_requests: number }>();
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const taken = counted;
    counted = new Map();
    if (taken.size === 0) return;
    await database
      .write(async (transaction) => {
        for (const [organizationId, counts] of taken) {
          const fact = { id: ids.next(), at: database.now(), counts };
          await countUsage(transaction, { organizationId }, fact);
        }
      })
      // The answers count more than their count: a database that is away says so elsewhere.
      .catch(() => undefined);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (written = written.then(write));
  };
  return {
    count: (organizationId, requests, lookups = 1) => {
      const counts = counted.get(organizationId) ?? { lookups: 0, crm_requests: 0 };
      counts.lookups += lookups;
      counts.crm_requests += requests;
      counted.set(organizationId, counts);
      timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS).unref();
    },
    flush,
  };
}
