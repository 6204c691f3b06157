import type { MethodProgress, MethodRun } from './method-call.ts';
import type { PreparedMethod } from './run-method.ts';

/** What came of a method, all its requests together. */
export type WholeRun =
  | {
      readonly status: 'ran';
      /** Of the last request; exchanges and notes of all. */
      readonly run: MethodRun;
      /** The first request that was prepared. */
      readonly first: Extract<PreparedMethod, { status: 'ready' }>;
    }
  | Extract<PreparedMethod, { status: 'not_sent' }>;

/**
 * Runs a method to its end, for callers that keep nothing between its requests. `prepare` is asked
 * again for each request that follows. A request that cannot be sent after others were ends the run
 * with their result, and a note says why.
 */
export async function runToEnd(
  prepare: (progress: MethodProgress | undefined) => PreparedMethod | Promise<PreparedMethod>,
  signal: AbortSignal,
): Promise<WholeRun> {
  const begun = await prepare(undefined);
  if (begun.status === 'not_sent') return begun;
  let run = await begun.send(signal);
  while (run.next !== undefined) {
    const prepared = await prepare(run.next);
    if (prepared.status === 'ready') {
      run = joined(run, await prepared.send(signal));
      continue;
    }
    const { next: _, ...ended } = run;
    const notes = [...run.notes, told(prepared)];
    run =
      prepared.reason === 'nothing_left'
        ? { ...ended, notes }
        : { ...ended, notes, outcome: stopped(run, prepared.message) };
  }
  return { status: 'ran', run, first: begun };
}

function joined(earlier: MethodRun, later: MethodRun): MethodRun {
  const known = new Set(earlier.notes.map(({ message }) => message));
  return {
    ...later,
    exchanges: [...earlier.exchanges, ...later.exchanges],
    asked: [...earlier.asked, ...later.asked],
    notes: [...earlier.notes, ...later.notes.filter(({ message }) => !known.has(message))],
  };
}

/** Part of the method was done, and the rest cannot be: nothing that a success would say. */
function stopped({ outcome }: MethodRun, message: string): MethodRun['outcome'] {
  return { ...outcome, kind: 'refused', effect: 'not_executed', action: 'park', message };
}

function told({
  reason,
  message,
}: Extract<PreparedMethod, { status: 'not_sent' }>): MethodRun['notes'][number] {
  return { code: reason, message };
}
