import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { MethodProgress, MethodRun } from './method-call.ts';
import { mergeRecords } from './join-records.ts';
import type { RunStart } from './method-job.ts';
import { nextRequest } from './next-request.ts';
import type { NextRequest } from './next-request.ts';
import type { Outcome } from './outcome.ts';
import { createRunLog } from './run-log.ts';
import type { RunLog } from './run-log.ts';
import { sendPages } from './send-pages.ts';
import type { PagesRun } from './send-pages.ts';
import { withLinks } from './with-links.ts';

/**
 * Sends one request of a method that writes. The run says in `next` which one follows; what all
 * requests bound so far is one record. Never rejects.
 */
export async function runWrite(
  start: RunStart,
  { job, first }: Extract<NextRequest, { readonly status: 'ready' }>,
  signal: AbortSignal,
): Promise<MethodRun> {
  const log = createRunLog(start.deps.clock.monotonic());
  const run = await sendPages(job, first, log, signal);
  const [record, ...others] = run.records;
  const bound = mergeRecords(job.place.bound, record ?? {});
  const records = Object.keys(bound).length === 0 ? [] : [bound, ...others];
  const next = run.outcome.action === 'succeed' ? following(start, run, bound, log) : undefined;
  const executedWithoutId = run.outcome.effect === 'executed' && run.outcome.action === 'look_up';
  const message = run.job.scrubber.text(run.outcome.message);
  return {
    ...log.told(),
    outcome: { ...run.outcome, message } satisfies Outcome,
    records: withLinks(records, run.job),
    executedWithoutId,
    ...(next === undefined ? {} : { next }),
  };
}

/** The request after this one; a step that cannot be sent is found out when it is prepared. */
function following(
  start: RunStart,
  { job }: PagesRun,
  bound: BoundRecord,
  log: RunLog,
): MethodProgress | undefined {
  const { place, credential, tokens } = job;
  const after = { ...place, requestIndex: place.requestIndex + 1, bound };
  if (after.requestIndex >= place.object.requests.length) return undefined;
  const next = nextRequest({ ...start, credential, earlier: tokens }, after);
  if (next.status !== 'none') {
    return { object: place.objectIndex, request: after.requestIndex, bound };
  }
  log.note(...next.notes);
  return undefined;
}
