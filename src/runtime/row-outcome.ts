import type { ErrorRow, RowAction } from '../document/bind/answer-rules.ts';
import type { Outcome } from './outcome.ts';

/** What is known of the answer that a row of `errors` fits. */
export interface RowAnswer {
  /** What it would mean without the row. */
  readonly builtIn: Outcome;
  readonly status: number;
  /** The CRM's own words, where it has some. */
  readonly words: string | undefined;
  /** As the CRM asked, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

type RowVerdict = Pick<Outcome, 'kind' | 'effect' | 'action' | 'message'>;

/** The author of a row says with it that the CRM did nothing, except where the answer is accepted. */
const VERDICTS: Readonly<Record<RowAction, RowVerdict>> = {
  retry: {
    kind: 'unavailable',
    effect: 'not_executed',
    action: 'retry',
    message: 'The CRM cannot do it now.',
  },
  wait: {
    kind: 'throttled',
    effect: 'not_executed',
    action: 'wait',
    message: 'The CRM asked to wait.',
  },
  refresh: {
    kind: 'unauthorized',
    effect: 'not_executed',
    action: 'refresh',
    message: 'The CRM refused the credentials.',
  },
  skip: {
    kind: 'refused',
    effect: 'not_executed',
    action: 'skip',
    message: 'The document leaves the step out after this answer.',
  },
  fail: {
    kind: 'refused',
    effect: 'not_executed',
    action: 'park',
    message: 'The CRM refused the request.',
  },
  accept: {
    kind: 'success',
    effect: 'executed',
    action: 'succeed',
    message: 'The CRM accepted it.',
  },
};

/**
 * What an answer means that a row of `errors` fits. How long to wait says the CRM, else the row.
 * Whether it counts against the CRM stays as the built-in table has it; an accepted one does not.
 */
export function rowOutcome(row: ErrorRow, answer: RowAnswer): Outcome {
  const verdict = VERDICTS[row.then];
  if (row.then === 'accept') return { ...verdict, breaker: false };
  const waits = verdict.action === 'wait' || verdict.action === 'retry';
  const seconds = row.seconds === undefined ? undefined : row.seconds * 1000;
  const retryAfterMs = waits ? (answer.retryAfterMs ?? seconds) : undefined;
  const told = answer.words === undefined ? '' : ` It says: "${answer.words}"`;
  return {
    ...verdict,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(row.then === 'wait' && answer.status >= 200 && answer.status <= 299
      ? { usesTry: true }
      : {}),
    breaker: answer.builtIn.breaker,
    message: `${verdict.message} Status ${String(answer.status)}.${told}`,
  };
}
