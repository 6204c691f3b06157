import type { Step, StepReason } from './step.ts';
import { isSettled } from './step.ts';

/** What a lane does next. Times are epoch milliseconds. */
export type LaneNext =
  | { readonly kind: 'run'; readonly step: Step }
  /** The outcome of an earlier request is unknown: ask the CRM. */
  | { readonly kind: 'ask'; readonly step: Step }
  | {
      readonly kind: 'skip';
      readonly step: Step;
      readonly reason: StepReason;
      readonly message: string;
    }
  | { readonly kind: 'wait'; readonly until: number }
  /** A person must act; `step` is the one that holds the others up. */
  | { readonly kind: 'parked'; readonly step: Step }
  | { readonly kind: 'idle' };

/**
 * Says what comes next in a lane: one step at a time, by rank and then by sequence. Whatever needs
 * the record of the call waits for the create; a parked step that others do not need holds up
 * nothing. Uploads come last and hold up each other no more than anything else.
 */
export function nextInLane(steps: readonly Step[], now: number): LaneNext {
  const ordered = [...steps].sort((a, b) => a.rank - b.rank || a.sequence - b.sequence);
  const create = ordered.find((step) => step.method === 'CreateActivity');
  let until: number | undefined;
  let parked: Step | undefined;
  for (const step of ordered) {
    if (isSettled(step)) continue;
    if (step.state === 'parked') {
      if (step.method === 'CreateActivity') return { kind: 'parked', step };
      parked ??= step;
      continue;
    }
    const skip = skipWithCreate(step, create);
    if (skip !== undefined) return skip;
    if (step.readyAt > now || step.state === 'sending') {
      until = Math.min(until ?? Infinity, Math.max(step.readyAt, now + 1));
      // A recording comes when it comes: the step that needs it waits alone.
      if (step.method === 'UploadFile' || step.recordingKey !== undefined) continue;
      return { kind: 'wait', until };
    }
    return step.state === 'unknown' ? { kind: 'ask', step } : { kind: 'run', step };
  }
  if (until !== undefined) return { kind: 'wait', until };
  return parked === undefined ? { kind: 'idle' } : { kind: 'parked', step: parked };
}

/** A call that has no record in the CRM, by rule or by a person's word, needs no later steps. */
function skipWithCreate(step: Step, create: Step | undefined): LaneNext | undefined {
  if (create === undefined || step.rank <= create.rank) return undefined;
  if (create.state !== 'skipped' && create.state !== 'discarded') return undefined;
  const message = `The call has no record in the CRM: ${create.message ?? 'its create was discarded'}`;
  const reason =
    create.reason === 'rule_of_document' ? 'rule_of_document' : ('create_skipped' as const);
  return { kind: 'skip', step, reason, message };
}
