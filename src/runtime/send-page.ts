import type { BindResult, BoundRecord } from '../document/bind/compile-binding.ts';
import type { RenderedRequest } from '../document/render/request.ts';
import type { Note } from '../document/values/values.ts';
import type { EgressResult } from '../http/egress.ts';
import { originOf } from '../http/url-policy.ts';
import { mayRepeat } from './classify.ts';
import { judgeAnswer, situation } from './judge-answer.ts';
import type { JudgedBody } from './judge-answer.ts';
import type { MethodCall } from './method-call.ts';
import type { MethodJob } from './method-job.ts';
import type { Outcome } from './outcome.ts';
import { readAnswer } from './read-answer.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';
import { AnswerStream } from './stream-answer.ts';
import type { StreamLimits } from './stream-answer.ts';

/** One exchange, and what its answer means. */
export interface Page {
  readonly exchange: ScrubbedExchange;
  readonly outcome: Outcome;
  /** Where the answer was bound. */
  readonly bound?: BindResult;
  readonly notes: readonly Note[];
  readonly headers: Readonly<Record<string, string>>;
  /** The address that answered, after redirects. */
  readonly url: string;
  /** Of the body, unpacked. */
  readonly bytes: number;
}

export interface PageRun {
  /** Monotonic milliseconds at the first request. */
  readonly started: number;
  readonly signal: AbortSignal;
  /** Takes records of an answer that is read while it comes; without it all are read as a whole. */
  readonly stream?: {
    readonly limits: StreamLimits;
    take(records: readonly BoundRecord[]): Promise<void> | void;
  };
}

/** Sends one request, judges its answer and binds it. Never rejects. */
export async function sendPage(
  job: MethodJob,
  request: RenderedRequest,
  run: PageRun,
): Promise<Page> {
  const { deps, call, scrubber } = job;
  const startedAt = deps.clock.now();
  const { unpinned, unsigned: _, ...sent } = request;
  const own = unpinned === true ? originOf(request.url) : undefined;
  const streamed = streamOf(job, run);
  const answered = await deps.egress.send({
    ...sent,
    ...(streamed !== undefined && 'stream' in streamed ? { stream: streamed.stream } : {}),
    ...(request.body === undefined ? {} : { body: withFile(request.body, call) }),
    organizationId: call.connection.organizationId,
    connectionId: call.connection.id,
    origins: own === undefined ? job.origins : [own],
    idempotent: mayRepeat(situation(job, request)),
    ...(call.admit === undefined ? {} : { admitHop: call.admit }),
    ...deadlines(job, run.started),
    signal: run.signal,
  });
  const result = withReason(answered, streamed);
  const read = result.kind === 'response' ? readBody(result, streamed) : undefined;
  // To bind a page of a list takes milliseconds, as to read it did: a caller may be asked for between.
  if (run.stream !== undefined) await new Promise(setImmediate);
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
  const notes = [...judged.notes, ...(read?.notes ?? [])];
  return { exchange, ...judged, notes, ...endOf(result, request) };
}

type Streamed = { readonly stream: AnswerStream } | { readonly why: string };

/** None for a request whose answers are read as a whole anyway. */
function streamOf(job: MethodJob, { stream }: PageRun): Streamed | undefined {
  if (stream === undefined) return undefined;
  const { list } = job.compiled.bind;
  return 'why' in list ? list : { stream: new AnswerStream(job, list, stream.take, stream.limits) };
}

function readBody(
  { body, headers, streamedBytes }: Extract<EgressResult, { readonly kind: 'response' }>,
  streamed: Streamed | undefined,
): JudgedBody {
  return streamedBytes !== undefined && streamed !== undefined && 'stream' in streamed
    ? streamed.stream.answer()
    : readAnswer(body, headers);
}

/** Says of a list that is too large why it could not be read while it came. */
function withReason(result: EgressResult, streamed: Streamed | undefined): EgressResult {
  if (result.kind !== 'failure' || result.code !== 'body_too_large') return result;
  const why = streamed === undefined || 'why' in streamed ? streamed?.why : streamed.stream.why;
  if (why === undefined) return result;
  return { ...result, message: `${result.message} It is read only as a whole: ${why}` };
}

/** Milliseconds that are left of the call's own time; `undefined` where it has none. */
export function timeLeft({ call, deps }: MethodJob, started: number): number | undefined {
  if (call.deadlineMs === undefined) return undefined;
  return Math.max(1, call.deadlineMs - (deps.clock.monotonic() - started));
}

function withFile(
  body: NonNullable<RenderedRequest['body']>,
  call: MethodCall,
): NonNullable<RenderedRequest['body']> & { readonly file?: NonNullable<MethodCall['file']> } {
  return call.file === undefined ? body : { ...body, file: call.file };
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
): Pick<Page, 'headers' | 'url' | 'bytes'> {
  return result.kind === 'response'
    ? {
        headers: result.headers,
        url: result.url,
        bytes: result.streamedBytes ?? result.body.length,
      }
    : { headers: {}, url: request.url, bytes: 0 };
}
