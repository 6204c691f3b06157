import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { BookScope } from './contact-index.ts';

/** `Contacts` tells of people, `Organizations` of companies. */
export type SyncMethod = 'Contacts' | 'Organizations';

/** `full`: all there is, after which who was not told of is gone; `changes`: what changed since. */
export type PassKind = 'full' | 'changes';

/** What a pass has read so far. */
export interface SyncCounts {
  /** Pages that are written. */
  readonly pages: number;
  /** Records the CRM told of, those that were left out included. */
  readonly received: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Records without an id, or otherwise of no use. */
  readonly leftOut: number;
}

/** What went wrong last; the words are fit to be shown. */
export interface SyncFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

/** How far the sync of one method of a connection is. Times are epoch milliseconds. */
export interface SyncState {
  readonly method: SyncMethod;
  /** The pass that is under way, also while no process works on it; absent: none is. */
  readonly pass:
    | {
        readonly number: number;
        readonly kind: PassKind;
        readonly startedAt: number;
        /** Where it goes on: what `writeBatch` was given, as it was given; absent: at the start. */
        readonly place: string | undefined;
      }
    | undefined;
  /** Of the pass that is under way, or of the last one. */
  readonly counts: SyncCounts;
  /** How many records the pass is expected to have in all; undefined: nobody knows. */
  readonly estimate: number | undefined;
  /** From where on changes are to be asked for: what the last `completePass` was given, as it was given. */
  readonly marks: string | undefined;
  /** When the last complete pass began. */
  readonly lastBegunAt: number | undefined;
  readonly lastEndedAt: number | undefined;
  readonly lastCompleteAt: number | undefined;
  readonly lastFullAt: number | undefined;
  readonly lastFailure: SyncFailure | undefined;
  /** Contacts that a full pass did not find, or that the CRM called deleted, and that wait for a person's word. */
  readonly waitingDeletions: number | undefined;
  /** Contacts that the last full pass missed for the first time: they go when the next one misses them, too. */
  readonly missed: number;
  /** When a full pass is to look for them once more; undefined: with the next regular one. */
  readonly confirmAt: number | undefined;
}

/** A sync that was asked for. */
export interface SyncRequest {
  readonly kind: PassKind;
  readonly at: number;
}

/** What stands for the sync of a connection as a whole. */
export interface SyncJob extends BookScope {
  /** When it is to be looked at next; undefined: not before somebody asks. */
  readonly dueAt: number | undefined;
  readonly asked: SyncRequest | undefined;
  /** Until then the CRM is left alone, whoever wants a sync meanwhile. */
  readonly notBefore: number | undefined;
  /** What a brake wrote about itself, as it wrote it. */
  readonly brake: string | undefined;
  readonly lease: { readonly owner: string; readonly until: number; readonly fence: number };
}

/** The right to sync a connection; each taking has a higher fence. */
export interface SyncLease {
  readonly owner: string;
  readonly fence: number;
}

/** How the CRM is to be treated after this, kept for whoever goes on. */
export interface SyncPause {
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly brake: string;
}

/**
 * A batch of records: pages as they came, with the position of what follows them. A record that is
 * told of twice counts as the later one.
 */
