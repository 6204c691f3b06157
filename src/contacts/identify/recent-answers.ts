import type { Match } from './match.ts';

/** What a CRM said a short time ago: who it is, or that it knows nobody. */
export type RecentAnswer =
  { readonly kind: 'nobody' } | { readonly kind: 'found'; readonly matches: readonly Match[] };

export interface RecentAnswers {
  find(connectionId: string, digits: string): RecentAnswer | undefined;
  keep(connectionId: string, digits: string, answer: RecentAnswer): void;
  /** Somebody of this connection came or changed: what was said of the number counts no more. */
  forget(connectionId: string, digits: string): void;
}

/** A call rings, is answered and ends: its caller is asked for once, and a new contact is soon known. */
const KEPT_MS = 30_000;
const MOST = 10_000;

/** Answers of CRMs in memory, for half a minute; `monotonic` in milliseconds. */
export function createRecentAnswers(monotonic: () => number): RecentAnswers {
  const kept = new Map<string, { readonly answer: RecentAnswer; readonly until: number }>();
  const keyOf = (connectionId: string, digits: string): string => `${connectionId} ${digits}`;
  return {
    find: (connectionId, digits) => {
      const one = kept.get(keyOf(connectionId, digits));
      return one !== undefined && one.until > monotonic() ? one.answer : undefined;
    },
    keep: (connectionId, digits, answer) => {
      const key = keyOf(connectionId, digits);
      // The oldest stands first: what is kept again moves to the end.
      kept.delete(key);
      if (kept.size >= MOST) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, { answer, until: monotonic() + KEPT_MS });
    },
    forget: (connectionId, digits) => {
      kept.delete(keyOf(connectionId, digits));
    },
  };
}
