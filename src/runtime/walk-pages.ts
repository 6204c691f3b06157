import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { RenderResult, RenderedRequest } from '../document/render/request.ts';
import { createPager } from '../document/paging/pager.ts';
import type { EndedBy, Pager, PagerState } from '../document/paging/pager.ts';
import type { Note } from '../document/values/values.ts';
import { originOf } from '../http/url-policy.ts';
import { classify } from './classify.ts';
import type { Ending } from './classify.ts';
import { withKey } from './idempotency.ts';
import { situation } from './judge-answer.ts';
import type { MethodJob } from './method-job.ts';
import type { Outcome } from './outcome.ts';
import { renewJob } from './renew-job.ts';
import type { RunLog } from './run-log.ts';
import { sendPage, timeLeft } from './send-page.ts';
import type { Page, PageRun } from './send-page.ts';
import type { StreamLimits } from './stream-answer.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

export interface FirstRequest {
  readonly request: RenderedRequest;
  readonly notes: readonly Note[];
}

/** A page as it was taken, and what follows. */
export interface WalkedPage extends Omit<Page, 'exchange' | 'headers' | 'url'> {
  readonly job: MethodJob;
  /** Where it goes on. */
  readonly next?: PagerState;
  /** Why there is no further page, of a request that has pages. */
  readonly endedBy?: EndedBy;
}

export interface PageWalk {
  readonly log: RunLog;
  readonly signal: AbortSignal;
  /** Pages that are read at most, whatever the document says. */
  readonly mostPages?: number;
  /** Large answers are read while they come: records are taken before their page is judged. */
  readonly stream?: StreamLimits;
  /** Takes records of a page, in one or more parts, before the page itself is taken. */
  records(job: MethodJob, records: readonly BoundRecord[]): Promise<void> | void;
  /** Why the page is to be the last one, though another would follow. */
  endsAt(): EndedBy | undefined;
  /** Told of each request that was sent, those too that a refused credential made in vain. */
  exchanged(exchange: ScrubbedExchange): void;
  /** Takes each page, also one that failed; the next request waits for it. */
  take(page: WalkedPage): Promise<void> | void;
}

/** How a walk ended: with its last page, or with one that was not asked for. */
export interface WalkEnd {
  /** As it ended: its credential may be a newer one. */
  readonly job: MethodJob;
  readonly outcome: Outcome;
  readonly endedBy?: EndedBy;
}

/**
 * Sends the request, and those of further pages, one after the other. A request whose credential is
 * refused is sent once more with a renewed one. Never rejects, unless a taker does.
 */
export async function walkPages(
  begun: MethodJob,
  first: FirstRequest,
  walk: PageWalk,
): Promise<WalkEnd> {
  const { log } = walk;
  const pager = pagerOf(begun, walk.mostPages);
  log.note(...first.notes);
  let job = begun;
  let { request } = first;
  for (;;) {
    const asked = await askPage(job, request, walk);
    if (asked.page === undefined) return asked;
    const { page } = asked;
    const { following, ...fate } = follow(asked.job, page, { pager, walk });
    const { exchange: _, headers: __, url: ___, ...taken } = page;
    await walk.take({ ...taken, ...fate, job: asked.job });
    const { endedBy } = fate;
    if (following === undefined) {
      const { outcome } = page;
      return { job: asked.job, outcome, ...(endedBy === undefined ? {} : { endedBy }) };
    }
    ({ job, request } = following);
    if (isOutOfTime(job, log.started)) return { job, outcome: outOfTime(job, request) };
  }
}

interface AskedPage {
  readonly job: MethodJob;
  readonly page: Page;
}

/** Without a page: it was not asked for, or not let in. */
interface GivenUp extends WalkEnd {
  readonly page?: undefined;
}

/** One page, asked for once more where its credential was refused. */
async function askPage(
  begun: MethodJob,
  first: RenderedRequest,
  walk: PageWalk,
): Promise<AskedPage | GivenUp> {
  const { log, signal } = walk;
  const { started } = log;
  let job = begun;
  let request = first;
  for (let renewed = false; ; renewed = true) {
    if (!(await isAdmitted(job, walk))) {
      return { job, outcome: givenUp(job, request, NOT_ADMITTED) };
    }
    const page = await sendPage(job, request, { started, signal, ...streamTo(job, walk) });
    log.exchange(page.exchange);
    walk.exchanged(page.exchange);
    if (renewed || !isRefusedCredential(page, job)) {
      log.note(...page.notes);
      if (page.bound !== undefined && page.bound.status !== 'refused') {
        log.note(...page.bound.notes);
      }
      if (page.bound?.status === 'bound') await walk.records(job, page.bound.records);
      return { job, page };
    }
    const again = await signInAgain(job, { refused: page.outcome, started, signal });
    if (again.request === undefined) return again;
    ({ job, request } = again);
  }
}

