import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { EndedBy } from '../document/paging/pager.ts';
import type { Note } from '../document/values/values.ts';
import type { ListPlace } from './list-place.ts';
import type { MethodCall } from './method-call.ts';
import type { Outcome } from './outcome.ts';
import type { NotSentReason } from './run-method.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

/** A method whose records are taken page by page, as many as there are. */
export interface ListCall extends Omit<MethodCall, 'method' | 'progress' | 'file' | 'deadlineMs'> {
  readonly method: 'Contacts' | 'Organizations';
  /**
   * Where an earlier reading stood, of the same document and the same values; without it the list
   * begins. A cursor may have expired by then: the CRM refuses it, and only a new beginning helps.
   */
  readonly from?: ListPlace;
  /** Asked before each request, the first too; rejects when the signal aborts. */
  readonly admit?: (signal: AbortSignal) => Promise<void>;
}

/**
 * `no_paging`: the method object has one page. `repeated_page`: the CRM gives the same page again,
 * whatever it is asked for. The others as the pager says.
 */
export type ObjectEnd = EndedBy | 'no_paging';

/** Ends after which nothing of a method object is missing. */
export const COMPLETE_ENDS: ReadonlySet<ObjectEnd> = new Set([
  'empty_page',
  'has_more',
  'no_next',
  'no_paging',
]);

export type ListEvent =
  /** A part of a page, of which there may be many; of a page that fails they came all the same. */
  | { readonly kind: 'records'; readonly object: number; readonly records: readonly BoundRecord[] }
  /** A page is whole: only now its position may be kept. */
  | {
      readonly kind: 'page';
      /** Place of the method object in the document, from 0. */
      readonly object: number;
      /** Elements in the answer's own list, those passed over included. */
      readonly received: number;
      /** The answer has no list where the document looks for it, not even an empty one. */
      readonly lacksList?: true;
      /** Records handed over from it. */
      readonly records: number;
      /** Where it goes on; none after the last page of the last object: `ended` says what it was. */
      readonly next?: ListPlace;
      /** Why this object has no further page. */
      readonly objectEnd?: ObjectEnd;
      /** Of all its bodies, unpacked. */
      readonly bytes: number;
      /** The requests of the page, those too that were repeated with a newer credential. */
      readonly exchanges: readonly ScrubbedExchange[];
      readonly notes: readonly Note[];
    }
  | {
      readonly kind: 'ended';
      /** True only where every object that runs was read to its end: what is not there is gone. */
      readonly complete: boolean;
      /** The end of the last object; `failed`: the outcome says how; `not_sent`: nothing left. */
      readonly endedBy: ObjectEnd | 'failed' | 'not_sent';
      readonly outcome: Outcome;
      /** Why nothing could be sent. */
      readonly notSent?: { readonly reason: NotSentReason; readonly message: string };
      /** Of a page that failed. */
      readonly exchanges: readonly ScrubbedExchange[];
      readonly notes: readonly Note[];
    };

export interface ListRunner {
  /**
   * Reads a list page by page, as fast as its events are taken: one page, or a part of a large one, is
   * held at a time. Who stops taking ends the request under way. Never rejects; `ended` comes last.
   */
  list(call: ListCall, signal: AbortSignal): AsyncIterable<ListEvent>;
}
