import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { methodRow } from '../document/methods.ts';
import type { EndedBy } from '../document/paging/pager.ts';
import type { MethodCall } from './method-call.ts';
import type { MethodJob } from './method-job.ts';
import type { Outcome } from './outcome.ts';
import { keepExchange } from './run-log.ts';
import type { RunLog } from './run-log.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';
import { walkPages } from './walk-pages.ts';
import type { FirstRequest } from './walk-pages.ts';

/** What came of one request with its pages. */
export interface PagesRun {
  readonly outcome: Outcome;
  /** As bound, raw. */
  readonly records: readonly BoundRecord[];
  /** Why paging ended. */
  readonly endedBy?: EndedBy;
  /** The job as it ended: its credential may be a newer one. */
  readonly job: MethodJob;
  /** Of the bodies of all pages, unpacked. */
  readonly bytes: number;
}

/** Records of one method held at once; longer lists are read page by page. */
export const RECORDS_MAX = 250_000;

/** A look-up is for one call or one word that is typed: it must not use up a day's quota. */
const LOOK_UP_REQUESTS_MAX = 50;

/** True once a look-up has sent as many requests as one may, whatever the document and its answers say. */
export function hasAskedEnough({ method }: MethodCall, log: RunLog): boolean {
  return methodRow(method).kind === 'find' && log.sent() >= LOOK_UP_REQUESTS_MAX;
}

/**
 * Sends the request, and those of further pages; joins what they bound. A request whose credential is
 * refused is sent once more with a renewed one. Never rejects.
 */
export async function sendPages(
  begun: MethodJob,
  first: FirstRequest,
  log: RunLog,
  signal: AbortSignal,
): Promise<PagesRun> {
  const exchanges: ScrubbedExchange[] = [];
  const records: BoundRecord[] = [];
  let bytes = 0;
  const run = await walkPages(begun, first, {
    log,
    signal,
    records: (_job, more) => {
      // One by one: a page may have more records than a function takes arguments.
      for (const record of more) records.push(record);
    },
    endsAt: () =>
      records.length >= RECORDS_MAX || hasAskedEnough(begun.call, log) ? 'page_cap' : undefined,
    exchanged: (exchange) => keepExchange(exchanges, exchange),
    take: (page) => {
      bytes += page.bytes;
    },
  });
  const { objectIndex: object, requestIndex: request, phoneFormat } = begun.place;
  const format = phoneFormat === undefined ? {} : { phoneFormat };
  log.asked({ object, request, ...format, exchanges, bound: records });
  return { ...run, records, bytes };
}
