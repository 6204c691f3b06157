import { createHash } from 'node:crypto';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { CompiledMethod } from '../document/compiled-document.ts';
import { methodRow } from '../document/methods.ts';
import type { Note } from '../document/values/values.ts';
import type { Credential } from './credential.ts';
import type { Give } from './hand-over.ts';
import { COMPLETE_ENDS } from './list-pages.ts';
import type { ListEvent, ObjectEnd } from './list-pages.ts';
import type { ListPlace } from './list-place.ts';
import type { MethodJob, RequestPlace, RunStart } from './method-job.ts';
import { isProperty, nextRequest } from './next-request.ts';
import type { NextRequest } from './next-request.ts';
import type { Outcome } from './outcome.ts';
import { tellFound } from './outcome-words.ts';
import { createRunLog, keepExchange } from './run-log.ts';
import { objectsToRun, runObject } from './run-reads.ts';
import type { NotSentReason } from './run-method.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';
import { STREAM_LIMITS } from './stream-answer.ts';
import { walkPages } from './walk-pages.ts';
import type { WalkedPage } from './walk-pages.ts';
import { withLinks } from './with-links.ts';

/** A million contacts in pages of 20 are half of it. */
const LIST_PAGES_MAX = 100_000;

/** What ended a list before its end. */
interface Stop {
  readonly outcome: Outcome;
  readonly notSent?: { readonly reason: NotSentReason; readonly message: string };
}

/**
 * Reads the objects of a list one after the other, each from page to page, and gives what happens as
 * it happens; the last event is `ended`. An object of several requests is one page. Never rejects.
 */
export async function walkList(
  start: RunStart,
  method: CompiledMethod,
  from: ListPlace | undefined,
  to: { readonly give: Give<ListEvent>; readonly signal: AbortSignal },
): Promise<void> {
  await new ListWalk(start, method, from, to).run();
}

type ReadyRequest = Extract<NextRequest, { readonly status: 'ready' }>;

class ListWalk {
  readonly #start: RunStart;
  readonly #method: CompiledMethod;
  readonly #from: ListPlace | undefined;
  readonly #give: Give<ListEvent>;
  readonly #signal: AbortSignal;
  readonly #notes: Note[] = [];
  /** Objects that are still to be read, this one first. */
  #places: readonly RequestPlace[] = [];
  #incomplete: boolean;
  #credential: Credential | undefined;
  #tokens: readonly string[] = [];
  #exchanges: ScrubbedExchange[] = [];
  #found = 0;
  #page = new PageRecords('');

  constructor(
    start: RunStart,
    method: CompiledMethod,
    from: ListPlace | undefined,
    { give, signal }: { readonly give: Give<ListEvent>; readonly signal: AbortSignal },
  ) {
    this.#start = start;
    this.#method = method;
    this.#from = from;
    this.#give = give;
    this.#signal = signal;
    this.#incomplete = from?.incomplete === true;
    this.#credential = start.credential;
    this.#page = this.#newPage();
  }

  async run(): Promise<void> {
    const { running, leftOut } = objectsToRun(this.#start, this.#method);
    const first = this.#from?.object ?? 0;
    this.#notes.push(...leftOut.map(({ message }) => ({ code: 'object_skipped', message })));
    this.#places = running.filter(({ objectIndex }) => objectIndex >= first);
    let last: { readonly outcome: Outcome; readonly end: ObjectEnd } | undefined;
    let passed: Stop | undefined;
    for (let place = this.#places[0]; place !== undefined; [place] = this.#places) {
      const read = await this.#object(place);
      if ('stop' in read) return this.#ended('failed', read.stop);
      if ('passed' in read) passed ??= read.passed;
      else last = read;
      this.#places = this.#places.slice(1);
    }
    if (last === undefined) return this.#ended('not_sent', passed ?? nothingToRead(this.#notes));
    return this.#ended(last.end, last);
  }

  async #object(
    place: RequestPlace,
  ): Promise<
    | { readonly stop: Stop }
    | { readonly passed: Stop }
    | { readonly outcome: Outcome; readonly end: ObjectEnd }
  > {
    const begun = this.#begin(place);
    if (begun.status !== 'ready') return this.#passOver(begun);
    const isWhole = place.object.requests.length > 1;
    return isWhole ? await this.#steps(begun) : await this.#pages(begun);
  }

