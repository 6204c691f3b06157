import type { ErrorRow } from '../document/bind/answer-rules.ts';
import type { BindResult, CompiledBinding } from '../document/bind/compile-binding.ts';
import type { ErrorWords } from '../document/bind/error-map.ts';
import type { AnswerView } from '../document/expression/answer-reader.ts';
import type { RenderedRequest } from '../document/render/request.ts';
import type { EgressResult } from '../http/egress.ts';
import { classify } from './classify.ts';
import type { ClassifyContext } from './classify.ts';
import { crmWords } from './crm-words.ts';
import { hideSecrets } from './hide-secrets.ts';
import { judgeBinding } from './judge-binding.ts';
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

/**
 * Decides what an exchange means. First the rows of `errors` of the document, then the built-in
 * table; of an accepted answer `success`, then its binding. `read` is the body of an answer.
 */
export function judgeAnswer(
  job: MethodJob,
  request: RenderedRequest,
  result: EgressResult,
  read: ReadAnswer | undefined,
): Judged {
  const context = situation(job, request);
  if (result.kind === 'failure') return { outcome: classify(result, context) };
  const answer = answerOf(job, result, read ?? readAnswer(result.body, result.headers));
  const row = job.compiled.rules.rowFor(answer.view, job.context);
  const { status, headers } = result;
  const { form, words } = answer;
  const builtIn = classify({ kind: 'answer', status, headers, form, ...given(words) }, context);
  const retryAfterMs = askedToWait(answer, context.now);
  if (row !== undefined && row.then !== 'accept') {
    return { outcome: rowOutcome(row, { builtIn, status, words, retryAfterMs }) };
  }
  const outcome =
    row === undefined
      ? withWait(builtIn, retryAfterMs)
      : rowOutcome(row, { builtIn, status, words, retryAfterMs });
  // A look-up that the CRM answered with 404 has found nothing, whatever its body says.
  if (row === undefined && (status < 200 || status > 299)) return { outcome };
  const failed = row === undefined ? unsuccessful(job, answer, outcome) : undefined;
  if (failed !== undefined) return { outcome: failed };
  if (outcome.action !== 'succeed') return { outcome };
  return bindAnswer(job, answer, outcome, row);
}

/** What the meaning of an exchange depends on beside the exchange itself. */
export function situation(job: MethodJob, request: RenderedRequest): ClassifyContext {
  const { recordAgeMs } = job.call;
  return {
    method: job.call.method,
    httpMethod: request.method,
    idempotent: job.compiled.idempotent,
    binds: job.compiled.bind.binds.length > 0,
    now: job.deps.clock.now(),
    ...(recordAgeMs === undefined ? {} : { recordAgeMs }),
  };
}

function bindAnswer(
  job: MethodJob,
  answer: Answer,
  outcome: Outcome,
  row: ErrorRow | undefined,
): Judged {
  const { method } = job.call;
  const bind: CompiledBinding = row?.bind ?? job.compiled.bind;
  const answered = bind.read(answer.view.body, job.compared);
  const bound = hideSecrets(answered, method, job.scrubber.value);
  const { form, words } = answer;
  if (bound.status === 'executed_without_id' && speaks(answer.told)) {
    return { outcome: refusal(outcome, 'It names an error instead of the id.', words), bound };
  }
  const binds = bind.binds.length > 0;
  return { outcome: judgeBinding(outcome, bound, { method, form, binds, words }), bound };
}

/** The outcome where `success` of the method does not hold; `undefined` where nothing speaks against. */
function unsuccessful(job: MethodJob, answer: Answer, outcome: Outcome): Outcome | undefined {
  if (!READABLE.has(answer.form)) return undefined;
  const success = job.compiled.rules.succeeds(answer.view, job.context);
  if (success === undefined || success.holds) return undefined;
  const why = success.notes.map(({ message }) => ` ${message}`).join('');
  const message = `Its answer does not meet "success" of the document.${why}`;
  return refusal(outcome, message, answer.words);
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
