import type { BindResult } from '../document/bind/compile-binding.ts';
import type { RenderedRequest } from '../document/render/request.ts';
import type { Note } from '../document/values/values.ts';
import type { EgressResult } from '../http/egress.ts';
import { originOf } from '../http/url-policy.ts';
import { mayRepeat } from './classify.ts';
import { judgeAnswer, situation } from './judge-answer.ts';
import type { MethodCall } from './method-call.ts';
import type { MethodJob } from './method-job.ts';
import type { Outcome } from './outcome.ts';
import { readAnswer } from './read-answer.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

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

/** Sends one request, judges its answer and binds it. Never rejects. */
export async function sendPage(
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
    ...(call.admit === undefined ? {} : { admitHop: call.admit }),
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
    ? { headers: result.headers, url: result.url, bytes: result.body.length }
    : { headers: {}, url: request.url, bytes: 0 };
}
