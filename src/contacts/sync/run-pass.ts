import type {
  SignedInListCall,
  SignedInLists,
} from '../../connections/sign-in/signed-in-runner.ts';
import type { OpenConnection } from '../../connections/open-connection.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import type { ListEvent } from '../../runtime/list-pages.ts';
import type { ScrubbedExchange } from '../../runtime/scrub-exchange.ts';
import type { BookScope } from '../index/contact-index.ts';
import type {
  PassEnd,
  PassKind,
  PassLimits,
  SyncLease,
  SyncState,
  SyncStore,
} from '../index/sync-store.ts';
import { BATCH_LIMITS, createBatchWriter } from './batch-writer.ts';
import type { BatchLimits, BatchWriter } from './batch-writer.ts';
import { createEndlessWatch } from './endless-list.ts';
import { ENDLESS, judgeEnd } from './judge-end.ts';
import type { ListFate } from './judge-end.ts';
import { laterMark, nextMarks, readMark, sinceOf } from './marks.ts';
import type { Mark, Marks, ReadMoment } from './marks.ts';
import type { NextPass, SyncRules } from './plan-pass.ts';
import { readContact, textOf } from './read-contact.ts';
import type { ReadingRules } from './read-contact.ts';
import { momentReader, objectsOf } from './sync-rules.ts';
import { writeMarks, writePlace } from './sync-place.ts';
import type { SyncPlace } from './sync-place.ts';

/** Points at which a test ends the process. */
export type SyncPoint =
  | 'contacts-page-read'
  | 'contacts-batch-written'
  | 'contacts-list-ended'
  | 'contacts-pass-complete';

export interface PassDeps {
  readonly store: SyncStore;
  readonly lists: SignedInLists;
  readonly monotonic: () => number;
  /** Epoch milliseconds; on PostgreSQL the database's clock. */
  readonly now: () => number;
  /** Page of a record that names none itself. */
  readonly urlsOf: (connection: OpenConnection) => Promise<ReadingRules['urlOf']>;
  readonly batches?: BatchLimits;
  readonly reached?: (point: SyncPoint) => void;
}

export interface PassWork {
  readonly of: BookScope;
  readonly lease: SyncLease;
  readonly connection: OpenConnection;
  readonly rules: SyncRules;
  readonly plan: Extract<NextPass, { readonly kind: 'pass' }>;
  /** Contacts of this kind that are known: a full pass will have about as many. */
  readonly known: number;
  /** Failures in a row before this pass, without a page between. */
  readonly tries: number;
  /** Ends the reading at once; what was read until then is written. */
  readonly signal: AbortSignal;
  readonly admit: (signal: AbortSignal) => Promise<void>;
  /** Told of each exchange, before the next one leaves. */
  readonly answered: (exchange: ScrubbedExchange, outcome: 'page' | 'failed' | 'throttled') => void;
  /** Asked at each page: true ends the reading there, and the pass goes on later. */
  readonly isOver: () => boolean;
}

/** What became of a pass, as far as it went this time. */
export type PassResult = { readonly counts: RunCounts } & (
  | { readonly kind: 'completed'; readonly end: PassEnd }
  /** It goes on at its place, as soon as it may. */
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'failed';
      readonly fate: Exclude<ListFate, { readonly kind: 'complete' }>;
      /** The CRM refused the credentials themselves. */
      readonly refusedCredentials: boolean;
    }
);

/** What was read this time. */
export interface RunCounts {
  readonly pages: number;
  readonly received: number;
}

/** Of at least 20 contacts a full pass removes at most a fifth without asking. */
const DELETION_LIMITS: Pick<PassLimits, 'share' | 'least'> = { share: 0.2, least: 20 };

/**
 * Runs a pass from where it stands, until its end, a fault, or until it is told to stop. Rejects with
 * `conflict` when another process has taken the right to sync, and then nothing was written.
 */
export async function runPass(deps: PassDeps, work: PassWork): Promise<PassResult> {
  const { store, now } = deps;
  const { of, lease, plan } = work;
  const begun = { method: plan.method, kind: plan.pass, now: now() };
  const state = await store.beginPass(of, lease, {
    ...begun,
    ...(plan.anew ? { anew: true } : {}),
  });
  const start = plan.place ?? newPlace(work, plan.pass, now());
  const urlOf = await deps.urlsOf(work.connection);
  const reading = new PassReading(deps, { ...work, urlOf }, state, start);
  const read = start.ended === true ? COMPLETE : await reading.run();
  const { counts, raised, lacked } = reading;
  if (read.kind !== 'complete') return { ...read, counts };
  const all = {
    pages: state.counts.pages + counts.pages,
    received: receivedBefore(state, start) + counts.received,
  };
  const end = await complete(deps, work, { state, raised, all, lacked });
  return { kind: 'completed', end, counts };
}

