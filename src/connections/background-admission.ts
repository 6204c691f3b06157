import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { Paced } from './admission.ts';
import { takeBackgroundSlots } from './pace-repository.ts';

export interface BackgroundAdmission {
  /**
   * Waits until the rate of the connection has a slot that no call needs. Nothing is reserved: whoever
   * asks for a call meanwhile comes first. Rejects when the signal aborts.
   */
  enter(connection: Paced, signal: AbortSignal): Promise<void>;
}

/** A slot of a day's limit may be far away: it is looked for again now and then, since limits change. */
const LONGEST_SLEEP_MS = 60_000;

/** Lets requests in for which nobody waits: the sync of contacts. */
export function createBackgroundAdmission(deps: {
  readonly database: Pick<Database, 'writeSoon' | 'now'>;
  readonly clock: Pick<Clock, 'sleep'>;
}): BackgroundAdmission {
  const { database, clock } = deps;
  return {
    enter: async ({ id: connectionId, organizationId, limits }, signal) => {
      while (limits.length > 0) {
        signal.throwIfAborted();
        const slot = await database.writeSoon((transaction) => {
          const now = database.now();
          return takeBackgroundSlots(transaction, { connectionId, organizationId, limits, now });
        });
        if (slot.status === 'taken') return;
        const waitMs = Math.max(1, slot.at - database.now());
        await clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), signal);
      }
    },
  };
}
