import type { MethodKind } from '../document/methods.ts';
import type { Action, Effect, OutcomeKind } from './outcome.ts';

const READS = ['find', 'list'] as const satisfies readonly MethodKind[];
const WRITES = ['create', 'upload', 'change', 'delete'] as const satisfies readonly MethodKind[];
/** Sending these twice leaves two records. */
const ADDS = ['create', 'upload'] as const satisfies readonly MethodKind[];
/** These need a record that exists. */
const NEEDS_RECORD = ['change', 'upload'] as const satisfies readonly MethodKind[];

/** `repeat`: again if the request may be sent twice, else the ladder. */
export interface Verdict {
  readonly kind: OutcomeKind;
  readonly effect: Effect;
  readonly action: Action | 'repeat';
  readonly breaker: boolean;
  readonly message: string;
}

export interface StatusRow {
  /** One status, several, or a range. */
  readonly status: number | readonly number[] | { readonly from: number; readonly to: number };
  /** Default: every method. */
  readonly on?: readonly MethodKind[];
  /** Only when the answer says how long to wait. */
  readonly saysWhen?: true;
  /** Only within a minute after the record was created: some CRMs show it late. */
  readonly young?: true;
  readonly then: Verdict;
}

const verdict = (
  kind: OutcomeKind,
  effect: Effect,
  action: Verdict['action'],
  message: string,
  breaker = false,
): Verdict => ({ kind, effect, action, breaker, message });

/** Answers by status, before anybody looks into the body; the first row that fits is used. */
export const STATUS_ROWS: readonly StatusRow[] = [
  {
    status: 304,
    on: ['find'],
    then: verdict('not_found', 'executed', 'succeed', 'The CRM found nothing.'),
  },
  {
    status: 304,
    on: ['list'],
    then: verdict('success', 'executed', 'succeed', 'The CRM has nothing new.'),
  },
  {
    status: { from: 300, to: 399 },
    then: verdict('redirected', 'not_executed', 'park', 'The CRM answered with a redirect.'),
  },
  {
    status: 401,
    then: verdict('unauthorized', 'not_executed', 'refresh', 'The CRM refused the credentials.'),
  },
  {
    // A rate limit in disguise: a permission that is missing has no time at which to ask again.
    status: 403,
    saysWhen: true,
    then: verdict('throttled', 'not_executed', 'wait', 'The CRM asked to wait.'),
  },
  {
    status: 403,
    then: verdict('forbidden', 'not_executed', 'park', 'The CRM does not permit this.'),
  },
  {
    status: [404, 410],
    on: ['find'],
    then: verdict('not_found', 'executed', 'succeed', 'The CRM found nothing.'),
  },
  {
    status: [404, 410],
    on: NEEDS_RECORD,
    young: true,
    then: verdict('gone', 'not_executed', 'retry', 'The CRM does not show its new record yet.'),
  },
  {
    status: [404, 410],
    on: NEEDS_RECORD,
    then: verdict('gone', 'not_executed', 'park', 'The record was deleted in the CRM.'),
  },
  {
    status: [404, 410],
    on: ['delete'],
    then: verdict('gone', 'executed', 'succeed', 'The record was deleted in the CRM before.'),
  },
  {
    status: [408, 425],
    then: verdict(
      'unavailable',
      'not_executed',
      'retry',
      'The CRM did not take the request.',
      true,
    ),
  },
  {
    // Often our own earlier request.
    status: 409,
    on: ADDS,
    then: verdict('conflict', 'unknown', 'look_up', 'The CRM reports a conflict.'),
  },
  {
    status: 409,
    on: ['change', 'delete'],
    then: verdict('conflict', 'unknown', 'retry', 'The CRM reports a conflict.'),
  },
  {
    status: 423,
    then: verdict('unavailable', 'not_executed', 'retry', 'The record is locked in the CRM.'),
  },
  {
    status: 429,
    then: verdict('throttled', 'not_executed', 'wait', 'The CRM limits the rate.'),
  },
  {
    status: { from: 400, to: 499 },
    then: verdict('refused', 'not_executed', 'park', 'The CRM refused the request.'),
  },
  {
    status: 501,
    then: verdict('refused', 'not_executed', 'park', 'The CRM does not offer this.'),
  },
  {
    status: 503,
    saysWhen: true,
    then: verdict('throttled', 'not_executed', 'wait', 'The CRM asked to wait.'),
  },
  {
    // Answered by a network that wants somebody to sign in; the CRM never saw the request.
    status: 511,
    then: verdict('unavailable', 'not_executed', 'retry', 'A network blocks the way.', true),
  },
  {
    // A gateway's word says nothing about what happened behind it.
    status: { from: 500, to: 599 },
    on: ADDS,
    then: verdict('unavailable', 'unknown', 'repeat', 'The CRM failed.', true),
  },
  {
    status: { from: 500, to: 599 },
    on: ['find', 'list', 'change', 'delete'],
    then: verdict('unavailable', 'unknown', 'retry', 'The CRM failed.', true),
  },
];

