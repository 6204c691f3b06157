import { pickCaller } from '../document/bind/pick-caller.ts';
import type { BindResult, BoundRecord } from '../document/bind/compile-binding.ts';
import type { RenderContext, RenderResult, RenderedRequest } from '../document/render/request.ts';
import { methodRow } from '../document/methods.ts';
import { createPager } from '../document/paging/pager.ts';
import { readValue } from '../document/values/values.ts';
import type { Note } from '../document/values/values.ts';
import type { EgressResult } from '../http/egress.ts';
import { originOf } from '../http/url-policy.ts';
import { classify, mayRepeat } from './classify.ts';
import type { Ending } from './classify.ts';
import type { Outcome } from './outcome.ts';
import { judgeAnswer, situation } from './judge-answer.ts';
import { tellFound } from './outcome-words.ts';
import { readAnswer } from './read-answer.ts';
import type { MethodCall, MethodRun } from './method-call.ts';
import type { MethodJob } from './method-job.ts';
import { renewJob } from './renew-job.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

export interface FirstRequest {
  readonly request: RenderedRequest;
  readonly notes: readonly Note[];
}

/** Where in the pages a request stands. */
type Place = Pick<RenderContext, 'moving' | 'nextUrl'>;

interface Page {
  readonly exchange: ScrubbedExchange;
  readonly outcome: Outcome;
  /** Where the answer was bound. */
  readonly bound?: BindResult;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

/** Exchanges of one method that are kept: the first and the last half of these. */
const EXCHANGES_MAX = 40;
/** Records of one method held at once; a longer list than any CRM of a telephone customer has. */
const RECORDS_MAX = 250_000;

/**
 * Sends the request, and those of further pages; joins what they bound. A request whose credential is
 * refused is sent once more with a renewed one. Never rejects.
 */
export async function sendPages(
  begun: MethodJob,
  first: FirstRequest,
  signal: AbortSignal,
): Promise<MethodRun> {
  const { deps, call, compiled } = begun;
  const pager =
    compiled.paging === undefined ? undefined : createPager(compiled.paging, isPinned(begun));
  let place: Place = pager === undefined ? {} : { moving: pager.first() };
  const started = deps.clock.monotonic();
  const exchanges: ScrubbedExchange[] = [];
  const records: BoundRecord[] = [];
  const notes: Note[] = [...first.notes];
  let job = begun;
  let { request } = first;
  let renewed = false;
  for (;;) {
    const page = await sendPage(job, request, { started, signal });
    if (exchanges.length >= EXCHANGES_MAX) exchanges.splice(EXCHANGES_MAX / 2, 1);
    exchanges.push(page.exchange);
    if (isRefusedCredential(page, job) && !renewed) {
      renewed = true;
      const again = await signInAgain(job, place, { refused: page.outcome, started, signal });
      if (again.status === 'ready') {
        ({ job, request } = again);
        continue;
      }
      return finish(job, { outcome: again.outcome, records, exchanges, notes });
    }
    renewed = false;
    if (page.bound !== undefined && page.bound.status !== 'refused') {
      const known = new Set(notes.map(({ message }) => message));
      notes.push(...page.bound.notes.filter(({ message }) => !known.has(message)));
    }
    if (page.bound?.status === 'bound') records.push(...page.bound.records);
    const run = { outcome: page.outcome, records, exchanges, notes };
    const goesOn = page.outcome.action === 'succeed' && page.bound?.status === 'bound';
    if (!goesOn || pager === undefined) return finish(job, run);
    const step = pager.next({
      records: page.bound.received,
      moving: page.bound.moving,
      headers: page.headers,
      url: page.url,
    });
    if (step.status === 'end') return finish(job, { ...run, endedBy: step.endedBy });
    if (records.length >= RECORDS_MAX) return finish(job, { ...run, endedBy: 'page_cap' });
    place = {
      moving: step.moving,
      ...(step.nextUrl === undefined ? {} : { nextUrl: step.nextUrl }),
    };
    const next = renderAt(job, place);
    if (next.status !== 'request') {
      const endedBy = next.status === 'unsafe_value' ? 'origin_refused' : 'no_next';
      return finish(job, { ...run, endedBy });
    }
    ({ request } = next);
    if (deps.clock.monotonic() - started >= (call.deadlineMs ?? Number.POSITIVE_INFINITY)) {
      return finish(job, { ...run, outcome: outOfTime(job, request) });
    }
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
  return job.compiled.render({ ...job.context, ...place });
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
  const { deadlineMs } = remaining(job, started);
  const time = deadlineMs === undefined ? { signal } : { timeLeftMs: deadlineMs, signal };
  const answer = await renewJob(job, refused, time);
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
  const result = await deps.egress.send({
    ...request,
    ...(request.body === undefined ? {} : { body: withFile(request.body, call) }),
    organizationId: call.connection.organizationId,
    connectionId: call.connection.id,
    origins: job.origins,
    idempotent: mayRepeat(situation(job, request)),
    ...remaining(job, run.started),
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

function finish(job: MethodJob, run: Omit<MethodRun, 'executedWithoutId'>): MethodRun {
  const { method } = job.call;
  const outcome = ofAllPages(run);
  const isWrite = methodRow(method).writes;
  const executedWithoutId =
    isWrite && outcome.effect === 'executed' && outcome.action === 'look_up';
  const whole: MethodRun = { ...run, outcome, executedWithoutId };
  const kept = method === 'FindContact' && run.records.length > 0 ? keepCaller(job, whole) : whole;
  const told = tellFound(kept.outcome, method, kept.records.length);
  return { ...kept, outcome: { ...told, message: job.scrubber.text(told.message) } };
}

/** A last page without records finds nobody, but the pages before it did. */
function ofAllPages({ outcome, records }: Pick<MethodRun, 'outcome' | 'records'>): Outcome {
  return outcome.kind === 'not_found' && records.length > 0
    ? { ...outcome, kind: 'success' }
    : outcome;
}

/** Some CRMs answer everybody to a filter they do not know: only the number decides who it is. */
function keepCaller(job: MethodJob, run: MethodRun): MethodRun {
  const { call, compiled, deps } = job;
  // The request asked for this one, in this order.
  const number = readValue(call.values, 'party_number') ?? readValue(call.values, 'phone');
  if (number === undefined) return run;
  const { country } = call.connection;
  const { bindsNumber } = compiled.bind;
  const records = pickCaller(run.records, String(number), country, deps.phones, bindsNumber);
  if (records.length === run.records.length) return run;
  const left = run.records.length - records.length;
  const message = `${String(left)} of the records have another number than the one that called.`;
  const notes = [...run.notes, { code: 'other_numbers', message }];
  if (records.length > 0) return { ...run, records, notes };
  const outcome: Outcome = {
    ...run.outcome,
    kind: 'not_found',
    message: 'The CRM answered with records, none of them with the number that called.',
  };
  return { ...run, outcome, records, notes };
}

function withFile(
  body: NonNullable<RenderedRequest['body']>,
  call: MethodCall,
): NonNullable<RenderedRequest['body']> & { readonly file?: NonNullable<MethodCall['file']> } {
  return call.file === undefined ? body : { ...body, file: call.file };
}

function remaining(job: MethodJob, started: number): { readonly deadlineMs?: number } {
  const { deadlineMs } = job.call;
  if (deadlineMs === undefined) return {};
  return { deadlineMs: Math.max(1, deadlineMs - (job.deps.clock.monotonic() - started)) };
}

function outOfTime(job: MethodJob, request: RenderedRequest): Outcome {
  const message = 'The time for this method was over before its last page.';
  const ending: Ending = { kind: 'failure', phase: 'pool', code: 'aborted', message };
  return classify(ending, situation(job, request));
}

function endOf(
  result: EgressResult,
  request: RenderedRequest,
): { readonly headers: Readonly<Record<string, string>>; readonly url: string } {
  return result.kind === 'response' ? result : { headers: {}, url: request.url };
}
