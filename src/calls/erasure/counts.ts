import type { ErasureRow } from './erasure-repository.ts';

/** How many of each kind went, or would go. */
export interface ErasedCounts {
  readonly index_contacts: number;
  readonly made_contacts: number;
  readonly refused_events: number;
  readonly kept_answers: number;
  readonly audit_entries: number;
  readonly calls: number;
  readonly events: number;
  readonly exchanges: number;
  readonly recordings: number;
}

export const NONE: ErasedCounts = {
  ...{ index_contacts: 0, made_contacts: 0, refused_events: 0, kept_answers: 0 },
  ...{ audit_entries: 0, calls: 0, events: 0, exchanges: 0, recordings: 0 },
};

/** Counts of a row, as they were written; an older version wrote fewer. */
export function readCounts({ counts }: Pick<ErasureRow, 'counts'>): ErasedCounts {
  return { ...NONE, ...(JSON.parse(counts) as Partial<ErasedCounts>) };
}

export function added(to: ErasedCounts, more: Partial<ErasedCounts>): ErasedCounts {
  const sum = (name: keyof ErasedCounts): number => to[name] + (more[name] ?? 0);
  return {
    index_contacts: sum('index_contacts'),
    made_contacts: sum('made_contacts'),
    refused_events: sum('refused_events'),
    kept_answers: sum('kept_answers'),
    audit_entries: sum('audit_entries'),
    calls: sum('calls'),
    events: sum('events'),
    exchanges: sum('exchanges'),
    recordings: sum('recordings'),
  };
}
