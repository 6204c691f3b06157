import type { BookScope } from './contact-index.ts';
import {
  askJob,
  clearAsked,
  releaseJobLease,
  renewJobLease,
  scheduleJob,
  takeJobLease,
} from './sync-job-repository.ts';
import type { SyncLease, SyncPause, SyncRequest } from './sync-store.ts';
import type { ContactWrite } from './write-book.ts';

/** A connection, and the right to sync it. */
export interface OfLease {
  readonly of: BookScope;
  readonly lease: SyncLease;
}

/** When connections are synced, and by whom: `SyncStore` says what each does. */
export interface JobTasks {
  schedule(given: { readonly of: BookScope; readonly dueAt: number }): Promise<void>;
  ask(given: { readonly of: BookScope; readonly request: SyncRequest }): Promise<void>;
  answerAsked(given: OfLease & { readonly until: number }): Promise<void>;
  takeLease(given: {
    readonly of: BookScope;
    readonly by: {
      readonly owner: string;
      readonly now: number;
      readonly until: number;
      readonly seize?: boolean;
    };
  }): Promise<SyncLease | undefined>;
  renewLease(given: OfLease & { readonly until: number }): Promise<boolean>;
  releaseLease(
    given: OfLease & {
      readonly dueAt: number | undefined;
      readonly wasDueAt: number | undefined;
      readonly pause?: SyncPause | undefined;
    },
  ): Promise<void>;
}

export function createJobTasks(write: ContactWrite): JobTasks {
  return {
    schedule: ({ of, dueAt }) => write((transaction) => scheduleJob(transaction, of, dueAt)),
    ask: ({ of, request }) => write((transaction) => askJob(transaction, of, request)),
    answerAsked: ({ of, ...by }) => write((transaction) => clearAsked(transaction, of, by)),
    takeLease: ({ of, by }) => write((transaction) => takeJobLease(transaction, of, by)),
    renewLease: ({ of, ...by }) => write((transaction) => renewJobLease(transaction, of, by)),
    releaseLease: ({ of, ...by }) => write((transaction) => releaseJobLease(transaction, of, by)),
  };
}
