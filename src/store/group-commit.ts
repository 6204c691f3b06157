import type { ControlledTransaction, Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Clock } from '../time/clock.ts';
import type { Tables } from './schema.ts';

export type Job<T> = (transaction: Transaction<Tables>) => Promise<T>;

export interface GroupCommit {
  write<T>(job: Job<T>): Promise<T>;
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
}

interface WaitingJob {
  /** Runs the job; what it resolves to tells the caller, and is called after the commit only. */
  run(transaction: Transaction<Tables>): Promise<() => void>;
  fail(err: unknown): void;
}

/** Enough to make one fsync cheap per job, few enough to stay within some milliseconds. */
const MAX_JOBS_PER_COMMIT = 256;
/** Beyond this the database does not keep up: refuse rather than fill the memory. */
const MAX_WAITING_JOBS = 20_000;
/** Waits before a transaction that the database undid is tried again, in milliseconds. */
const RETRY_DELAYS_MS = [20, 100, 500];

/**
 * Puts the jobs asked for in one turn of the event loop into one transaction with one fsync.
 * A failing batch is rolled back and each of its jobs runs again alone, so a bad job hurts nobody
 * else; a job may therefore run more than once and must change nothing but the database.
 */
export function createGroupCommit(deps: GroupCommitDeps): GroupCommit {
  const waiting: WaitingJob[] = [];
  let working: Promise<void> | undefined;
  let refusal: AppError | undefined;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Wait for the end of the turn: what its other callbacks ask for shares the commit.
      await new Promise((resolve) => setImmediate(resolve));
      await settle(waiting.splice(0, MAX_JOBS_PER_COMMIT), deps, (err) => {
        if (refusal?.code === 'database_failed') return;
        refusal = err;
        deps.onFatal(err);
      });
    }
    working = undefined;
  };

  return {
    write: (job) =>
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
        });
        working ??= drain();
      }),
    close: async () => {
      refusal ??= new AppError('database_unavailable', 'The database is being closed.');
      await working;
    },
  };
}

async function settle(
  batch: readonly WaitingJob[],
  deps: GroupCommitDeps,
  fatal: (err: AppError) => void,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await runTogether(batch, deps);
    if (failure === undefined) return;
    const { error, undone } = failure;
    if (error instanceof AppError && error.code === 'database_failed') fatal(error);
    else if (undone && batch.length > 1 && failure.place !== 'begin') {
      for (const job of batch) await settle([job], deps, fatal);
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
): Promise<Failure | undefined> {
  let place: Failure['place'] = 'begin';
  let transaction: ControlledTransaction<Tables> | undefined;
  try {
    transaction = await deps.begin();
    place = 'job';
    const answers: (() => void)[] = [];
    for (const job of batch) answers.push(await runGuarded(job, transaction, deps.oneTurn));
    place = 'commit';
    await transaction.commit().execute();
    for (const answer of answers) answer();
    return undefined;
  } catch (error) {
    // SQLite has often rolled back by itself and a broken connection always; then this one fails.
    await transaction?.rollback().execute().catch(ignore);
    return { error, place, undone: place !== 'commit' || isSurelyUndone(error) };
  }
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