const COMPLETE = { kind: 'complete' } as const;

/** Records of the pages that earlier runs of the pass have read to their ends. */
function receivedBefore({ counts }: SyncState, { received = counts.received }: SyncPlace): number {
  return received;
}

type Stopped = Exclude<PassResult, { readonly kind: 'completed' }>;
type ReadResult =
  | typeof COMPLETE
  | Omit<Extract<Stopped, { readonly kind: 'paused' }>, 'counts'>
  | Omit<Extract<Stopped, { readonly kind: 'failed' }>, 'counts'>;

class PassReading {
  readonly #deps: PassDeps;
  readonly #work: PassWork;
  readonly #writer: BatchWriter;
  readonly #reader: ReadingRules;
  readonly #readMoment: ReadMoment;
  readonly #start: SyncPlace;
  readonly #before: number;
  readonly #endless = createEndlessWatch();
  #raised: Record<string, Mark>;
  #lacked: boolean;
  #pages = 0;
  #received = 0;

  constructor(
    deps: PassDeps,
    work: PassWork & Pick<ReadingRules, 'urlOf'>,
    state: SyncState,
    start: SyncPlace,
  ) {
    const { of, lease, connection, plan, known, urlOf } = work;
    this.#deps = deps;
    this.#work = work;
    this.#start = start;
    this.#raised = { ...start.raised };
    this.#lacked = start.lacked === true;
    this.#before = receivedBefore(state, start);
    this.#readMoment = momentReader(connection);
    this.#reader = {
      method: plan.method,
      fields: new Set(connection.options.contact_fields),
      urlOf,
    };
    const { reached } = deps;
    const written = (): void => reached?.('contacts-batch-written');
    this.#writer = createBatchWriter(
      {
        ...{ store: deps.store, monotonic: deps.monotonic, written },
        limits: deps.batches ?? BATCH_LIMITS,
      },
      {
        of,
        lease,
        number: state.pass?.number ?? 0,
        method: plan.method,
        country: connection.country,
        place: writePlace(start),
        estimate: plan.pass === 'full' && known > 0 ? known : undefined,
        countedBefore: state.counts.received - this.#before,
      },
    );
  }

  get raised(): Marks {
    return this.#raised;
  }

  /** An answer had no list. */
  get lacked(): boolean {
    return this.#lacked;
  }

  get counts(): RunCounts {
    return { pages: this.#pages, received: this.#received };
  }

  async run(): Promise<ReadResult> {
    const { lists } = this.#deps;
    const { connection, signal } = this.#work;
    let ended: Extract<ListEvent, { readonly kind: 'ended' }> | undefined;
    let isEndless = false;
    try {
      for await (const event of lists.list(this.#call(), connection, signal)) {
        if (event.kind === 'records') {
          // The event loop has just bound them, which took milliseconds.
          await new Promise(setImmediate);
          this.#take(event);
        }
        if (event.kind === 'page') {
          this.#pageEnds(event);
          isEndless = this.#endless.pageEnds() && event.next !== undefined;
        }
        if (event.kind === 'ended') ended = event;
        await this.#writer.settle();
        if (isEndless) break;
        if (event.kind === 'page' && event.next !== undefined && this.#work.isOver()) break;
      }
    } catch (err) {
      // A sign-in that was given up rejects with the reason.
      if (!signal.aborted) throw err;
    }
    if (ended?.complete === true) return await this.#ended();
    await this.#writer.flush();
    if (isEndless) return { kind: 'failed', fate: ENDLESS, refusedCredentials: false };
    if (ended === undefined || signal.aborted) return { kind: 'paused' };
    const how = ended.outcome.kind === 'throttled' ? 'throttled' : 'failed';
    for (const exchange of ended.exchanges) this.#work.answered(exchange, how);
    const resumed = this.#start.list !== undefined && this.#pages === 0;
    const tries = this.#pages === 0 ? this.#work.tries : 0;
    const fate = judgeEnd(ended, { tries, resumed });
    if (fate.kind === 'complete') return COMPLETE;
    const refusedCredentials = ended.outcome.kind === 'unauthorized' && ended.notSent === undefined;
    return { kind: 'failed', fate, refusedCredentials };
  }

  /** That the list is at its end is kept too: after a crash it is not read once more. */
  async #ended(): Promise<ReadResult> {
    this.#deps.reached?.('contacts-list-ended');
    const { list: _, ...place } = this.#placeAt(undefined);
    this.#writer.listEnds(writePlace({ ...place, ended: true }));
    await this.#writer.flush();
    return COMPLETE;
  }

  #call(): SignedInListCall {
    const { plan, admit } = this.#work;
    const { list, since } = this.#start;
    return {
      method: plan.method,
      values: {},
      sinceByObject: since,
      admit,
      ...(list === undefined ? {} : { from: list }),
    };
  }

  #take({ object, records }: Extract<ListEvent, { readonly kind: 'records' }>): void {
    for (const record of records) {
      this.#raise(object, record);
      const read = readContact(record, this.#reader);
      if (read.kind === 'left_out') {
        this.#writer.leaveOut();
        continue;
      }
      const isThere = read.kind === 'contact';
      this.#endless.told(object, isThere ? read.contact : read.key);
      if (isThere) this.#writer.add(read.contact);
      else this.#writer.remove(read.key);
    }
  }

  #raise(object: number, record: BoundRecord): void {
    const text = textOf(record, 'since');
    if (text === undefined) return;
    const mark = readMark(text, this.#readMoment);
    this.#raised[object] = laterMark(this.#raised[object], mark);
  }

  #pageEnds(page: Extract<ListEvent, { readonly kind: 'page' }>): void {
    for (const exchange of page.exchanges) this.#work.answered(exchange, 'page');
    this.#pages += 1;
    this.#received += page.received;
    if (page.lacksList === true) this.#lacked = true;
    const place = page.next === undefined ? undefined : writePlace(this.#placeAt(page.next));
    // After the last page the end of the list says what comes: until then it may be read again.
    this.#writer.pageEnds({ received: page.received, place });
    this.#deps.reached?.('contacts-page-read');
  }

  #placeAt(list: SyncPlace['list']): SyncPlace {
    const { basis, since } = this.#start;
    const at = this.#deps.now();
    const raised = { ...this.#raised };
    const received = this.#before + this.#received;
    const lacked = this.#lacked ? ({ lacked: true } as const) : {};
    const next = list === undefined ? {} : { list };
    return { basis, at, since, raised, received, ...lacked, ...next };
  }
}