function streamTo(job: MethodJob, walk: PageWalk): Pick<PageRun, 'stream'> {
  const { stream: limits } = walk;
  if (limits === undefined) return {};
  return { stream: { limits, take: (records) => walk.records(job, records) } };
}

interface Following {
  /** None: this page was the last one. */
  readonly following?: { readonly job: MethodJob; readonly request: RenderedRequest };
  readonly next?: PagerState;
  readonly endedBy?: EndedBy;
}

/** The request of the page after this one. */
function follow(
  job: MethodJob,
  page: Page,
  { pager, walk }: { readonly pager: Pager | undefined; readonly walk: PageWalk },
): Following {
  const { bound } = page;
  const goesOn = page.outcome.action === 'succeed' && bound?.status === 'bound';
  if (!goesOn || pager === undefined) return {};
  const { received: records, moving } = bound;
  const step = pager.next({ records, moving, headers: page.headers, url: page.url });
  if (step.status === 'end') return { endedBy: step.endedBy };
  const endedBy = walk.endsAt();
  if (endedBy !== undefined) return { endedBy };
  const next = pager.state();
  const following = atPage(job, next);
  const rendered = renderPage(following);
  if (rendered.status === 'request') {
    return { following: { job: following, request: rendered.request }, next };
  }
  return { endedBy: rendered.status === 'unsafe_value' ? 'origin_refused' : 'no_next' };
}

function pagerOf(job: MethodJob, mostPages?: number): Pager | undefined {
  const { paging } = job.compiled;
  if (paging === undefined) return undefined;
  const { page } = job.place;
  return createPager(paging, isPinned(job), {
    ...(page === undefined ? {} : { from: page }),
    ...(mostPages === undefined ? {} : { mostPages }),
  });
}

/** Renders the request of the page at which the job stands: at first the first one. */
export function renderPage(job: MethodJob): RenderResult {
  const page = job.place.page ?? pagerOf(job)?.state();
  const { moving, nextUrl } = page ?? {};
  const place = {
    ...(moving === undefined ? {} : { moving }),
    ...(nextUrl === undefined ? {} : { nextUrl }),
  };
  return withKey(job, job.compiled.render({ ...job.context, ...place }));
}

/** Other requests are served between two pages: what is rendered for the next has its own budget. */
function atPage(job: MethodJob, page: PagerState): MethodJob {
  const { expressions: _, ...context } = job.context;
  return { ...job, place: { ...job.place, page }, context };
}

const OUT_OF_TIME = 'The time for this method was over before its last request.';
const NOT_ADMITTED = 'The request was given up while it waited for its turn.';

/** True once the time for all requests of a call is over. */
export function isOutOfTime({ deps, call }: MethodJob, started: number): boolean {
  return deps.clock.monotonic() - started >= (call.deadlineMs ?? Number.POSITIVE_INFINITY);
}

/** What it means that the next request did not leave in time. */
export function outOfTime(job: MethodJob, request: RenderedRequest): Outcome {
  return givenUp(job, request, OUT_OF_TIME);
}

function givenUp(job: MethodJob, request: RenderedRequest, message: string): Outcome {
  const ending: Ending = { kind: 'failure', phase: 'pool', code: 'aborted', message };
  return classify(ending, situation(job, request));
}

/** The first request of a run has its place in the rate already, unless the call says that it has none. */
async function isAdmitted(
  { call: { admit, admitsFirst } }: MethodJob,
  { log, signal }: PageWalk,
): Promise<boolean> {
  if (admit === undefined || (log.sent() === 0 && admitsFirst !== true)) return true;
  try {
    await admit(signal);
    return true;
  } catch {
    return false;
  }
}

/** Refused, and surely nothing was done: the very same request may leave again. */
function isRefusedCredential({ outcome }: Page, { call }: MethodJob): boolean {
  const { action, effect } = outcome;
  return action === 'refresh' && effect === 'not_executed' && call.renew !== undefined;
}

/** The request of the same page with a newer credential, or the outcome without one. */
async function signInAgain(
  job: MethodJob,
  of: { readonly refused: Outcome; readonly started: number; readonly signal: AbortSignal },
): Promise<
  | { readonly job: MethodJob; readonly request: RenderedRequest }
  | (GivenUp & { readonly request?: undefined })
> {
  const { refused, started, signal } = of;
  const timeLeftMs = timeLeft(job, started);
  const answer = await renewJob(job, refused, {
    signal,
    ...(timeLeftMs === undefined ? {} : { timeLeftMs }),
  });
  if (answer?.status !== 'renewed') return { job, outcome: answer?.outcome ?? refused };
  const next = renderPage(answer.job);
  if (next.status === 'request') return { job: answer.job, request: next.request };
  const message = `${refused.message} The new sign-in lacks a usable value for ${next.name}.`;
  return { job, outcome: { ...refused, message } };
}

function isPinned({ origins }: MethodJob): (url: string) => boolean {
  return (url) => {
    const origin = originOf(url);
    return origin !== undefined && origins.includes(origin);
  };
}
