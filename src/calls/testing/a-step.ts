import { STEP_RANKS } from '../step.ts';
import type { Step, StepMethod } from '../step.ts';

/** A pending step that was never tried. */
export function aStep(method: StepMethod, members: Partial<Step> = {}): Step {
  return {
    id: method,
    key: method,
    method,
    rank: STEP_RANKS[method],
    sequence: STEP_RANKS[method],
    state: 'pending',
    attempts: 0,
    readyAt: 0,
    reasons: [],
    possibleDuplicate: false,
    asked: 0,
    executed: false,
    keyNumber: 0,
    ...members,
  };
}
