import type { OpenConnection } from '../../connections/open-connection.ts';
import { AppError } from '../../errors/app-error.ts';
import type { BookScope } from '../index/contact-index.ts';
import type { SyncJob, SyncLease } from '../index/sync-store.ts';
import { createSyncBrake } from './sync-brake.ts';
import { FAULT_PAUSE_MS, syncConnection } from './sync-connection.ts';
import type { SyncDeps, SyncMemory, TurnEnd } from './sync-connection.ts';

export interface SyncTimes {
  /** How long the right to sync a connection holds without renewal. */
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** Looking for work that nobody announced. */
  readonly pollEveryMs: number;
  /** Looking for connections that have no job yet, and for jobs whose connection is gone. */
  readonly adoptEveryMs: number;
  /** So long a connection is worked on while others wait. */
  readonly sliceMs: number;
}

export const SYNC_TIMES: SyncTimes = {
  leaseMs: 45_000,
  renewEveryMs: 10_000,
  pollEveryMs: 2_000,
  adoptEveryMs: 60_000,
  sliceMs: 60_000,
};

/** Syncs that one process does at the same time: each holds some megabytes, and most wait for their CRM. */
const MOST_AT_ONCE = 4;
/** Jobs that one look sees. */
const LOOK = 32;
/** A database that is away is soon back. */
const DATABASE_PAUSE_MS = 5_000;

export interface ContactSyncDeps extends SyncDeps {
  /** Name of this process; after a restart it is the same, so that its work goes on at once. */
  readonly node: string;
  /** Compares the jobs with the connections that there are. */
  readonly adopt: () => Promise<void>;
  readonly times: SyncTimes;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

export interface ContactSync {
  start(): void;
  /** There may be work now. */
  wake(): void;
  /** Begins nothing more, and ends what is under way: what was read is written, the rest goes on later. */
  close(): Promise<void>;
}

/** Makes the worker that keeps the copies of contacts up to date. */
export function createContactSync(deps: ContactSyncDeps): ContactSync {
  return new SyncWorker(deps);
}

interface ActiveSync {
  readonly of: BookScope;
  readonly done: Promise<void>;
}

const LEASE_LOST = new Error('another process syncs this connection now');

class SyncWorker implements ContactSync {
  readonly #deps: ContactSyncDeps;
  readonly #active = new Map<string, ActiveSync>();
  readonly #memories = new Map<string, SyncMemory>();
  readonly #stopped = new AbortController();
  #loops: readonly Promise<void>[] = [];
  #wakeUp: (() => void) | undefined;
  #woken = false;
  #othersWait = false;

