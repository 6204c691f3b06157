import type { Limit } from '../document/options/limits.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import { LONGEST_RESERVATION_MS } from './pace.ts';
import { takeSlots } from './pace-repository.ts';

/** The part of a connection that its rate needs. */
export interface Paced {
  readonly id: string;
  readonly organizationId: string;
  readonly limits: readonly Limit[];
}

export interface Patience {
  /** Milliseconds that somebody waits for a slot at most. */
  readonly ms: number;
  readonly signal: AbortSignal;
}

export type Admitted =
  | { readonly status: 'admitted' }
  /** `waitMs`: until the next slot. Nothing was taken. */
  | { readonly status: 'refused'; readonly waitMs: number; readonly message: string };

export interface Admission {
  /**
   * Waits until the connection's rate lets one request leave. Its slot is taken before the wait, so
   * that whoever waits is next, before all calls that are written later. Rejects when the signal
   * aborts; the slot is lost then.
   */
  enter(connection: Paced, patience: Patience): Promise<Admitted>;
}

export interface AdmissionDeps {
  readonly database: Pick<Database, 'write' | 'now'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Lets requests that nobody plans take their slots of the same rows as the calls: look-ups, pages. */
export function createAdmission({ database, clock }: AdmissionDeps): Admission {
  return {
    enter: async ({ id, organizationId, limits }, { ms, signal }) => {
      if (limits.length === 0) return { status: 'admitted' };
      const patienceMs = Math.min(Math.max(0, Math.floor(ms)), LONGEST_RESERVATION_MS);
      const slot = await database.write((transaction) => {
        const now = database.now();
        const until = now + patienceMs;
        return takeSlots(transaction, { connectionId: id, organizationId, limits, now, until });
      });
      signal.throwIfAborted();
      const waitMs = Math.max(0, slot.at - database.now());
      if (slot.status === 'later') {
        return { status: 'refused', waitMs, message: refusal(limits, waitMs) };
      }
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      return { status: 'admitted' };
    },
  };
}

function refusal(limits: readonly Limit[], waitMs: number): string {
  const words = limits.map(({ requests, per_seconds }) => {
    const count = `${String(requests)} ${requests === 1 ? 'request' : 'requests'}`;
    return `${count} per ${per_seconds === 1 ? 'second' : `${String(per_seconds)} seconds`}`;
  });
  const wait = `${String(Math.ceil(waitMs / 1_000))} s`;
  return `The CRM was not asked: of ${words.join(' and ')} that the connection may send, none is free for another ${wait}.`;
}