export interface SyncBatch {
  readonly pass: number;
  readonly method: SyncMethod;
  /** They are taken out of the list as they are handed over: nobody holds them while they are written. */
  readonly records: ContactRecord[];
  /** Contacts that the CRM itself calls deleted, and of which no later record of the batch tells. */
  readonly deleted: readonly ContactKey[];
  /** Where the pass goes on after this batch, also at its end; sealed before it is stored. */
  readonly place: string | undefined;
  readonly pages: number;
  readonly received: number;
  readonly leftOut: number;
  readonly estimate?: number | undefined;
  /** Country of numbers without one, ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface BatchWritten {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** How a pass ended. */
export type PassEnd =
  /** `removed` contacts are gone; `missed` more go when the next full pass misses them, too. */
  | { readonly status: 'completed'; readonly removed: number; readonly missed: number }
  /** The pass is complete, but nothing was removed: `missing` of `known` contacts wait for a person's word. */
  | { readonly status: 'refused'; readonly missing: number; readonly known: number };

export interface PassLimits {
  /** Up to this share of the known contacts goes without asking; in 0 to 1. */
  readonly share: number;
  /** With fewer known contacts than these the share says nothing: any number goes, but never all of them. */
  readonly least: number;
  /** So many full passes in a row must miss a contact before it goes. */
  readonly misses: 1 | 2;
}

/**
 * What the sync of contacts keeps. Functions that take a lease reject with `conflict` when another
 * has taken it since: then nothing was written.
 */
export interface SyncStore {
  /** Both methods' states, as far as there are any, and the job of the connection. */
  read(of: BookScope): Promise<{
    readonly job: SyncJob | undefined;
    readonly states: readonly SyncState[];
    /** Contacts that the index has now. */
    readonly known: { readonly people: number; readonly companies: number };
  }>;
  /**
   * Makes the job of a connection known, or has it looked at at this time if that is sooner than what
   * was planned. Changes nothing else, and a lease stays.
   */
  schedule(of: BookScope, dueAt: number): Promise<void>;
  /**
   * Asks for a sync: the job is due at once. A full one that was asked for before stays one.
   */
  ask(of: BookScope, request: SyncRequest): Promise<void>;
  /** Forgets what was asked for at or before this time. */
  answerAsked(of: BookScope, lease: SyncLease, until: number): Promise<void>;
  /**
   * Jobs that are due and that nobody else works on: first the one of each organization that waits
   * longest, then their second ones, and so on.
   */
  due(
    now: number,
    of: { readonly limit: number; readonly owner: string },
  ): Promise<readonly SyncJob[]>;
  /** When the next job is due that nobody works on; undefined: none is. */
  nextDueAt(): Promise<number | undefined>;
  /** Jobs of all connections by connection id, those after this one. */
  jobs(after: string, limit: number): Promise<readonly BookScope[]>;
  /**
   * Takes the right to sync a connection; undefined while another owner has it, or where there is no
   * job. `seize`: takes it from whoever has it.
   */
  takeLease(
    of: BookScope,
    by: {
      readonly owner: string;
      readonly now: number;
      readonly until: number;
      readonly seize?: boolean;
    },
  ): Promise<SyncLease | undefined>;
  /** Keeps the right; false when another has taken it. */
  renewLease(of: BookScope, lease: SyncLease, until: number): Promise<boolean>;
  /**
   * Gives the right back and plans when the job is looked at next; what was asked for or
   * scheduled in the meantime is due then: its time is no longer `wasDueAt`, which it was when the right
   * was taken. Does nothing where another has taken the right since.
   */
  releaseLease(
    of: BookScope,
    lease: SyncLease,
    next: {
      readonly dueAt: number | undefined;
      readonly wasDueAt: number | undefined;
      readonly pause?: SyncPause | undefined;
    },
  ): Promise<void>;
  /**
   * Goes on with the pass that is under way, or begins one; a kind other than the open one, and
   * `anew`, begin with a new number, without a place and with counts of 0.
   */
  beginPass(
    of: BookScope,
    lease: SyncLease,
    pass: {
      readonly method: SyncMethod;
      readonly kind: PassKind;
      readonly now: number;
      readonly anew?: boolean;
    },
  ): Promise<SyncState>;
  /** Names of companies by their ids in the CRM, as far as they are known. */
  companyNames(of: BookScope, crmIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Writes records and position in one transaction. */
  writeBatch(of: BookScope, lease: SyncLease, batch: SyncBatch): Promise<BatchWritten>;
  /**
   * Ends a pass that has seen everything: keeps its marks, sealed, and removes whom the CRM called deleted
   * and, of a full one without a `remark`, whom it has not seen often enough, unless that is too much.
   * Such a full one that misses nothing ends an earlier waiting.
   */
  completePass(
    of: BookScope,
    lease: SyncLease,
    pass: { readonly method: SyncMethod; readonly pass: number; readonly now: number } & {
      readonly limits: PassLimits;
      readonly marks: string;
      /** Why it does not say who is gone; told until the next pass. */
      readonly remark?: SyncFailure | undefined;
    },
  ): Promise<PassEnd>;
  /** Ends a pass that has not seen everything; without `giveUp` it stays open and goes on at its place. */
  failPass(
    of: BookScope,
    lease: SyncLease,
    pass: { readonly method: SyncMethod; readonly failure: SyncFailure } & {
      readonly giveUp: boolean;
      readonly pause?: SyncPause | undefined;
    },
  ): Promise<void>;
  /** A person's word on deletions that wait: removes them, or keeps the contacts. Resolves with how many went. */
  decideDeletions(of: BookScope, method: SyncMethod, remove: boolean): Promise<number>;
  /** All contacts of the server, for its metrics. */
  totals(): Promise<{ readonly people: number; readonly companies: number }>;
}
