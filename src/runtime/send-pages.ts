import type { BindResult, BoundRecord } from '../document/bind/compile-binding.ts';
import type { RenderContext, RenderResult, RenderedRequest } from '../document/render/request.ts';
import { methodRow } from '../document/methods.ts';
import { createPager } from '../document/paging/pager.ts';
import type { Note } from '../document/values/values.ts';
import type { EgressResult } from '../http/egress.ts';
import { originOf } from '../http/url-policy.ts';
import { classify, mayRepeat } from './classify.ts';
import type { Ending } from './classify.ts';
import type { Outcome } from './outcome.ts';
import { judgeAnswer, situation } from './judge-answer.ts';
import { readAnswer } from './read-answer.ts';
import type { MethodCall } from './method-call.ts';
import type { MethodJob } from './method-job.ts';
import { renewJob } from './renew-job.ts';
import { keepExchange } from './run-log.ts';
import type { RunLog } from './run-log.ts';
import { withKey } from './idempotency.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

export interface FirstRequest {
  readonly request: RenderedRequest;
  readonly notes: readonly Note[];
}

/** What came of one request with its pages. */
export interface PagesRun {
  readonly outcome: Outcome;
  /** As bound, raw. */
  readonly records: readonly BoundRecord[];
  /** Why paging ended. */
  readonly endedBy?: string;
  /** The job as it ended: its credential may be a newer one. */
  readonly job: MethodJob;
}

/** Where in the pages a request stands. */
type Place = Pick<RenderContext, 'moving' | 'nextUrl'>;

