import type { ControlledTransaction, Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Clock } from '../time/clock.ts';
import { createDiskQueue } from './disk-queue.ts';
import type { CommittedJob } from './disk-queue.ts';
import type { Tables } from './schema.ts';

export type Job<T> = (transaction: Transaction<Tables>) => Promise<T>;

export interface GroupCommit {
  /** Resolves when the job is on disk. */
  write<T>(job: Job<T>): Promise<T>;
  /** Resolves when the job is committed; it is on disk before any later `write` resolves. */
  writeSoon<T>(job: Job<T>): Promise<T>;
  /** Resolves when all jobs asked for before are settled; later ones are refused. */
  close(): Promise<void>;
}

export interface GroupCommitDeps {
  begin(): Promise<ControlledTransaction<Tables>>;
  clock: Clock;
  /** Called once when the storage failed under a commit: nothing may be acknowledged any more. */
  onFatal(err: AppError): void;
  /** True where a job that lets a turn of the event loop pass has awaited something foreign. */
  oneTurn: boolean;
  /**
   * Transactions at the same time. With one, jobs share it and are done in the order in which they
   * were asked for. With more, each job has a transaction of its own, since two that hold rows of
   * several jobs would wait for each other; the database itself lets commits share a sync then.
   */
  writers: number;
  /** Puts what was committed on disk, where a commit alone does not; rejects with `database_failed`. */
  sync?: (() => Promise<void>) | undefined;
}

interface WaitingJob {
  /** Runs the job; what it resolves to tells the caller, and is called after the commit only. */
  run(transaction: Transaction<Tables>): Promise<() => void>;
  fail(err: unknown): void;
  /** Whoever asked goes on at the commit. */
  readonly soon: boolean;
}

/** While a sync is under way fewer jobs than these wait for its end, and share the next one. */
const JOBS_WORTH_A_COMMIT = 64;
/** Enough to make one fsync cheap per job, few enough to stay within some milliseconds. */
const MAX_JOBS_PER_COMMIT = 256;
/** Beyond this the database does not keep up: refuse rather than fill the memory. */
const MAX_WAITING_JOBS = 20_000;
/** Waits before a transaction that the database undid is tried again, in milliseconds. */
const RETRY_DELAYS_MS = [20, 100, 500];

/**
 * Puts the jobs asked for in one turn of the event loop into one transaction with one fsync, or does
 * several of them at the same time, each in its own.
 * A failing batch is rolled back and each of its jobs runs again alone, so a bad job hurts nobody
 * else; a job may therefore run more than once and must change nothing but the database.
 */
export function createGroupCommit(deps: GroupCommitDeps): GroupCommit {
  const waiting: WaitingJob[] = [];
  let writing = 0;
  let allDone: () => void = () => {};
  const jobsPerCommit = deps.writers === 1 ? MAX_JOBS_PER_COMMIT : 1;
  let refusal: AppError | undefined;
  let enough: () => void = () => {};

  const fatal = (err: AppError): void => {
    if (refusal?.code === 'database_failed') return;
    refusal = err;
    deps.onFatal(err);
  };
  const disk = deps.sync === undefined ? undefined : createDiskQueue(deps.sync, fatal);

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Wait for the end of the turn: what its other callbacks ask for shares the commit.
      await new Promise((resolve) => setImmediate(resolve));
      if (disk?.busy !== undefined && waiting.length < JOBS_WORTH_A_COMMIT) {
        const many = new Promise<void>((resolve) => {
          enough = resolve;
        });
        await Promise.race([disk.busy, many]);
      }
      const batch = waiting.splice(0, jobsPerCommit);
      // Another writer may have been faster.
      if (batch.length > 0) await settle(batch, deps, { fatal, committed: disk?.add });
    }
    writing -= 1;
    if (writing === 0) allDone();
  };

  const ask = <T>(job: Job<T>, soon: boolean): Promise<T> =>
    new Promise((resolve, reject) => {
      if (refusal !== undefined) return reject(refusal);
      if (waiting.length >= MAX_WAITING_JOBS) {
        return reject(new AppError('overloaded', 'Too many writes wait for the database.'));
      }
      waiting.push({
        run: async (transaction) => {
          const value = await job(transaction);
          return () => resolve(value);
        },
        fail: reject,
        soon,
      });
      if (waiting.length >= JOBS_WORTH_A_COMMIT) enough();
      if (writing >= deps.writers) return;
      writing += 1;
      // What a job rejects with goes to whoever asked for it: this never rejects.
      void drain();
    });

  return {
    write: (job) => ask(job, false),
    writeSoon: (job) => ask(job, true),
    close: async () => {
      refusal ??= new AppError('database_unavailable', 'The database is being closed.');
      if (writing > 0) {
        await new Promise<void>((resolve) => {
          allDone = resolve;
        });
      }
      await disk?.busy;
    },
  };
}