  #begin(place: RequestPlace): NextRequest {
    const start = { ...this.#start, credential: this.#credential, earlier: this.#tokens };
    const { page, object } = this.#from ?? {};
    const goesOn = page !== undefined && object === place.objectIndex;
    return nextRequest(start, goesOn ? { ...place, page } : place);
  }

  /** One object that lacks a value is passed over for the next; a property concerns them all. */
  #passOver(begun: Exclude<NextRequest, ReadyRequest>): { stop: Stop } | { passed: Stop } {
    this.#incomplete = true;
    if (begun.status === 'none') {
      this.#notes.push(...begun.notes);
      return { passed: nothingToRead(begun.notes) };
    }
    const { reason, name, message } = begun;
    const stop = notSent(reason, message);
    if (isProperty(this.#start, name)) return { stop };
    this.#notes.push({ code: reason, message });
    return { passed: stop };
  }

  /** An object that is one request, from page to page. */
  async #pages(
    begun: ReadyRequest,
  ): Promise<{ readonly stop: Stop } | { readonly outcome: Outcome; readonly end: ObjectEnd }> {
    const { deps } = this.#start;
    const paging = begun.job.compiled.paging?.type;
    // What moves by a mark cannot stand still unseen.
    const isCounted = paging === 'page' || paging === 'offset';
    let before: string | undefined;
    const run = await walkPages(begun.job, begun.first, {
      log: createRunLog(deps.clock.monotonic()),
      signal: this.#signal,
      mostPages: LIST_PAGES_MAX,
      stream: deps.streamLimits ?? STREAM_LIMITS,
      records: (job, records) => this.#records(job, withLinks(records, job)),
      endsAt: () => {
        const digest = this.#page.digest();
        const isSame = isCounted && digest !== undefined && digest === before;
        before = digest;
        return isSame ? 'repeated_page' : undefined;
      },
      exchanged: (exchange) => keepExchange(this.#exchanges, exchange),
      take: (page) => this.#take(page),
    });
    this.#credential = run.job.credential;
    this.#tokens = run.job.tokens;
    const { outcome, endedBy } = run;
    if (outcome.action !== 'succeed') return { stop: { outcome: this.#told(outcome, run.job) } };
    return { outcome, end: endedBy ?? 'no_paging' };
  }

  async #take({ job, outcome, bound, next, endedBy, notes, bytes }: WalkedPage): Promise<void> {
    if (outcome.action !== 'succeed') return;
    const isBound = bound?.status === 'bound';
    // An answer without a body, such as 204 or 304, has no records and no page after it.
    const end = next === undefined ? (endedBy ?? 'no_paging') : undefined;
    await this.#pageDone(job, {
      received: isBound ? bound.received : 0,
      ...(isBound && bound.lacksList === true ? { lacksList: true } : {}),
      bytes,
      notes: isBound ? [...notes, ...bound.notes] : notes,
      ...(end === undefined ? {} : { objectEnd: end }),
      ...(next === undefined ? {} : { page: next }),
    });
  }

