import type { NumberMatch } from '../../index/contact-index.ts';
import { BEST_FIRST } from '../number-question.ts';
import type { NumberQuestion } from '../number-question.ts';

export interface Entry {
  readonly id: string;
  /** As it is written. */
  readonly phone: string;
  readonly reversed: string;
}

/** The numbers of a connection's contacts in memory, sorted as an index sorts them. */
export interface Book {
  /**
   * Who has the number, by the best way in which anybody has it. `without` somebody, or with one entry
   * in place of what somebody has.
   */
  find(
    question: NumberQuestion,
    of: { readonly without?: string; readonly and?: Entry },
  ): readonly Hit[];
}

export interface Hit extends Entry {
  readonly matched: NumberMatch;
}

export function createBook(entries: readonly Entry[]): Book {
  const sorted = entries.toSorted((a, b) => (a.reversed < b.reversed ? -1 : 1));
  return {
    find: (question, { without, and }) => {
      const beginnings = [question.exact, ...question.beginnings].filter((one) => one !== '');
      const near = beginnings.flatMap((beginning) => beginningWith(sorted, beginning));
      const others = [...new Set(near)].filter(({ id }) => id !== without && id !== and?.id);
      const isNear = beginnings.some((one) => and?.reversed.startsWith(one));
      const hits = [...others, ...(and !== undefined && isNear ? [and] : [])].flatMap((entry) => {
        const matched = question.judge(entry.phone);
        return matched === undefined ? [] : [{ ...entry, matched }];
      });
      const level = BEST_FIRST.find((one) => hits.some(({ matched }) => matched === one));
      return hits.filter(({ matched }) => matched === level);
    },
  };
}

function beginningWith(sorted: readonly Entry[], beginning: string): readonly Entry[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.reversed ?? '') < beginning) low = middle + 1;
    else high = middle;
  }
  const found: Entry[] = [];
  for (let at = low; at < sorted.length; at += 1) {
    const entry = sorted[at];
    if (entry?.reversed.startsWith(beginning) !== true) break;
    found.push(entry);
  }
  return found;
}