interface Page {
  readonly exchange: ScrubbedExchange;
  readonly outcome: Outcome;
  /** Where the answer was bound. */
  readonly bound?: BindResult;
  readonly notes: readonly Note[];
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

/** Records of one method held at once; a longer list than any CRM of a telephone customer has. */
export const RECORDS_MAX = 250_000;

/** A look-up is for one call or one word that is typed: it must not use up a day's quota. */
const LOOK_UP_REQUESTS_MAX = 50;

/** True once a look-up has sent as many requests as one may, whatever the document and its answers say. */
export function hasAskedEnough({ method }: MethodCall, log: RunLog): boolean {
  return methodRow(method).kind === 'find' && log.sent() >= LOOK_UP_REQUESTS_MAX;
}

/**
 * Sends the request, and those of further pages; joins what they bound. A request whose credential is
 * refused is sent once more with a renewed one. Never rejects.
 */
export async function sendPages(
  begun: MethodJob,
  first: FirstRequest,
  log: RunLog,
  signal: AbortSignal,
): Promise<PagesRun> {
  const exchanges: ScrubbedExchange[] = [];
  const run = await sendAll(begun, first, { log, exchanges, signal });
  const { objectIndex: object, requestIndex: request, phoneFormat } = begun.place;
  const format = phoneFormat === undefined ? {} : { phoneFormat };
  log.asked({ object, request, ...format, exchanges, bound: run.records });
  return run;
}

interface Sending {
  readonly log: RunLog;
  readonly exchanges: ScrubbedExchange[];
  readonly signal: AbortSignal;
}

async function sendAll(
  begun: MethodJob,
  first: FirstRequest,
  { log, exchanges, signal }: Sending,
): Promise<PagesRun> {
  const { call, compiled } = begun;
  const pager =
    compiled.paging === undefined ? undefined : createPager(compiled.paging, isPinned(begun));
  let place: Place = pager === undefined ? {} : { moving: pager.first() };
  const { started } = log;
  const records: BoundRecord[] = [];
  log.note(...first.notes);
  let job = begun;
  let { request } = first;
  let renewed = false;
  for (;;) {
    if (!(await isAdmitted(call, log, signal))) {
      return { job, outcome: givenUp(job, request, NOT_ADMITTED), records };
    }
    const page = await sendPage(job, request, { started, signal });
    log.exchange(page.exchange);
    keepExchange(exchanges, page.exchange);
    if (isRefusedCredential(page, job) && !renewed) {
      renewed = true;
      const again = await signInAgain(job, place, { refused: page.outcome, started, signal });
      if (again.status === 'ready') {
        ({ job, request } = again);
        continue;
      }
      return { job, outcome: again.outcome, records };
    }
    renewed = false;
    log.note(...page.notes);
    if (page.bound !== undefined && page.bound.status !== 'refused') log.note(...page.bound.notes);
    if (page.bound?.status === 'bound') records.push(...page.bound.records);
    const run = { job, outcome: page.outcome, records };
    const goesOn = page.outcome.action === 'succeed' && page.bound?.status === 'bound';
    if (!goesOn || pager === undefined) return run;
    const step = pager.next({
      records: page.bound.received,
      moving: page.bound.moving,
      headers: page.headers,
      url: page.url,
    });
    if (step.status === 'end') return { ...run, endedBy: step.endedBy };
    if (records.length >= RECORDS_MAX || hasAskedEnough(call, log)) {
      return { ...run, endedBy: 'page_cap' };
    }
    place = {
      moving: step.moving,
      ...(step.nextUrl === undefined ? {} : { nextUrl: step.nextUrl }),
    };
    const next = renderAt(ofNextPage(job), place);
    if (next.status !== 'request') {
      return { ...run, endedBy: next.status === 'unsafe_value' ? 'origin_refused' : 'no_next' };
    }
    ({ request } = next);
    if (isOutOfTime(job, started)) return { ...run, outcome: givenUp(job, request, OUT_OF_TIME) };
  }
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

/** The first request of a run has its place in the rate already; those after it wait for theirs. */
async function isAdmitted(
  { admit }: MethodCall,
  log: RunLog,
  signal: AbortSignal,
): Promise<boolean> {
  if (admit === undefined || log.sent() === 0) return true;
  try {
    await admit(signal);
    return true;
  } catch {
    return false;
  }
}

/** Renders the request of the first page. */
export function renderFirst(job: MethodJob): RenderResult {
  const { paging } = job.compiled;
  return renderAt(
    job,
    paging === undefined ? {} : { moving: createPager(paging, isPinned(job)).first() },
  );
}

function renderAt(job: MethodJob, place: Place): RenderResult {
  return withKey(job, job.compiled.render({ ...job.context, ...place }));
}

function ofNextPage(job: MethodJob): MethodJob {
  const { expressions: _, ...context } = job.context;
  return { ...job, context };
}

/** Refused, and surely nothing was done: the very same request may leave again. */
function isRefusedCredential({ outcome }: Page, { call }: MethodJob): boolean {
  const { action, effect } = outcome;
  return action === 'refresh' && effect === 'not_executed' && call.renew !== undefined;
}

/** The request of the same page with a newer credential, or the outcome without one. */
async function signInAgain(
  job: MethodJob,
  place: Place,
  of: { readonly refused: Outcome; readonly started: number; readonly signal: AbortSignal },
): Promise<
  | { readonly status: 'ready'; readonly job: MethodJob; readonly request: RenderedRequest }
  | { readonly status: 'given_up'; readonly outcome: Outcome }
> {
  const { refused, started, signal } = of;
  const timeLeftMs = timeLeft(job, started);
  const answer = await renewJob(job, refused, {
    signal,
    ...(timeLeftMs === undefined ? {} : { timeLeftMs }),
  });
  if (answer?.status !== 'renewed') {
    return { status: 'given_up', outcome: answer?.outcome ?? refused };
  }
  const next = renderAt(answer.job, place);
  if (next.status === 'request') {
    return { status: 'ready', job: answer.job, request: next.request };
  }
  const message = `${refused.message} The new sign-in lacks a usable value for ${next.name}.`;
  return { status: 'given_up', outcome: { ...refused, message } };
}

function isPinned({ origins }: MethodJob): (url: string) => boolean {
  return (url) => {
    const origin = originOf(url);
    return origin !== undefined && origins.includes(origin);
  };
}

async function sendPage(
  job: MethodJob,
  request: RenderedRequest,
  run: { readonly started: number; readonly signal: AbortSignal },
): Promise<Page> {
  const { deps, call, scrubber } = job;
  const startedAt = deps.clock.now();
  const { unpinned, unsigned: _, ...sent } = request;
  const own = unpinned === true ? originOf(request.url) : undefined;
  const result = await deps.egress.send({
    ...sent,
    ...(request.body === undefined ? {} : { body: withFile(request.body, call) }),
    organizationId: call.connection.organizationId,
    connectionId: call.connection.id,
    origins: own === undefined ? job.origins : [own],
    idempotent: mayRepeat(situation(job, request)),
    ...deadlines(job, run.started),
    signal: run.signal,
  });
  const read = result.kind === 'response' ? readAnswer(result.body, result.headers) : undefined;
  const judged = judgeAnswer(job, request, result, read);
  const exchange: ScrubbedExchange = {
    request: scrubber.request(request, call.file?.size),
    ...(result.kind === 'response'
      ? { response: scrubber.response({ ...result, text: read?.text ?? '' }) }
      : {
          failure: {
            phase: result.phase,
            code: result.code,
            message: scrubber.text(result.message),
          },
        }),
    startedAt,
    durationMs: result.durationMs,
  };
  return { exchange, ...judged, ...endOf(result, request) };
}

function withFile(
  body: NonNullable<RenderedRequest['body']>,
  call: MethodCall,
): NonNullable<RenderedRequest['body']> & { readonly file?: NonNullable<MethodCall['file']> } {
  return call.file === undefined ? body : { ...body, file: call.file };
}

/** Milliseconds that are left of the call's own time; `undefined` where it has none. */
function timeLeft({ call, deps }: MethodJob, started: number): number | undefined {
  if (call.deadlineMs === undefined) return undefined;
  return Math.max(1, call.deadlineMs - (deps.clock.monotonic() - started));
}

/** What the document gives this request, within what is left of the call's own time. */
function deadlines(
  job: MethodJob,
  started: number,
): { readonly deadlineMs?: number; readonly headersMs?: number } {
  const { timeoutMs } = job.compiled;
  const left = timeLeft(job, started);
  if (timeoutMs === undefined) return left === undefined ? {} : { deadlineMs: left };
  return { deadlineMs: Math.min(timeoutMs, left ?? timeoutMs), headersMs: timeoutMs };
}

function endOf(
  result: EgressResult,
  request: RenderedRequest,
): { readonly headers: Readonly<Record<string, string>>; readonly url: string } {
  return result.kind === 'response' ? result : { headers: {}, url: request.url };
}
