import type { AnswerPath } from '../expression/answer-path.ts';
import type { Json } from '../json-value.ts';
import type { Note } from '../values/values.ts';
import type { BindContext, BindResult, BoundRecord } from './compile-binding.ts';

/** How the records of an answer are read part by part, where that gives what reading it whole gives. */
export interface ListBinding {
  /** The keys that lead to the list of records through objects; none where the answer is the list. */
  readonly path: readonly string[];
  open(context: BindContext): ListReading;
}

/** One answer that is read part by part. */
export interface ListReading {
  /** Reads some elements of the list, in their order. Never throws. */
  part(elements: readonly Json[]): BoundPart;
  /**
   * Reads the answer without its list when all elements were read: no records, but the count of
   * elements, moving values and notes of all of it.
   */
  end(around: Json | undefined): BindResult;
}

/** Records of a part, as a result that can be judged like a whole one. */
export interface BoundPart {
  readonly status: 'bound';
  readonly records: readonly BoundRecord[];
  readonly received: number;
  readonly moving: BoundRecord;
  readonly notes: readonly Note[];
}

/** Why an answer is read only as a whole, in a sentence. */
export interface OnlyWhole {
  readonly why: string;
}

/** True where an expression reads what stands at the list, inside it or around it. */
export function readsList(reads: readonly AnswerPath[], list: readonly string[]): boolean {
  return reads.some(([part, ...steps]) => {
    if (part !== 'body') return false;
    const shared = Math.min(steps.length, list.length);
    if (steps.slice(0, shared).some((step, index) => step !== list[index])) return false;
    // Its first element is kept with what stands around it.
    return steps[list.length] !== 0;
  });
}
