import { isJsonArray, isJsonObject, jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';

/** The most requests that a CRM takes: never more than `requests` within any `per_seconds`. */
export interface Limit {
  readonly requests: number;
  readonly per_seconds: number;
  /** So many of them may leave at once after a pause. */
  readonly burst?: number | undefined;
}

export interface DocumentLimits {
  /** One per span of time. */
  readonly limits: readonly Limit[];
  /** Requests at the same time. */
  readonly concurrency?: number;
}

/** Reads `limits` of a document without errors: an object, or a list of them that hold together. */
export function readLimits(source: Json): DocumentLimits {
  const written = jsonMember(source, 'limits');
  const rows = (isJsonArray(written) ? written : [written]).filter((row) => isJsonObject(row));
  const limits = rows.flatMap((row): readonly Limit[] => {
    const [requests, per_seconds] = [numberAt(row, 'requests'), numberAt(row, 'per_seconds')];
    const burst = numberAt(row, 'burst');
    if (requests === undefined || per_seconds === undefined) return [];
    return [{ requests, per_seconds, ...(burst === undefined ? {} : { burst }) }];
  });
  const places = rows.flatMap((row) => numberAt(row, 'concurrency') ?? []);
  return {
    limits: onePerSpan(limits),
    ...(places.length === 0 ? {} : { concurrency: Math.min(...places) }),
  };
}

/** Of two limits of one span the stricter holds. */
function onePerSpan(limits: readonly Limit[]): readonly Limit[] {
  const strictest = new Map<number, Limit>();
  for (const limit of limits) {
    const known = strictest.get(limit.per_seconds);
    if (known === undefined || limit.requests < known.requests) {
      strictest.set(limit.per_seconds, limit);
    }
  }
  return [...strictest.values()];
}

function numberAt(row: Json, key: string): number | undefined {
  const value = jsonMember(row, key);
  return typeof value === 'number' ? value : undefined;
}
