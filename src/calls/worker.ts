import type { Clock } from '../time/clock.ts';
import { forgetHosts } from '../connections/host-repository.ts';
import { claimLanes } from './claim.ts';
import type { ClaimDeps, ClaimedLane, Claims } from './claim.ts';
import { clampTimes } from './clamp-times.ts';
import { deliverLane } from './deliver.ts';
import type { DeliverDeps } from './deliver.ts';
import { recoverLanes } from './recover.ts';
import { renewLeases } from './renew.ts';

export interface WorkerTimes {
  /** How long a claim holds without renewal. */
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** Without a renewal for this long the worker ends its own requests: somebody else may have them. */
  readonly abortAfterMs: number;
  /** Looking for work that nobody announced: retries, other nodes, timers. */
  readonly pollEveryMs: number;
  readonly housekeepEveryMs: number;
  /** What `close` grants requests under way. */
  readonly closeAfterMs: number;
}

export const WORKER_TIMES: WorkerTimes = {
  leaseMs: 45_000,
  renewEveryMs: 10_000,
  abortAfterMs: 30_000,
  pollEveryMs: 500,
  housekeepEveryMs: 60_000,
  closeAfterMs: 25_000,
};

export interface Worker {
  /** Takes back what an earlier life of this node held, then works until closed. */
  start(): Promise<void>;
  /** There may be work now. */
  wake(): void;
  /** Claims nothing more, waits for the requests under way, ends those that take too long. */
  close(): Promise<void>;
}

export interface WorkerDeps extends DeliverDeps, Omit<ClaimDeps, 'leaseMs'> {
  readonly clock: Clock;
  readonly times: WorkerTimes;
  /** Timers of the pipeline: retention, calls whose end is never told. Failures are logged. */
  readonly housekeep: () => Promise<void>;
}

/** Lanes that one process works on at the same time. */
const MAX_LANES = 256;

/** A host of which nobody told anything for so long is as good as any. */
const HOST_KEPT_MS = 60 * 60_000;

const LEASE_LOST = new Error('the lease was lost');

/** Makes the worker of a process. */
export function createWorker(deps: WorkerDeps): Worker {
  return new LaneWorker(deps);
}

