import { AppError } from '../../errors/app-error.ts';
import type { ContactRecord } from '../contact-record.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { findBook, lockBook } from './book-repository.ts';
import type { BookScope } from './contact-index.ts';
import { findByIds } from './contact-rows-repository.ts';
import type { OfLease } from './job-tasks.ts';
import { findUnseen, forgetDeleted, forgetSeen, noteMissed } from './seen-repository.ts';
import type { Unseen } from './seen-repository.ts';
import { holdLease, pauseJob } from './sync-job-repository.ts';
import {
  advancePass,
  changeState,
  failureColumns,
  findState,
  insertPass,
} from './sync-state-repository.ts';
import type { SealedState, StateRow } from './sync-state-repository.ts';
import type {
  BatchWritten,
  PassEnd,
  PassKind,
  SyncBatch,
  SyncFailure,
  SyncLease,
  SyncMethod,
  SyncPause,
} from './sync-store.ts';
import { readContacts } from './upsert-contacts.ts';
import type { WrittenContacts } from './upsert-contacts.ts';
import { noteDeletedKeys, openBook, removeRows, writeContacts } from './write-book.ts';
import type { ContactWrite } from './write-book.ts';

/** A method of a connection. */
interface OfMethod {
  readonly of: BookScope;
  readonly method: SyncMethod;
}

/** Passes and their batches: `SyncStore` says what each does. Places and marks are sealed here. */
export interface PassTasks {
  beginPass(
    given: OfLease &
      OfMethod & { readonly kind: PassKind; readonly now: number; readonly anew?: boolean },
  ): Promise<SealedState>;
  /** Takes in records of a batch, before `writeBatch` names it; a JSON list of `ContactRecord`. */
  readRecords(given: {
    readonly batch: number;
    readonly text: string;
    readonly country: string;
  }): Promise<void>;
  /** Writes the records that were taken in for the batch. */
  writeBatch(
    given: OfLease &
      Omit<SyncBatch, 'records' | 'country'> & {
        readonly batch: number;
        /** How often `readRecords` was asked for this batch. */
        readonly parts: number;
        readonly now: number;
      },
  ): Promise<BatchWritten>;
  /**
   * Whom the CRM called deleted, and, where `unseen` says so, whom a full pass has not seen; and how many
   * contacts of the kind there are to be told of.
   */
  findUnseen(
    given: OfMethod & { readonly now: number; readonly unseen: boolean },
  ): Promise<Pick<Unseen, 'ids' | 'again'> & { readonly known: number }>;
  /** Removes contacts by their ids; resolves with how many went. Without a lease: by a person's word. */
  removeIds(
    given: OfMethod & { readonly lease: SyncLease | undefined; readonly ids: readonly number[] },
  ): Promise<number>;
  endPass(
    given: OfLease &
      OfMethod & {
        readonly pass: number;
        readonly now: number;
        readonly marks: string;
        readonly end: PassEnd;
        /** Contacts that it missed and that stay for now; undefined: it does not say who is missing. */
        readonly missed: readonly number[] | undefined;
        readonly remark: SyncFailure | undefined;
      },
  ): Promise<void>;
  failPass(
    given: OfLease &
      OfMethod & {
        readonly failure: SyncFailure;
        readonly giveUp: boolean;
        readonly pause?: SyncPause | undefined;
      },
  ): Promise<void>;
  /** Nothing waits for a person any more. */
  endWaiting(given: OfMethod): Promise<void>;
}

/** Lists of CRMs lag: what we made is not taken for deleted before this time has passed. */
const MADE_KEPT_MS = 24 * 60 * 60_000;

interface HeldRecords {
  readonly contacts: WrittenContacts;
  readonly leftOut: number;
  readonly parts: number;
}

export function createPassTasks(write: ContactWrite, keys: NumberKeys): PassTasks {
  const held = new Map<number, HeldRecords>();
  const take = (batch: number): HeldRecords => {
    const records = held.get(batch) ?? { contacts: new Map(), leftOut: 0, parts: 0 };
    held.delete(batch);
    return records;
  };
  return {
    ...endTasks(write),
    beginPass: async (given) => {
      await openBook(write, given.of);
      return await write((transaction) => beginPass(transaction, given));
    },
    readRecords: ({ batch, text, country }) => {
      const { contacts, leftOut, parts } = take(batch);
      // The other side of the thread wrote this JSON itself.
      const list = JSON.parse(text) as readonly ContactRecord[];
      const more = readContacts(list, { country, keys, into: contacts });
      held.set(batch, { contacts, leftOut: leftOut + more, parts: parts + 1 });
      return Promise.resolve();
    },
    writeBatch: async (given) => {
      const records = take(given.batch);
      // A thread that died in between has forgotten them, and the position must not pass them over.
      if (records.parts !== given.parts) {
        throw new AppError('internal', 'Records of a batch were lost on their way to the index.');
      }
      return await write((transaction) => writeBatch(transaction, given, records));
    },
    removeIds: ({ of, method, lease, ids }) =>
      write(async (transaction) => {
        const book = await lockBook(transaction, of);
        if (book === undefined) return 0;
        const rows = await findByIds(transaction, ids);
        const own = rows.filter((row) => row.book === book.id && row.kind === kindOf(method));
        const went = await removeRows(transaction, of, { book, rows: own });
        if (lease !== undefined) await holdLease(transaction, of, lease);
        return went;
      }),
  };
}

