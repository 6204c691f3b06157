import { AppError } from '../../errors/app-error.ts';
import type { Handle } from '../../store/handle.ts';
import type { ContactRecord } from '../contact-record.ts';
import { findBook, sumBooks } from './book-repository.ts';
import { findRenamed, passOnName } from './company-names.ts';
import { trimContact } from './contact-entry.ts';
import type { BookScope } from './contact-index.ts';
import { findCompanyNames } from './contact-repository.ts';
import type { ContactTasks } from './contact-tasks.ts';
import { findJob, findNextDue, listDueJobs, listJobScopes } from './sync-job-repository.ts';
import type { SyncSeal } from './sync-seal.ts';
import { findState, listStates } from './sync-state-repository.ts';
import type { SealedState } from './sync-state-repository.ts';
import type {
  PassEnd,
  PassLimits,
  SyncLease,
  SyncMethod,
  SyncState,
  SyncStore,
} from './sync-store.ts';

export interface SyncStoreDeps {
  readonly read: Handle;
  /** For what takes milliseconds. */
  readonly light: ContactTasks;
  /** For what takes seconds. */
  readonly heavy: ContactTasks;
  readonly seal: SyncSeal;
  readonly now: () => number;
  /** Called after the first full pass over a connection. */
  readonly filled: () => Promise<void>;
}

/** Records that go to the thread at once: less than a millisecond of the event loop, and no large text. */
const PART = 200;
/** Contacts that are removed in one transaction. */
const REMOVED_AT_ONCE = 4_000;

/** The part of the index that the sync uses. */
export function createSyncStore(deps: SyncStoreDeps): SyncStore {
  const { read, light } = deps;
  return {
    read: async (of) => {
      const [job, states, book] = await Promise.all([
        findJob(read, of),
        listStates(read, of),
        findBook(read, of),
      ]);
      const known = { people: book?.people ?? 0, companies: book?.companies ?? 0 };
      return { job, states: states.map((state) => opened(deps, of, state)), known };
    },
    schedule: (of, dueAt) => light.schedule({ of, dueAt }),
    ask: (of, request) => light.ask({ of, request }),
    answerAsked: (of, lease, until) => light.answerAsked({ of, lease, until }),
    due: (now, of) => listDueJobs(read, now, of),
    nextDueAt: () => findNextDue(read),
    jobs: (after, limit) => listJobScopes(read, after, limit),
    takeLease: (of, by) => light.takeLease({ of, by }),
    renewLease: (of, lease, until) => light.renewLease({ of, lease, until }),
    releaseLease: (of, lease, next) => light.releaseLease({ of, lease, ...next }),
    beginPass: async (of, lease, pass) =>
      opened(deps, of, await light.beginPass({ of, lease, ...pass })),
    companyNames: (of, crmIds) => findCompanyNames(read, of, crmIds),
    ...passEnds(deps),
    totals: () => sumBooks(read),
  };
}

