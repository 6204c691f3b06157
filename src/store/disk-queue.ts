import { AppError } from '../errors/app-error.ts';

/** A job whose transaction was committed. */
export interface CommittedJob {
  /** Tells the caller. */
  answer(): void;
  fail(err: unknown): void;
  /** It is told at once; its sync follows all the same. */
  readonly soon: boolean;
}

export interface DiskQueue {
  /** Resolves when everything added so far is answered; undefined when nothing is under way. */
  readonly busy: Promise<void> | undefined;
  /** Answers the jobs when they are on disk. */
  add(jobs: readonly CommittedJob[]): void;
}

/**
 * Holds the answers of committed jobs back until a sync that began after their commit has ended.
 * What is committed during a sync shares the next one. A sync that fails is told once as `fatal`:
 * nobody gets an answer of success afterwards, for a second sync would not write what the first
 * one lost (https://wiki.postgresql.org/wiki/Fsync_Errors).
 */
export function createDiskQueue(
  sync: () => Promise<void>,
  fatal: (err: AppError) => void,
): DiskQueue {
  const unsynced: CommittedJob[] = [];
  let busy: Promise<void> | undefined;
  let failure: AppError | undefined;

  const work = async (): Promise<void> => {
    while (unsynced.length > 0) {
      const round = unsynced.splice(0);
      try {
        // Never at once: who calls `work` notes first that it runs.
        await (failure === undefined ? sync() : undefined);
      } catch (err) {
        failure = toFailure(err);
        fatal(failure);
      }
      for (const job of round) {
        if (failure === undefined) job.answer();
        else job.fail(failure);
      }
    }
    busy = undefined;
  };

  return {
    get busy() {
      return busy;
    },
    add: (jobs) => {
      // Answered twice or failed afterwards, a promise stays as it is.
      for (const job of jobs) if (job.soon) job.answer();
      unsynced.push(...jobs);
      busy ??= work();
    },
  };
}

function toFailure(err: unknown): AppError {
  if (err instanceof AppError) return err;
  return new AppError('database_failed', 'The disk did not take what was written.', { cause: err });
}
