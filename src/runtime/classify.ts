import { methodRow } from '../document/methods.ts';
import type { MethodKind, MethodName } from '../document/methods.ts';
import { IDEMPOTENT_METHODS } from '../http/egress-request.ts';
import { BODY_ROWS, FAILURE_ROWS, READING_FORMS, STATUS_ROWS } from './outcome-table.ts';
import type { BodyForm, StatusRow, Verdict } from './outcome-table.ts';
import type { Outcome } from './outcome.ts';
import { readRetryAfter } from './retry-after.ts';

/** What came of an exchange, without its bytes. */
export type Ending =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly form: BodyForm;
      /** The CRM's own words in a refusal, where the body has some. */
      readonly words?: string;
    }
  | {
      readonly kind: 'failure';
      readonly phase: string;
      readonly code: string;
      readonly message: string;
      /** Where the head of an answer had arrived. */
      readonly status?: number;
    };

export interface ClassifyContext {
  readonly method: MethodName;
  /** GET, POST … */
  readonly httpMethod: string;
  /** The document says that sending it twice does no harm. */
  readonly idempotent?: boolean;
  /** The method's answer binds something; of a write: its body must hold the id. */
  readonly binds: boolean;
  /** An earlier request of the same method was executed: what this one names should be there. */
  readonly follows?: boolean;
  /** The request carried no credentials, by the document's word. */
  readonly unsigned?: boolean;
  /** Milliseconds since the record was created, where that is known. */
  readonly recordAgeMs?: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

const YOUNG_RECORD_MS = 60_000;

/**
 * Decides what an exchange means: whether the CRM did what was asked, and what follows. Pure; its
 * rows stand in `outcome-table.ts`. A 2xx that binds is judged further by `judgeBinding`.
 */
export function classify(ending: Ending, context: ClassifyContext): Outcome {
  const { kind, effect, action, breaker, message } = verdictOf(ending, context);
  const headers = ending.kind === 'answer' ? ending.headers : {};
  const retryAfterMs =
    action === 'wait' || action === 'retry' ? readRetryAfter(headers, context.now) : undefined;
  return {
    kind,
    effect,
    action: action === 'repeat' ? (mayRepeat(context) ? 'retry' : 'look_up') : action,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    breaker,
    message: sentence(message, ending),
  };
}

/** Whether the request may be sent twice: it only reads, or the document or its HTTP method says so. */
export function mayRepeat({
  method,
  httpMethod,
  idempotent = false,
}: Pick<ClassifyContext, 'method' | 'httpMethod' | 'idempotent'>): boolean {
  return idempotent || !methodRow(method).writes || IDEMPOTENT_METHODS.has(httpMethod);
}

function verdictOf(ending: Ending, context: ClassifyContext): Verdict {
  const { kind } = methodRow(context.method);
  if (ending.kind === 'answer') {
    const { status, form } = ending;
    if (isSuccess(status)) return byForm(form, kind, context.binds);
    return byStatus(status, ending.headers, context) ?? LOST;
  }
  const { phase, code, status } = ending;
  if (phase === 'reading' && status !== undefined) {
    const form = READING_FORMS[code];
    if (isSuccess(status) && form !== undefined) return byForm(form, kind, context.binds);
    // A refusal that broke off is still a refusal.
    if (!isSuccess(status)) return byStatus(status, {}, context) ?? LOST;
  }
  const row = FAILURE_ROWS.find(
    (candidate) =>
      candidate.phase.includes(phase) &&
      (candidate.on === undefined || candidate.on.includes(kind)) &&
      (candidate.code === undefined || candidate.code.includes(code)),
  );
  return row?.then ?? LOST;
}

/** What no row knows, such as a status of 600: nothing may be concluded from it. */
const LOST: Verdict = {
  kind: 'unreadable',
  effect: 'unknown',
  action: 'repeat',
  breaker: true,
  message: 'The answer has no meaning.',
};

function byStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
  context: ClassifyContext,
): Verdict | undefined {
  const own = methodRow(context.method).kind;
  // What follows the request that made a record names it, as a change does.
  const names = context.follows === true && own === 'create' && MISSING.has(status);
  const kind = names ? 'change' : own;
  const age = context.recordAgeMs;
  // Where no credentials were sent, none were refused: 401 is a refusal like any other.
  const meant = context.unsigned === true && status === 401 ? 403 : status;
  return STATUS_ROWS.find(
    (row) =>
      hasStatus(row, meant) &&
      (row.on === undefined || row.on.includes(kind)) &&
      (row.saysWhen !== true || headers['retry-after'] !== undefined) &&
      (row.young !== true || (age !== undefined && age < YOUNG_RECORD_MS)),
  )?.then;
}

/** The record is not there. */
const MISSING: ReadonlySet<number> = new Set([404, 410]);

function byForm(form: BodyForm, kind: MethodKind, binds: boolean): Verdict {
  const row = BODY_ROWS.find(
    (candidate) =>
      candidate.form.includes(form) &&
      candidate.on.includes(kind) &&
      (candidate.binds === undefined || candidate.binds === binds),
  );
  return row?.then ?? LOST;
}

function hasStatus(row: StatusRow, status: number): boolean {
  const { status: wanted } = row;
  if (typeof wanted === 'number') return wanted === status;
  if ('from' in wanted) return status >= wanted.from && status <= wanted.to;
  return wanted.includes(status);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function sentence(message: string, ending: Ending): string {
  if (ending.kind === 'failure') return `${message} ${ending.message}`;
  if (isSuccess(ending.status)) return message;
  const told = ending.words === undefined ? '' : ` It says: "${ending.words}"`;
  return `${message} Status ${String(ending.status)}.${told}`;
}