interface ActiveLane {
  readonly claim: ClaimedLane;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

class LaneWorker implements Worker {
  readonly #deps: WorkerDeps;
  readonly #active = new Map<string, ActiveLane>();
  readonly #stopped = new AbortController();
  #loops: readonly Promise<void>[] = [];
  #wakeUp: (() => void) | undefined;
  #woken = false;
  #renewedAt = 0;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { database, node, clock, times } = this.#deps;
    this.#renewedAt = clock.monotonic();
    await recoverLanes(database, { kind: 'node', node });
    this.#loops = [
      this.#work(),
      this.#repeat(times.renewEveryMs, () => this.#renew()),
      this.#repeat(times.renewEveryMs, () => Promise.resolve(this.#abortLapsed())),
      this.#repeat(times.pollEveryMs, () => Promise.resolve(this.wake())),
      this.#repeat(times.housekeepEveryMs, () => this.#housekeep()),
    ];
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await Promise.all(this.#loops);
    const patience = new AbortController();
    const impatient = this.#deps.clock
      .sleep(this.#deps.times.closeAfterMs, patience.signal)
      .then(() => this.#abortAll())
      .catch(() => {
        // All lanes were done in time.
      });
    await Promise.all([...this.#active.values()].map((lane) => lane.done));
    patience.abort();
    await impatient;
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#woken = false;
      const { lanes, againAt } = await this.#claim();
      for (const claim of lanes) this.#begin(claim);
      // A full answer means that more may wait.
      if (lanes.length > 0 && this.#active.size < MAX_LANES) continue;
      await this.#untilWoken(againAt);
    }
  }

  async #claim(): Promise<Claims> {
    const free = MAX_LANES - this.#active.size;
    if (free <= 0) return { lanes: [] };
    try {
      const { leaseMs } = this.#deps.times;
      const pool = { size: MAX_LANES, held: this.#heldByOrganization() };
      return await claimLanes({ ...this.#deps, leaseMs }, free, pool);
    } catch (err) {
      this.#deps.log.warn({ err }, 'claiming lanes failed; trying again');
      return { lanes: [] };
    }
  }

  #heldByOrganization(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const { claim } of this.#active.values()) {
      const { organizationId } = claim.connection;
      held.set(organizationId, (held.get(organizationId) ?? 0) + 1);
    }
    return held;
  }

  #begin(claim: ClaimedLane): void {
    const abort = new AbortController();
    const key = `${claim.laneId} ${claim.fence}`;
    const postponed = (until: number): void => this.#wakeAt(until, this.#stopped.signal);
    const done = deliverLane(
      { ...this.#deps, postponed },
      {
        lease: { laneId: claim.laneId, fence: claim.fence },
        lane: claim.lane,
        connection: claim.connection,
        signal: abort.signal,
      },
    )
      .catch((err: unknown) => {
        // The lease ends by itself, and what was sent counts as unknown then.
        this.#deps.log.warn({ err, lane_id: claim.laneId }, 'a lane failed; its lease will end');
      })
      .finally(() => {
        this.#active.delete(key);
        claim.leave();
        this.wake();
      });
    this.#active.set(key, { claim, abort, done });
  }

  async #untilWoken(againAt: number | undefined): Promise<void> {
    if (this.#woken || this.#stopped.signal.aborted) return;
    // An abort costs a tenth of a millisecond, and a worker is woken for each event.
    const timer = againAt === undefined ? undefined : new AbortController();
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
      if (againAt !== undefined && timer !== undefined) this.#wakeAt(againAt, timer.signal);
    });
    timer?.abort();
    this.#wakeUp = undefined;
  }

  /** A slot of a connection's rate comes sooner than the next look for work. */
  #wakeAt(at: number, signal: AbortSignal): void {
    const { clock, database, times } = this.#deps;
    // Never longer than the usual look: a clock may jump. Timers may fire a millisecond early.
    const ms = Math.min(Math.max(0, at - database.now()) + 2, times.pollEveryMs);
    clock.sleep(ms, signal).then(
      () => this.wake(),
      () => {
        // Something else woke the worker first.
      },
    );
  }

  async #renew(): Promise<void> {
    const { database, times, clock } = this.#deps;
    const lanes = [...this.#active.values()];
    try {
      const asked = clock.monotonic();
      const held = await renewLeases(
        database,
        lanes.map(({ claim }) => claim),
        times.leaseMs,
      );
      this.#renewedAt = asked;
      // Somebody else has these by now: after a long sleep of this process, for example.
      for (const lane of lanes) if (!held.has(lane.claim.laneId)) lane.abort.abort(LEASE_LOST);
      await recoverLanes(database, { kind: 'expired' });
    } catch (err) {
      this.#deps.log.warn({ err }, 'leases could not be renewed');
    }
  }

  /** Beside the renewal, which may hang as long as the database does. */
  #abortLapsed(): void {
    const { clock, times } = this.#deps;
    if (clock.monotonic() - this.#renewedAt > times.abortAfterMs) this.#abortAll();
  }

  async #housekeep(): Promise<void> {
    try {
      const { database } = this.#deps;
      if ((await clampTimes(database)) > 0) this.wake();
      await database.write((transaction) =>
        forgetHosts(transaction, database.now() - HOST_KEPT_MS),
      );
      await this.#deps.housekeep();
    } catch (err) {
      this.#deps.log.warn({ err }, 'housekeeping failed; it runs again later');
    }
  }

  #abortAll(): void {
    for (const lane of this.#active.values()) lane.abort.abort(LEASE_LOST);
  }

  async #repeat(everyMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#deps.clock.sleep(everyMs, signal);
      } catch {
        return;
      }
      await work();
    }
  }
}