  async #records({ place }: MethodJob, records: readonly BoundRecord[]): Promise<void> {
    if (records.length === 0) return;
    this.#found += records.length;
    this.#page.add(records);
    await this.#give({ kind: 'records', object: place.objectIndex, records });
  }

  async #pageDone(
    { place }: MethodJob,
    page: Pick<
      Extract<ListEvent, { readonly kind: 'page' }>,
      'received' | 'lacksList' | 'bytes' | 'notes' | 'objectEnd'
    > & { readonly page?: NonNullable<ListPlace['page']> },
  ): Promise<void> {
    const { page: state, ...told } = page;
    const { objectEnd } = page;
    if (objectEnd !== undefined && !COMPLETE_ENDS.has(objectEnd)) this.#incomplete = true;
    const object = state === undefined ? this.#places[1]?.objectIndex : place.objectIndex;
    const next: ListPlace | undefined =
      object === undefined
        ? undefined
        : {
            object,
            ...(state === undefined ? {} : { page: state }),
            ...(this.#incomplete ? { incomplete: true } : {}),
          };
    const exchanges = this.#exchanges;
    const { records } = this.#page;
    this.#exchanges = [];
    this.#page = this.#newPage();
    await this.#give({
      kind: 'page',
      object: place.objectIndex,
      ...told,
      records,
      exchanges,
      ...(next === undefined ? {} : { next }),
    });
  }

  /** An object of several requests: what they bind together is one page. */
  async #steps(
    begun: ReadyRequest,
  ): Promise<{ readonly stop: Stop } | { readonly outcome: Outcome; readonly end: ObjectEnd }> {
    const log = createRunLog(this.#start.deps.clock.monotonic());
    const start = { ...this.#start, credential: this.#credential, earlier: this.#tokens };
    const run = await runObject(start, begun, { log, signal: this.#signal });
    const { exchanges, notes } = log.told();
    for (const exchange of exchanges) keepExchange(this.#exchanges, exchange);
    this.#credential = run.job.credential;
    this.#tokens = run.job.tokens;
    if (run.outcome.action !== 'succeed') {
      this.#notes.push(...notes);
      return { stop: { outcome: this.#told(run.outcome, run.job) } };
    }
    const { records, bytes, outcome } = run;
    await this.#records(run.job, records);
    const of = { received: records.length, bytes, notes };
    await this.#pageDone(run.job, { ...of, objectEnd: 'no_paging' });
    return { outcome, end: 'no_paging' };
  }

  #newPage(): PageRecords {
    return new PageRecords(methodRow(this.#method.name).idField);
  }

  #told(outcome: Outcome, { scrubber }: MethodJob): Outcome {
    return { ...outcome, message: scrubber.text(outcome.message) };
  }

  async #ended(endedBy: EndedByList, { outcome, notSent: reason }: Stop): Promise<void> {
    const isEnd = endedBy !== 'failed' && endedBy !== 'not_sent';
    await this.#give({
      kind: 'ended',
      complete: isEnd && !this.#incomplete,
      endedBy: reason === undefined ? endedBy : 'not_sent',
      outcome: isEnd ? tellFound(outcome, this.#method.name, this.#found) : outcome,
      ...(reason === undefined ? {} : { notSent: reason }),
      exchanges: this.#exchanges,
      notes: this.#notes,
    });
  }
}

/** Which records came of one page: of a CRM that ignores the number of the page all pages have the same. */
class PageRecords {
  readonly #idField: string;
  readonly #hash = createHash('sha256');
  #count = 0;

  constructor(idField: string) {
    this.#idField = idField;
  }

  get records(): number {
    return this.#count;
  }

  add(records: readonly BoundRecord[]): void {
    this.#count += records.length;
    for (const record of records) {
      this.#hash.update(JSON.stringify(record[this.#idField] ?? record));
    }
  }

  /** None of a page without records. */
  digest(): string | undefined {
    return this.#count === 0 ? undefined : this.#hash.copy().digest('base64url');
  }
}

type EndedByList = Extract<ListEvent, { readonly kind: 'ended' }>['endedBy'];

function nothingToRead(notes: readonly Note[]): Stop {
  const why = notes.map(({ message }) => message).join(' ');
  return notSent('skipped', why === '' ? 'The document has no further request for this.' : why);
}

/** The end of a list of which no request was sent. */
export function listNotSent({
  reason,
  message,
  retryAfterMs,
}: {
  readonly reason: NotSentReason;
  readonly message: string;
  readonly retryAfterMs?: number;
}): ListEvent {
  const { outcome } = notSent(reason, message);
  return {
    kind: 'ended',
    complete: false,
    endedBy: 'not_sent',
    outcome: retryAfterMs === undefined ? outcome : { ...outcome, retryAfterMs },
    notSent: { reason, message },
    exchanges: [],
    notes: [],
  };
}

function notSent(reason: NotSentReason, message: string): Stop {
  const waits = reason === 'sign_in_unavailable';
  const outcome: Outcome = {
    kind: waits ? 'sign_in_unavailable' : 'refused',
    effect: 'not_executed',
    action: waits ? 'wait' : 'park',
    breaker: false,
    message,
  };
  return { outcome, notSent: { reason, message } };
}
