import type { ErrorRow, SuccessAnswer } from '../document/bind/answer-rules.ts';
import type { BindResult, CompiledBinding } from '../document/bind/compile-binding.ts';
import type { ListReading } from '../document/bind/list-binding.ts';
import type { ErrorWords } from '../document/bind/error-map.ts';
import type { AnswerView } from '../document/expression/answer-reader.ts';
import type { RenderedRequest } from '../document/render/request.ts';
import { methodRow } from '../document/methods.ts';
import type { Note } from '../document/values/values.ts';
import type { EgressResult } from '../http/egress.ts';
import { classify } from './classify.ts';
import type { ClassifyContext } from './classify.ts';
import { crmWords } from './crm-words.ts';
import { hideSecrets } from './hide-secrets.ts';
import { isKeyed } from './idempotency.ts';
import { judgeBinding } from './judge-binding.ts';
import { leaveOutLong } from './leave-out-long.ts';
import type { MethodJob } from './method-job.ts';
import type { BodyForm } from './outcome-table.ts';
import type { Outcome } from './outcome.ts';
import { readAnswer } from './read-answer.ts';
import type { ReadAnswer } from './read-answer.ts';
import { readRetryAfter } from './retry-after.ts';
import { rowOutcome } from './row-outcome.ts';

/** What came of one exchange. */
export interface Judged {
  readonly outcome: Outcome;
  /** Where the answer was bound. */
  readonly bound?: BindResult;
  readonly notes: readonly Note[];
}

/** An answer in hand, with all that is known of it. */
interface Answer {
  readonly view: AnswerView;
  readonly form: BodyForm;
  readonly told: ErrorWords;
  /** One sentence of the CRM's own, where it has some. */
  readonly words: string | undefined;
}

/** Of these bodies `success` can be asked; the others were not read, or are no answer at all. */
const READABLE: ReadonlySet<BodyForm> = new Set(['json', 'text', 'empty']);

/** The body of an answer; `reading` where its list was read while it came. */
export interface JudgedBody extends ReadAnswer {
  readonly reading?: ListReading;
  /** What there was to tell of it. */
  readonly notes?: readonly Note[];
}

/**
 * Decides what an exchange means. First the rows of `errors` of the document, then the built-in
 * table; of an accepted answer `success`, then its binding. `read` is the body of an answer.
 */
export function judgeAnswer(
  job: MethodJob,
  request: RenderedRequest,
  result: EgressResult,
  read: JudgedBody | undefined,
): Judged {
  const context = situation(job, request);
  if (result.kind === 'failure') return { outcome: classify(result, context), notes: [] };
  const answer = answerOf(job, result, read ?? readAnswer(result.body, result.headers));
  const row = job.compiled.rules.rowFor(answer.view, job.context);
  const { status, headers } = result;
  const { form, words } = answer;
  const builtIn = classify({ kind: 'answer', status, headers, form, ...given(words) }, context);
  const retryAfterMs = askedToWait(answer, context.now);
  if (row !== undefined && row.then !== 'accept') {
    return { outcome: rowOutcome(row, { builtIn, status, words, retryAfterMs }), notes: [] };
  }
  const outcome =
    row === undefined
      ? withWait(builtIn, retryAfterMs)
      : rowOutcome(row, { builtIn, status, words, retryAfterMs });
  // A look-up that the CRM answered with 404 has found nothing, whatever its body says.
  if (row === undefined && (status < 200 || status > 299)) return { outcome, notes: [] };
  const success = row === undefined ? askSuccess(job, answer) : undefined;
  if (success !== undefined && !success.holds) {
    return { outcome: unsuccessful(outcome, success, answer), notes: [] };
  }
  if (outcome.action !== 'succeed') return { outcome, notes: [] };
  const rules = row !== undefined || success !== undefined || job.compiled.bind.demands;
  const notes = status === MULTI_STATUS && isWrite(job) && !rules ? [partsUnknown(job)] : [];
  const bound = bindAnswer(job, answer, { outcome, row, url: result.url, reading: read?.reading });
  return { ...bound, notes };
}

/** RFC 4918, section 11.1: each part of the answer has a status of its own. */
const MULTI_STATUS = 207;

function partsUnknown({ compiled }: MethodJob): Note {
  const told = 'The CRM answered with 207: parts of it may have failed';
  return {
    code: 'partial_success',
    message: compiled.bind.selects
      ? `${told}, and "response_map" takes those that have its value. Let "success" say which answer means that all was done.`
      : `${told}. Let "success" or a value in "response_map" say which answer means that all was done.`,
  };
}