interface Settling {
  fatal(err: AppError): void;
  /** Takes over the answers; absent where a commit is on disk when it returns. */
  readonly committed?: ((jobs: readonly CommittedJob[]) => void) | undefined;
}

async function settle(
  batch: readonly WaitingJob[],
  deps: GroupCommitDeps,
  settling: Settling,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await runTogether(batch, deps, settling);
    if (failure === undefined) return;
    const { error, undone } = failure;
    if (error instanceof AppError && error.code === 'database_failed') {
      settling.fatal(error);
    } else if (undone && batch.length > 1 && failure.place !== 'begin') {
      for (const job of batch) await settle([job], deps, settling);
      return;
    }
    const delay = RETRY_DELAYS_MS[attempt];
    if (!undone || !isTransient(error) || delay === undefined) {
      for (const job of batch) job.fail(error);
      return;
    }
    await deps.clock.sleep(delay);
  }
}

interface Failure {
  readonly error: unknown;
  readonly place: 'begin' | 'job' | 'commit';
  /** The database surely kept nothing of it. */
  readonly undone: boolean;
}

async function runTogether(
  batch: readonly WaitingJob[],
  deps: GroupCommitDeps,
  { committed = answerAll }: Settling,
): Promise<Failure | undefined> {
  let place: Failure['place'] = 'begin';
  let transaction: ControlledTransaction<Tables> | undefined;
  try {
    transaction = await deps.begin();
    place = 'job';
    const done: CommittedJob[] = [];
    for (const job of batch) {
      const answer = await runGuarded(job, transaction, deps.oneTurn);
      done.push({ answer, fail: job.fail, soon: job.soon });
    }
    place = 'commit';
    await transaction.commit().execute();
    committed(done);
    return undefined;
  } catch (error) {
    // SQLite has often rolled back by itself and a broken connection always; then this one fails.
    await transaction?.rollback().execute().catch(ignore);
    return { error, place, undone: place !== 'commit' || isSurelyUndone(error) };
  }
}

function answerAll(jobs: readonly CommittedJob[]): void {
  for (const job of jobs) job.answer();
}

/** On SQLite a write inside a write, or a foreign wait, would hold the only writer for ever. */
async function runGuarded(
  job: WaitingJob,
  transaction: Transaction<Tables>,
  oneTurn: boolean,
): Promise<() => void> {
  if (!oneTurn) return await job.run(transaction);
  let turn: NodeJS.Immediate | undefined;
  const passed = new Promise<never>((_, reject) => {
    turn = setImmediate(() => {
      reject(new AppError('internal', 'A database job awaited something besides statements.'));
    });
  });
  try {
    return await Promise.race([job.run(transaction), passed]);
  } finally {
    clearImmediate(turn);
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database_unavailable';
}

// A commit whose answer was lost may stand: only an error that the database itself reported as a
// rollback allows a second run.
function isSurelyUndone(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  return error.code === 'database_unavailable' ? error.details['rolledBack'] === true : true;
}

function ignore(): void {}