  constructor(deps: ContactSyncDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loops = [this.#work(), this.#adopt()];
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await Promise.all(this.#loops);
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#woken = false;
      try {
        await this.#look();
      } catch (err) {
        this.#deps.log.warn({ err }, 'looking for contacts to sync failed; trying again');
      }
      await this.#untilWoken();
    }
  }

  /** Begins what is due, those first of whose organization this process does least. */
  async #look(): Promise<void> {
    const { database, index, node } = this.#deps;
    const due = await index.sync.due(database.now(), { limit: LOOK, owner: node });
    let waiting = due.filter(({ connectionId }) => !this.#active.has(connectionId));
    while (waiting.length > 0 && this.#active.size < MOST_AT_ONCE) {
      const next = this.#fairest(waiting);
      waiting = waiting.filter((job) => job !== next);
      await this.#begin(next);
    }
    this.#othersWait = waiting.length > 0;
  }

  #fairest(jobs: readonly SyncJob[]): SyncJob {
    const held = Map.groupBy(this.#active.values(), ({ of }) => of.organizationId);
    const count = (job: SyncJob): number => held.get(job.organizationId)?.length ?? 0;
    return jobs.reduce((best, job) => (count(job) < count(best) ? job : best));
  }

  async #begin({ organizationId, connectionId, dueAt }: SyncJob): Promise<void> {
    const { index, database, node, times } = this.#deps;
    const of = { organizationId, connectionId };
    const now = database.now();
    const until = now + times.leaseMs;
    const lease = await index.sync.takeLease(of, { owner: node, now, until });
    // Another process was faster.
    if (lease === undefined) return;
    const done = this.#run(of, lease, dueAt).finally(() => {
      this.#active.delete(connectionId);
      this.wake();
    });
    this.#active.set(connectionId, { of, done });
  }

  /** Works on one connection; never rejects. */
  async #run(of: BookScope, lease: SyncLease, wasDueAt: number | undefined): Promise<void> {
    const { index, log } = this.#deps;
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, this.#stopped.signal]);
    const renewing = this.#keepLease(of, lease, end);
    try {
      const end = await this.#turn(of, lease, signal);
      await index.sync.releaseLease(of, lease, { ...end, wasDueAt });
    } catch (err) {
      const id = { connection_id: of.connectionId, organization_id: of.organizationId };
      if (isConflict(err) || end.signal.reason === LEASE_LOST) {
        log.warn(id, 'the sync of contacts goes on elsewhere');
      } else {
        log.warn({ err, ...id }, 'the sync of contacts failed; it is tried again later');
        await this.#postpone(of, lease, { wasDueAt, err });
      }
    } finally {
      end.abort();
      await renewing;
    }
  }

  async #turn(of: BookScope, lease: SyncLease, signal: AbortSignal): Promise<TurnEnd> {
    const { clock, times } = this.#deps;
    const begun = clock.monotonic();
    return await syncConnection(this.#deps, {
      ...{ of, lease, signal },
      memory: (connection, kept) => this.#memoryOf(connection, kept),
      isOver: () => this.#othersWait && clock.monotonic() - begun >= times.sliceMs,
    });
  }

  async #postpone(
    of: BookScope,
    lease: SyncLease,
    failed: { readonly wasDueAt: number | undefined; readonly err: unknown },
  ): Promise<void> {
    const { database, index } = this.#deps;
    const pauseMs = isOfDatabase(failed.err) ? DATABASE_PAUSE_MS : FAULT_PAUSE_MS;
    const dueAt = database.now() + pauseMs;
    // Where that fails too, the lease ends by itself.
    const { wasDueAt } = failed;
    await index.sync.releaseLease(of, lease, { dueAt, wasDueAt }).catch(() => undefined);
  }

  /** Renews the lease until the work ends; the work ends when that is no longer possible. */
  async #keepLease(of: BookScope, lease: SyncLease, end: AbortController): Promise<void> {
    const { clock, times, index, database } = this.#deps;
    let renewedAt = clock.monotonic();
    while (!end.signal.aborted) {
      try {
        await clock.sleep(times.renewEveryMs, end.signal);
      } catch {
        return;
      }
      const asked = clock.monotonic();
      const held = await index.sync
        .renewLease(of, lease, database.now() + times.leaseMs)
        .catch(() => undefined);
      if (held === true) renewedAt = asked;
      const isLapsed = clock.monotonic() - renewedAt >= times.leaseMs;
      if (held === false || isLapsed) end.abort(LEASE_LOST);
    }
  }

  #memoryOf({ id, options }: OpenConnection, kept: string | undefined): SyncMemory {
    const known = this.#memories.get(id);
    if (known !== undefined) return known;
    const brake = createSyncBrake({ concurrency: options.concurrency, kept });
    const made: SyncMemory = { brake, tries: 0 };
    this.#memories.set(id, made);
    if (this.#memories.size > MOST_MEMORIES) {
      const [oldest] = this.#memories.keys();
      if (oldest !== undefined) this.#memories.delete(oldest);
    }
    return made;
  }

  async #adopt(): Promise<void> {
    const { clock, times, log } = this.#deps;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#deps.adopt();
        this.wake();
      } catch (err) {
        log.warn({ err }, 'looking for connections to sync failed; trying again');
      }
      await clock.sleep(times.adoptEveryMs, signal).catch(() => undefined);
    }
  }

  async #untilWoken(): Promise<void> {
    if (this.#woken || this.#stopped.signal.aborted) return;
    const timer = new AbortController();
    const { clock, times } = this.#deps;
    const woken = new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
    const polled = clock.sleep(times.pollEveryMs, timer.signal).catch(() => undefined);
    await Promise.race([woken, polled]);
    timer.abort();
    this.#wakeUp = undefined;
  }
}

/** Connections whose pace is remembered: those that were synced last. */
const MOST_MEMORIES = 10_000;

function isConflict(err: unknown): boolean {
  return err instanceof AppError && err.code === 'conflict';
}

function isOfDatabase(err: unknown): boolean {
  return (
    err instanceof AppError &&
    (err.code === 'database_unavailable' || err.code === 'database_failed')
  );
}