function isWrite({ call }: MethodJob): boolean {
  return methodRow(call.method).writes;
}

/** What the meaning of an exchange depends on beside the exchange itself. */
export function situation(job: MethodJob, request: RenderedRequest): ClassifyContext {
  const { recordAgeMs } = job.call;
  return {
    method: job.call.method,
    httpMethod: request.method,
    idempotent: job.compiled.idempotent || isKeyed(job),
    // A write looks for its id; what else an empty answer lacks is simply unset.
    binds: isWrite(job) ? job.compiled.bind.needsBody : job.compiled.bind.binds.length > 0,
    now: job.deps.clock.now(),
    ...(request.unsigned === true ? { unsigned: true } : {}),
    ...(job.place.requestIndex > 0 ? { follows: true } : {}),
    ...(recordAgeMs === undefined ? {} : { recordAgeMs }),
  };
}

function bindAnswer(
  job: MethodJob,
  answer: Answer,
  of: {
    readonly outcome: Outcome;
    readonly row: ErrorRow | undefined;
    readonly url: string;
    readonly reading: ListReading | undefined;
  },
): Omit<Judged, 'notes'> {
  const { outcome, row, url, reading } = of;
  const { method } = job.call;
  const bind: CompiledBinding = row?.bind ?? job.compiled.bind;
  const exchange = { answer: answer.view, url, context: job.context };
  const { body } = answer.view;
  const answered = reading?.end(body) ?? bind.read(body, { ...job.compared, exchange });
  const bound = hideSecrets(leaveOutLong(answered, method), method, job.scrubber.value);
  const { form, words } = answer;
  if (bound.status === 'executed_without_id' && speaks(answer.told)) {
    return { outcome: refusal(outcome, 'It names an error instead of the id.', words), bound };
  }
  const binds = bind.binds.length > 0;
  return { outcome: judgeBinding(outcome, bound, { method, form, binds, words }), bound };
}

/** What `success` of the document says of an answer; of one that was not read nothing is asked. */
function askSuccess(job: MethodJob, answer: Answer): SuccessAnswer | undefined {
  if (!READABLE.has(answer.form)) return undefined;
  return job.compiled.rules.succeeds(answer.view, job.context);
}

function unsuccessful(outcome: Outcome, success: SuccessAnswer, { words }: Answer): Outcome {
  const why = success.notes.map(({ message }) => ` ${message}`).join('');
  const message = `Its answer does not meet "success" of the document.${why}`;
  return refusal(outcome, message, words);
}

function refusal(outcome: Outcome, message: string, words: string | undefined): Outcome {
  const told = words === undefined ? '' : ` It says: "${words}"`;
  return {
    kind: 'refused',
    effect: 'not_executed',
    action: 'park',
    breaker: outcome.breaker,
    message: `The CRM refused the request. ${message}${told}`,
  };
}

function answerOf(
  job: MethodJob,
  { status, headers }: Extract<EgressResult, { kind: 'response' }>,
  read: ReadAnswer,
): Answer {
  const view: AnswerView = { status, headers, body: read.value };
  const told = job.compiled.rules.words(read.value, job.compared);
  return { view, form: read.form, told, words: sentence(told) ?? read.words };
}

/** The words of `error_map`, on one line, the code behind the message. */
function sentence({ message, code }: ErrorWords): string | undefined {
  const words = crmWords(message ?? code ?? null);
  return message === undefined || code === undefined || words === undefined
    ? words
    : `${words} (${crmWords(code) ?? code})`;
}

function speaks({ message, code }: ErrorWords): boolean {
  return message !== undefined || code !== undefined;
}

/** Milliseconds, as `error_map` found them in the body, else as the headers say. */
function askedToWait({ told, view }: Answer, now: number): number | undefined {
  const inBody =
    told.retryAfter === undefined
      ? undefined
      : readRetryAfter({ 'retry-after': told.retryAfter }, now);
  return inBody ?? readRetryAfter(view.headers, now);
}

function withWait(outcome: Outcome, retryAfterMs: number | undefined): Outcome {
  const waits = outcome.action === 'wait' || outcome.action === 'retry';
  return waits && retryAfterMs !== undefined ? { ...outcome, retryAfterMs } : outcome;
}

function given(words: string | undefined): { readonly words?: string } {
  return words === undefined ? {} : { words };
}