/** What the body of a 2xx turned out to be. */
export type BodyForm = 'json' | 'text' | 'html' | 'empty' | 'too_large' | 'unreadable';

export interface BodyRow {
  readonly form: readonly BodyForm[];
  readonly on: readonly MethodKind[];
  /** Only when the method binds something, or only when it binds nothing. */
  readonly binds?: boolean;
  readonly then: Verdict;
}

/** 2xx answers by the form of their body; JSON and text that bind are judged by the binding. */
export const BODY_ROWS: readonly BodyRow[] = [
  {
    form: ['html'],
    on: READS,
    // Wrong credentials often end on a page to sign in, with status 200.
    then: verdict(
      'unauthorized',
      'not_executed',
      'refresh',
      'The CRM answered with a web page, probably to sign in.',
      true,
    ),
  },
  {
    form: ['empty'],
    on: ['find'],
    then: verdict('not_found', 'executed', 'succeed', 'The CRM found nothing.'),
  },
  {
    form: ['empty'],
    on: ['list'],
    then: verdict('success', 'executed', 'succeed', 'The CRM answered with an empty list.'),
  },
  {
    form: ['too_large'],
    on: READS,
    then: verdict('too_large', 'executed', 'park', 'The answer is too large.'),
  },
  {
    form: ['unreadable'],
    on: READS,
    then: verdict('unreadable', 'executed', 'retry', 'The answer cannot be read.', true),
  },
  {
    form: ['too_large'],
    on: WRITES,
    binds: true,
    then: verdict(
      'too_large',
      'executed',
      'look_up',
      'The CRM accepted it, but its answer is too large.',
    ),
  },
  {
    form: ['html', 'empty', 'unreadable'],
    on: WRITES,
    binds: true,
    then: verdict(
      'unreadable',
      'executed',
      'look_up',
      'The CRM accepted it, but its answer has no id.',
    ),
  },
  {
    form: ['html', 'empty', 'unreadable', 'too_large', 'text', 'json'],
    on: WRITES,
    binds: false,
    then: verdict('success', 'executed', 'succeed', 'The CRM accepted it.'),
  },
  {
    form: ['json', 'text'],
    on: [...READS, ...WRITES],
    then: verdict('success', 'executed', 'succeed', 'The CRM accepted it.'),
  },
];

export interface FailureRow {
  readonly phase: readonly string[];
  readonly code?: readonly string[];
  /** Default: every method. */
  readonly on?: readonly MethodKind[];
  readonly then: Verdict;
}

/** Exchanges without a whole answer, by how far they came. */
export const FAILURE_ROWS: readonly FailureRow[] = [
  {
    // Ours to mend, and the same at every try.
    phase: ['blocked'],
    code: ['blocked_header', 'invalid_request', 'invalid_url'],
    then: verdict('refused', 'not_executed', 'park', 'The request cannot be sent.'),
  },
  {
    phase: ['blocked'],
    then: verdict('blocked', 'not_executed', 'retry', 'The address may not be reached.', true),
  },
  {
    phase: ['tls'],
    code: ['certificate'],
    then: verdict('certificate', 'not_executed', 'retry', 'The certificate is refused.', true),
  },
  {
    // Our own end: nothing to hold against the CRM.
    phase: ['dns', 'connect', 'tls', 'pool', 'before_write'],
    code: ['aborted', 'closed', 'no_sockets'],
    then: verdict('unreachable', 'not_executed', 'retry', 'The request was not sent.'),
  },
  {
    phase: ['dns', 'connect', 'tls', 'pool', 'before_write'],
    then: verdict('unreachable', 'not_executed', 'retry', 'The CRM cannot be reached.', true),
  },
  {
    // The same at every try; of a write nobody knows what the status would have been.
    phase: ['waiting', 'reading'],
    code: ['headers_too_large'],
    on: READS,
    then: verdict('too_large', 'unknown', 'park', 'The answer is too large.'),
  },
  {
    phase: ['writing', 'waiting', 'reading'],
    code: ['aborted', 'closed', 'file_changed'],
    then: verdict('lost', 'unknown', 'repeat', 'The request was given up before its answer.'),
  },
  {
    phase: ['writing', 'waiting', 'reading'],
    then: verdict('lost', 'unknown', 'repeat', 'The answer was lost.', true),
  },
];

/** Codes of a 2xx whose body came whole but cannot be used, by the form they amount to. */
export const READING_FORMS: Readonly<Record<string, BodyForm>> = {
  body_too_large: 'too_large',
  encoding_unsupported: 'unreadable',
  encoding_invalid: 'unreadable',
  list_invalid: 'unreadable',
};