function passEnds(
  deps: SyncStoreDeps,
): Pick<SyncStore, 'writeBatch' | 'completePass' | 'failPass' | 'decideDeletions'> {
  const { heavy, light, seal, now } = deps;
  let nextBatch = 1;
  return {
    writeBatch: async (of, lease, { records, country, place, ...batch }) => {
      const id = nextBatch;
      nextBatch += 1;
      // Before the records are given away.
      const isOfCompanies = batch.method === 'Organizations';
      const renamed = isOfCompanies ? await findRenamed(deps.read, of, records) : [];
      const parts = await handOver(heavy, { batch: id, records, country });
      const sealed =
        place === undefined
          ? undefined
          : seal.seal({ ...of, method: batch.method, what: 'place' }, place);
      const written = await heavy.writeBatch({
        ...{ of, lease, ...batch, place: sealed, batch: id, parts, now: now() },
      });
      for (const company of renamed) await passOnName(deps, { of, lease, company });
      return written;
    },
    completePass: async (of, lease, { method, pass, now: at, limits, marks, remark }) => {
      const state = await findState(deps.read, { ...of, method });
      const ofMethod = { of, method };
      let end: PassEnd = { status: 'completed', removed: 0, missed: 0 };
      let missed: readonly number[] | undefined;
      if (state?.pass?.number === pass) {
        const isJudged = state.pass.kind === 'full' && remark === undefined;
        const unseen = await heavy.findUnseen({ ...ofMethod, now: at, unseen: isJudged });
        const { ids, again, known } = unseen;
        if (isTooMuch(unseen, limits)) {
          // The word removes those, too, of whom an earlier pass made them wait.
          const all = isJudged ? ids : await findWaiting(deps, ofMethod, at);
          end = { status: 'refused', missing: all.length, known };
          missed = isJudged ? ids : undefined;
        } else {
          const going = limits.misses === 1 ? ids : again;
          const removed = await removeAll(deps, { ...ofMethod, lease, ids: going });
          const gone = new Set(going);
          const staying = ids.filter((id) => !gone.has(id));
          missed = isJudged ? staying : undefined;
          end = { status: 'completed', removed, missed: staying.length };
        }
      }
      const sealed = seal.seal({ ...of, method, what: 'marks' }, marks);
      const ended = { pass, now: at, marks: sealed, end, missed, remark };
      await light.endPass({ ...ofMethod, lease, ...ended });
      // The pass is over whatever becomes of it, and the database does it by itself some time later.
      if (state?.lastFullAt === undefined) await deps.filled().catch(() => {});
      return end;
    },
    failPass: (of, lease, pass) => light.failPass({ of, lease, ...pass }),
    decideDeletions: async (of, method, remove) => {
      const state = await findState(deps.read, { ...of, method });
      if (state?.waitingDeletions === undefined) return 0;
      // It has forgotten who was seen, and will say itself what is gone.
      if (remove && state.pass?.kind === 'full') {
        throw new AppError(
          'conflict',
          'A full sync of these contacts is under way: decide when it has ended.',
        );
      }
      const ofMethod = { of, method };
      const ids = remove ? await findWaiting(deps, ofMethod, now()) : [];
      const removed = await removeAll(deps, { ...ofMethod, lease: undefined, ids });
      await light.endWaiting(ofMethod);
      return removed;
    },
  };
}

/** A list is never emptied without a word, and of many contacts no more than a share goes at once. */
function isTooMuch(
  { ids, known }: { readonly ids: readonly number[]; readonly known: number },
  { least, share }: PassLimits,
): boolean {
  if (ids.length === 0) return false;
  return ids.length >= known || (known >= least && ids.length > known * share);
}

/** Whom the last full pass missed, and whom the CRM calls deleted. */
async function findWaiting(
  { heavy }: SyncStoreDeps,
  ofMethod: { readonly of: BookScope; readonly method: SyncMethod },
  now: number,
): Promise<readonly number[]> {
  return (await heavy.findUnseen({ ...ofMethod, now, unseen: true })).again;
}

/** Gives the records to the thread part by part, with other work of this thread in between. */
async function handOver(
  heavy: ContactTasks,
  of: {
    readonly batch: number;
    readonly records: ContactRecord[];
    readonly country: string;
  },
): Promise<number> {
  const { batch, records, country } = of;
  let parts = 0;
  while (records.length > 0) {
    const text = JSON.stringify(records.splice(0, PART).map(trimContact));
    // One part is read at a time: what waits is memory.
    await heavy.readRecords({ batch, text, country });
    parts += 1;
  }
  return parts;
}

async function removeAll(
  { heavy }: SyncStoreDeps,
  given: {
    readonly of: BookScope;
    readonly method: SyncMethod;
    readonly lease: SyncLease | undefined;
    readonly ids: readonly number[];
  },
): Promise<number> {
  let removed = 0;
  for (let from = 0; from < given.ids.length; from += REMOVED_AT_ONCE) {
    const ids = given.ids.slice(from, from + REMOVED_AT_ONCE);
    // Between two transactions the index does what is more urgent.
    removed += await heavy.removeIds({ ...given, ids });
  }
  return removed;
}

function opened({ seal }: SyncStoreDeps, of: BookScope, state: SealedState): SyncState {
  const { method, pass, marks } = state;
  const open = (what: 'place' | 'marks', sealed: string | undefined): string | undefined =>
    seal.open({ ...of, method, what }, sealed);
  return {
    ...state,
    marks: open('marks', marks),
    pass: pass === undefined ? undefined : { ...pass, place: open('place', pass.place) },
  };
}
