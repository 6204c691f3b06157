import { setTimeout as sleep } from 'node:timers/promises';

import { monotonicMs } from './monotonic.ts';
import type { MockCrm } from './mock-crm.ts';

/** What is called to report an event of a call; resolves when it is acknowledged. */
export type Report = (call: number, kind: 'ringing' | 'answered' | 'ended') => Promise<void>;

/** As long as no call comes through, the measurement is given up. */
const STUCK_MS = 30_000;

/** The caller's number of a call, below ten million: the mock CRM knows it by its last seven digits. */
export function numberOf(call: number): string {
  return `+44207${String(call).padStart(7, '0')}`;
}

/**
 * Keeps `inFlight` calls between their first event and the stop at the CRM until `count` have been
 * through, and gives calls per second. The end is reported as soon as the ring is acknowledged.
 */
export async function runClosedLoop(
  plan: { readonly first: number; readonly count: number; readonly inFlight: number },
  { crm, report }: { readonly crm: MockCrm; readonly report: Report },
): Promise<number> {
  const { first, count, inFlight } = plan;
  const begun = monotonicMs();
  let next = first;
  let finished = 0;
  let watch: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    let seen = 0;
    watch = setInterval(() => {
      if (seen === finished) reject(new Error(`${finished} of ${count} calls came through`));
      seen = finished;
    }, STUCK_MS);
    const begin = (): void => {
      if (next >= first + count) return;
      const call = next;
      next += 1;
      report(call, 'ringing')
        .then(() => report(call, 'ended'))
        .catch(reject);
    };
    crm.onEnded((calls) => {
      for (const _ of calls) {
        finished += 1;
        begin();
      }
      if (finished >= count) resolve();
    });
    for (let at = 0; at < inFlight; at += 1) begin();
  }).finally(() => clearInterval(watch));
  return (count / (monotonicMs() - begun)) * 1_000;
}

/**
 * Runs `work` `perSecond` times a second for `seconds`, evenly, whether or not earlier ones are done.
 * It is told when it was due, on the monotonic clock: a late start counts as waiting.
 */
export async function runAtRate(
  plan: { readonly perSecond: number; readonly seconds: number },
  work: (at: number, due: number) => Promise<void>,
): Promise<void> {
  const total = Math.round(plan.perSecond * plan.seconds);
  const begun = monotonicMs();
  const dueAt = (at: number): number => begun + (at / plan.perSecond) * 1_000;
  const running: Promise<void>[] = [];
  while (running.length < total) {
    const now = monotonicMs();
    while (running.length < total && dueAt(running.length) <= now) {
      running.push(work(running.length, dueAt(running.length)));
    }
    await sleep(1);
  }
  await Promise.all(running);
}