/** A new pass: a full one asks for everything, the other for what came after its marks. */
function newPlace({ rules, plan, connection }: PassWork, kind: PassKind, at: number): SyncPlace {
  const objects = objectsOf(connection, plan.method);
  const since = objects.map((_, object) =>
    kind === 'full' ? null : (sinceOf(plan.marks?.marks[object]) ?? null),
  );
  return { basis: rules.basis, at, since, raised: {}, received: 0 };
}

const NO_LIST = {
  code: 'no_list',
  message:
    'An answer of the CRM has no list where the document looks for it: whom it lacks was not taken for deleted.',
} as const;

async function complete(
  deps: PassDeps,
  { of, lease, plan, rules, connection }: PassWork,
  {
    state,
    raised,
    all,
    lacked,
  }: {
    readonly state: SyncState;
    readonly raised: Marks;
    readonly lacked: boolean;
    /** Of the whole pass, its earlier runs included. */
    readonly all: RunCounts;
  },
): Promise<PassEnd> {
  const { basis } = rules;
  const earlier = plan.marks?.basis === basis ? plan.marks.marks : {};
  const objects = objectsOf(connection, plan.method);
  const startedAt = state.pass?.startedAt ?? deps.now();
  // What such an answer kept back is asked for again, unless the CRM always answers so.
  const isNews = lacked && state.lastFailure?.code !== NO_LIST.code;
  const marks = isNews ? earlier : nextMarks({ objects, earlier, raised, startedAt });
  const now = deps.now();
  const end = await deps.store.completePass(of, lease, {
    method: plan.method,
    pass: state.pass?.number ?? 0,
    now,
    remark: lacked ? { ...NO_LIST, at: now } : undefined,
    limits: { ...DELETION_LIMITS, misses: all.pages === 1 && all.received > 0 ? 1 : 2 },
    marks: writeMarks({ basis, marks }),
  });
  deps.reached?.('contacts-pass-complete');
  return end;
}
