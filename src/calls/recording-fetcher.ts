import { claimRecordings } from './fetch-due.ts';
import type { FetchDueDeps } from './fetch-due.ts';

export interface RecordingFetcher {
  start(): void;
  /** There may be a recording to fetch. */
  wake(): void;
  /** Claims nothing more and ends the fetches under way; their recordings are fetched later. */
  close(): Promise<void>;
}

export interface RecordingFetcherDeps extends FetchDueDeps {
  /** Looking for recordings that nobody announced to this process, in milliseconds. */
  readonly pollEveryMs?: number;
}

/** Recordings that one process fetches at the same time. */
const FETCHES_AT_ONCE = 8;
const POLL_EVERY_MS = 2_000;

/**
 * Fetches announced recordings as soon as a step wants them, whatever the state of the CRM is: their
 * links end, and a connection that is paused must not cost them.
 */
export function createRecordingFetcher(deps: RecordingFetcherDeps): RecordingFetcher {
  return new Fetcher(deps);
}

class Fetcher implements RecordingFetcher {
  readonly #deps: RecordingFetcherDeps;
  readonly #stopped = new AbortController();
  readonly #active = new Set<Promise<void>>();
  readonly #underWay = new Map<string, number>();
  #loops: readonly Promise<void>[] = [];
  #wakeUp: (() => void) | undefined;
  #woken = false;

  constructor(deps: RecordingFetcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loops = [this.#work(), this.#poll()];
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await Promise.all([...this.#loops, ...this.#active]);
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#woken = false;
      for (const claimed of await this.#claim()) this.#begin(claimed);
      if (!this.#woken) {
        await new Promise<void>((resolve) => {
          this.#wakeUp = resolve;
        });
        this.#wakeUp = undefined;
      }
    }
  }

  async #claim(): ReturnType<typeof claimRecordings> {
    const free = FETCHES_AT_ONCE - this.#active.size;
    if (free <= 0) return [];
    try {
      return await claimRecordings(this.#deps, free, this.#underWay);
    } catch (err) {
      this.#deps.log.warn({ err }, 'claiming recordings failed; trying again');
      return [];
    }
  }

  #begin(claimed: (signal: AbortSignal) => Promise<void>): void {
    const done = claimed(this.#stopped.signal).finally(() => {
      this.#active.delete(done);
      this.wake();
    });
    this.#active.add(done);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#deps.clock.sleep(this.#deps.pollEveryMs ?? POLL_EVERY_MS, signal);
      } catch {
        return;
      }
      this.wake();
    }
  }
}