async function beginPass(
  transaction: Parameters<typeof holdLease>[0],
  given: Parameters<PassTasks['beginPass']>[0],
): Promise<SealedState> {
  const { of, lease, method, kind, now, anew = false } = given;
  const place = { ...of, method };
  await holdLease(transaction, of, lease);
  const open = await findState(transaction, place);
  if (open?.pass?.kind === kind && !anew) return open;
  await insertPass(transaction, place, { kind, now });
  const book = await findBook(transaction, of);
  if (kind === 'full' && book !== undefined) {
    await forgetSeen(transaction, { book: book.id, kind: kindOf(method) });
  }
  const begun = await findState(transaction, place);
  if (begun === undefined) throw passIsOver();
  return begun;
}

async function writeBatch(
  transaction: Parameters<typeof holdLease>[0],
  given: Parameters<PassTasks['writeBatch']>[0],
  records: HeldRecords,
): Promise<BatchWritten> {
  const { of, lease, method, now } = given;
  const contacts = [...records.contacts.values()];
  const upserted = await writeContacts(transaction, of, { contacts, made: false, now });
  await noteDeletedKeys(transaction, of, given.deleted);
  const { added, changed, unchanged } = upserted;
  const written = { added, changed, unchanged };
  await holdLease(transaction, of, lease);
  const { pages, received } = given;
  const leftOut = given.leftOut + records.leftOut;
  const counts = { ...written, removed: 0, pages, received, leftOut };
  const moved = await advancePass(
    transaction,
    { ...of, method },
    { pass: given.pass, place: given.place ?? null, estimate: given.estimate, counts },
  );
  if (!moved) throw passIsOver();
  return written;
}

function endTasks(
  write: ContactWrite,
): Pick<PassTasks, 'findUnseen' | 'endPass' | 'failPass' | 'endWaiting'> {
  return {
    findUnseen: ({ of, method, now, unseen }) =>
      write(async (transaction) => {
        const book = await findBook(transaction, of);
        if (book === undefined) return { ids: [], again: [], known: 0 };
        const seen = { book: book.id, kind: kindOf(method) };
        const range = { nextNumber: book.next_number, madeBefore: now - MADE_KEPT_MS, unseen };
        const { ids, again, young } = await findUnseen(transaction, seen, range);
        const all = method === 'Contacts' ? book.people : book.companies;
        return { ids, again, known: all - young };
      }),
    endPass: ({ of, method, lease, pass, now, marks, end, missed, remark }) =>
      write(async (transaction) => {
        const place = { ...of, method };
        await holdLease(transaction, of, lease);
        const state = await findState(transaction, place);
        if (state?.pass?.number !== pass) throw passIsOver();
        const isFull = state.pass.kind === 'full';
        const isJudged = missed !== undefined;
        const book = await findBook(transaction, of);
        if (book !== undefined) {
          const seen = { book: book.id, kind: kindOf(method) };
          if (isJudged) await noteMissed(transaction, seen, missed);
          if (end.status === 'completed') await forgetDeleted(transaction, seen);
        }
        const removed = end.status === 'completed' ? end.removed : 0;
        await changeState(transaction, place, {
          ...failureColumns(remark),
          ...{ kind: null, place: null, marks, removed: state.counts.removed + removed },
          last_begun_at: state.pass.startedAt,
          ...{ last_ended_at: now, last_complete_at: now },
          // Nobody is looked for once more after a pass that could not say who is missing.
          ...(isFull ? { last_full_at: now, confirm_at: null } : {}),
          ...(isJudged ? { waiting_deletions: null, ...missedColumns(state, end, now) } : {}),
          ...(end.status === 'refused' ? { waiting_deletions: end.missing } : {}),
        });
      }),
    failPass: ({ of, method, lease, failure, giveUp, pause }) =>
      write(async (transaction) => {
        await holdLease(transaction, of, lease);
        if (pause !== undefined) await pauseJob(transaction, of, pause);
        await changeState(
          transaction,
          { ...of, method },
          {
            ...failureColumns(failure),
            ...(giveUp ? { kind: null, place: null, last_ended_at: failure.at } : {}),
          },
        );
      }),
    endWaiting: ({ of, method }) =>
      write(async (transaction) => {
        const book = await findBook(transaction, of);
        if (book !== undefined) {
          await forgetDeleted(transaction, { book: book.id, kind: kindOf(method) });
        }
        await changeState(transaction, { ...of, method }, { waiting_deletions: null });
      }),
  };
}

/** Reading everything once more takes at most a fifth of the time, also where somebody is always missing. */
const CONFIRM_AFTER_TIMES = 4;
/** A CRM that has lost its head for a moment says the same twice. */
const CONFIRM_SOONEST_MS = 60_000;

/** A pass that looks for what the one before missed is not followed by another one of its kind. */
function missedColumns(
  { confirmAt, pass }: SealedState,
  end: PassEnd,
  now: number,
): Partial<StateRow> {
  const missed = end.status === 'completed' ? end.missed : 0;
  const took = now - (pass?.startedAt ?? now);
  const isNew = missed > 0 && confirmAt === undefined;
  return {
    missed,
    confirm_at: isNew ? now + Math.max(took * CONFIRM_AFTER_TIMES, CONFIRM_SOONEST_MS) : null,
  };
}

function kindOf(method: SyncMethod): number {
  return method === 'Contacts' ? 0 : 1;
}

function passIsOver(): AppError {
  return new AppError('conflict', 'This pass of the sync is no longer under way.');
}
