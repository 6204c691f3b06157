import type { ListEvent } from '../../runtime/list-pages.ts';

type Ended = Extract<ListEvent, { readonly kind: 'ended' }>;

/** What the end of a list means for the pass that read it. */
export type ListFate =
  | { readonly kind: 'complete' }
  /** The pass stays open, and goes on at its place after so many milliseconds. */
  | {
      readonly kind: 'again';
      readonly code: SyncFailureCode;
      readonly message: string;
      readonly afterMs: number;
    }
  /** The place is worth nothing any more: the list is read from its start, at once. */
  | { readonly kind: 'anew' }
  /** The pass ends without having seen everything; the next one comes by the schedule. */
  | { readonly kind: 'given_up'; readonly code: SyncFailureCode; readonly message: string };

/** Why a pass stopped; each has a word of what to do. */
export type SyncFailureCode =
  | 'incomplete'
  | 'skipped'
  | 'missing_value'
  | 'refused'
  | 'forbidden'
  | 'unauthorized'
  | 'sign_in'
  | 'throttled'
  | 'unavailable'
  | 'unreadable'
  | 'cancelled'
  | 'internal';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** A page that cannot be read after so many tries in a row is the CRM's fault for good. */
const MOST_TRIES = 5;

/**
 * Judges the end of a list. `tries`: failures in a row before this one, without a page between;
 * `resumed`: the list went on at a kept place and gave no page since.
 */
export function judgeEnd(
  ended: Ended,
  of: { readonly tries: number; readonly resumed: boolean },
): ListFate {
  if (ended.complete) return { kind: 'complete' };
  const { outcome, notSent, endedBy } = ended;
  const message = outcome.message;
  if (notSent !== undefined) return judgeNotSent(ended, notSent, of.tries);
  if (endedBy !== 'failed') {
    return { kind: 'given_up', code: 'incomplete', message: INCOMPLETE[endedBy] ?? PASSED_OVER };
  }
  switch (outcome.kind) {
    case 'throttled':
      return again('throttled', message, outcome.retryAfterMs ?? pauseMs(of.tries));
    case 'unauthorized':
      return again('unauthorized', message, FIRST_PAUSE_MS);
    case 'sign_in_unavailable':
      return again('sign_in', message, outcome.retryAfterMs ?? pauseMs(of.tries));
    case 'unavailable':
    case 'unreachable':
    case 'lost':
      // It may be away for hours: what was read is not read again.
      return again('unavailable', message, outcome.retryAfterMs ?? pauseMs(of.tries));
    case 'unreadable':
    case 'too_large':
    case 'certificate':
      if (of.tries + 1 >= MOST_TRIES) return { kind: 'given_up', code: 'unreadable', message };
      return again('unreadable', message, pauseMs(of.tries));
    case 'forbidden':
      return { kind: 'given_up', code: 'forbidden', message };
    case 'success':
    case 'not_found':
    case 'refused':
    case 'conflict':
    case 'gone':
    case 'redirected':
    case 'blocked':
      // Most likely a mark that has expired meanwhile.
      if (of.resumed) return { kind: 'anew' };
      return { kind: 'given_up', code: 'refused', message };
  }
}

function judgeNotSent(
  { outcome }: Ended,
  { reason, message }: NonNullable<Ended['notSent']>,
  tries: number,
): ListFate {
  switch (reason) {
    case 'needs_auth':
      return again('unauthorized', message, FIRST_PAUSE_MS);
    case 'sign_in_unavailable':
      return again('sign_in', message, outcome.retryAfterMs ?? pauseMs(tries));
    case 'missing_value':
    case 'unsafe_value':
      return { kind: 'given_up', code: 'missing_value', message };
    case 'absent':
    case 'skipped':
    case 'nothing_left':
      return { kind: 'given_up', code: 'skipped', message };
  }
}

/** Ends after which something may be missing. */
const INCOMPLETE: Readonly<Record<string, string>> = {
  page_cap: 'The list has more pages than `max_pages`, or Patchcord, allows.',
  repeated_cursor: 'The CRM named a page that it had given before: its list would never end.',
  no_mark: 'A page had records, but none of them told where the next page begins.',
  repeated_page: 'The CRM gave the same page again, whatever it was asked for.',
  origin_refused: 'The next page is at an address that the connection may not call.',
};
const PASSED_OVER = 'A part of the list could not be asked for.';

/** The end of a list that told of nobody new for many pages. */
export const ENDLESS: Extract<ListFate, { readonly kind: 'given_up' }> = {
  kind: 'given_up',
  code: 'incomplete',
  message:
    'The CRM told of the same contacts again for many pages in a row: its list would never end.',
};

function again(code: SyncFailureCode, message: string, afterMs: number): ListFate {
  return { kind: 'again', code, message, afterMs };
}

/** Doubles with each failure in a row. */
function pauseMs(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 20), LONGEST_PAUSE_MS);
}
