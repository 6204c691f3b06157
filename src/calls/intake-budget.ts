import type { Clock } from '../time/clock.ts';

/** What one organization may bring in, so that it leaves the others their room. */
export interface IntakeLimits {
  /** Calls of it that wait for their CRM, and steps of it that are parked, together. */
  readonly backlog: number;
  /** Events in a minute, in the long run; ten times as many may come at once. */
  readonly eventsPerMinute: number;
  /** Free space of the data directory below which nothing is taken in, in percent. */
  readonly diskReservePercent: number;
}

/** Why events are not taken now, and when they may come again. Nothing of them was stored. */
export interface OverBudget {
  readonly message: string;
  readonly retryAfterSeconds: number;
}

export interface IntakeBudget {
  /**
   * Asks for so many events of an organization; they count when they may come. Answers at once, from
   * what is known: what must be read for it is read meanwhile.
   */
  admit(organizationId: string, events: number): OverBudget | undefined;
  /** Resolves when nothing is being read. */
  settled(): Promise<void>;
}

export interface IntakeBudgetDeps {
  readonly limits: IntakeLimits;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Counts an organization's backlog, up to `most`. */
  readonly countBacklog: (organizationId: string, most: number) => Promise<number>;
  /** Share of the disk that is free, in percent; absent where the database is elsewhere. */
  readonly freeDisk?: (() => Promise<number>) | undefined;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** A night's events of a phone system that was cut off, or a morning's burst. */
const BURST_MINUTES = 10;
/** A backlog is counted again after this time at the earliest, and in a small part of all time. */
const RECOUNT_MS = 250;
const RECOUNT_PART = 20;
const DISK_EVERY_MS = 5_000;
const RETRY_AFTER_S = 30;
/** Organizations that are remembered: those that sent last. */
const REMEMBERED = 10_000;

interface Account {
  /** Events that may come now. */
  tokens: number;
  tokensAt: number;
  /** Backlog when it was last counted; undefined: never. */
  counted: number | undefined;
  /** When it may be counted again. */
  countNext: number;
  /** Events since: each begins one call at most. */
  since: number;
  counting: boolean;
}

/** Makes the budgets of the organizations; each process has its own, of what it takes in. */
export function createIntakeBudget(deps: IntakeBudgetDeps): IntakeBudget {
  const { limits, clock } = deps;
  const accounts = new Map<string, Account>();
  const reading = new Set<Promise<void>>();
  const disk = { low: false, readAt: -Infinity };
  const capacity = limits.eventsPerMinute * BURST_MINUTES;

  const inBackground = (work: Promise<void>): void => {
    const read = work
      .catch((err: unknown) => {
        deps.log.warn({ err }, 'the budget of the intake could not be read');
      })
      .finally(() => reading.delete(read));
    reading.add(read);
  };

  const open = (organizationId: string, now: number): Account => {
    const account = accounts.get(organizationId) ?? {
      tokens: capacity,
      tokensAt: now,
      counted: undefined,
      countNext: -Infinity,
      since: 0,
      counting: false,
    };
    accounts.delete(organizationId);
    accounts.set(organizationId, account);
    const [oldest] = accounts.keys();
    if (accounts.size > REMEMBERED && oldest !== undefined) accounts.delete(oldest);
    return account;
  };

  const recount = (organizationId: string, account: Account, now: number): void => {
    if (account.counting || now < account.countNext) return;
    account.counting = true;
    account.since = 0;
    inBackground(
      deps
        .countBacklog(organizationId, limits.backlog)
        .then((counted) => {
          if (counted >= limits.backlog && (account.counted ?? 0) < limits.backlog) {
            const of = { organization_id: organizationId, backlog: counted };
            deps.log.warn(of, 'an organization has reached its backlog: its events must wait');
          }
          account.counted = counted;
        })
        .finally(() => {
          account.counting = false;
          const end = clock.monotonic();
          account.countNext = end + Math.max(RECOUNT_MS, (end - now) * RECOUNT_PART);
        }),
    );
  };

  const lookAtDisk = (now: number): void => {
    const { freeDisk } = deps;
    if (freeDisk === undefined || now - disk.readAt < DISK_EVERY_MS) return;
    disk.readAt = now;
    inBackground(
      freeDisk().then((free) => {
        const low = free < limits.diskReservePercent;
        if (low && !disk.low) {
          deps.log.warn({ free_percent: free }, 'the disk is almost full: no events are taken in');
        }
        disk.low = low;
      }),
    );
  };

  return {
    admit: (organizationId, events) => {
      const now = clock.monotonic();
      lookAtDisk(now);
      if (disk.low) return over('The disk of the server is almost full', RETRY_AFTER_S);
      const account = open(organizationId, now);
      const counted = account.counted ?? 0;
      const mayBe = counted + account.since + events;
      if (account.counted === undefined || mayBe >= limits.backlog) {
        recount(organizationId, account, now);
      }
      if (counted >= limits.backlog) {
        const much = `${String(limits.backlog)} calls and steps of this organization wait or are parked`;
        return over(`${much}: mend its connections, or raise INTAKE_BACKLOG`, RETRY_AFTER_S);
      }
      const perMs = limits.eventsPerMinute / 60_000;
      account.tokens = Math.min(capacity, account.tokens + (now - account.tokensAt) * perMs);
      account.tokensAt = now;
      // More at once than ever fit are let through when the bucket is full, and paid for afterwards.
      if (account.tokens < Math.min(events, capacity)) {
        const missing = Math.min(events, capacity) - account.tokens;
        const rate = `This organization sends more than ${String(limits.eventsPerMinute)} events per minute`;
        return over(`${rate} (INTAKE_EVENTS_PER_MINUTE)`, Math.ceil(missing / perMs / 1_000));
      }
      account.tokens -= events;
      account.since += events;
      return undefined;
    },
    settled: async () => {
      while (reading.size > 0) await Promise.all(reading);
    },
  };
}

function over(why: string, retryAfterSeconds: number): OverBudget {
  const seconds = Math.max(1, retryAfterSeconds);
  const message = `${why}. Nothing was taken in: send again after ${String(seconds)} seconds.`;
  return { message, retryAfterSeconds: seconds };
}
