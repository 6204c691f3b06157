import type { Limit } from '../document/options/limits.ts';

/** A limit as its bucket works: times are in microseconds. */
export interface Pace {
  /** From one request to the next while many wait. */
  readonly intervalUs: number;
  /** By so much a request may come before its theoretical arrival time. */
  readonly toleranceUs: number;
}

/** Where the buckets of a connection stand: the next theoretical arrival time of each, by `windowMs`. */
export type Buckets = ReadonlyMap<number, number>;

export type Slot =
  /** The request may leave at `at` (epoch milliseconds) if the buckets become `next`. */
  { readonly at: number; readonly next: Buckets };

const SECOND_US = 1_000_000;
const LONG_WINDOW_US = 3_600 * SECOND_US;
/** Requests reach a CRM a little later than they were let go, and not all equally late. */
const GUARD_SHARE = 0.02;
const GUARD_MAX_US = SECOND_US;
/** A worker that is late for its slot makes up for it within so much of the window. */
const LATENESS_SHARE = 0.025;
/** Calls come by day: of a day's limit so much may be used at once. */
const LONG_BURST_SHARE = 0.4;
/** A slot may be taken so long before its time. */
export const LONGEST_RESERVATION_MS = 30_000;
/** Clocks of nodes follow the database's and differ by milliseconds; half a minute is no such difference. */
const CLOCKS_APART_US = 30 * SECOND_US;

/**
 * The bucket of a limit: the generic cell rate algorithm (ITU-T I.371) with an interval so long that
 * no window of `per_seconds`, wherever it begins, sees more than `requests`, whatever the tolerance.
 * N+1 requests take at least N × interval − tolerance, which is the window and the guard.
 */
export function paceOf(limit: Limit): Pace {
  const { requests } = limit;
  const windowUs = limit.per_seconds * SECOND_US;
  const span = windowUs + Math.min(windowUs * GUARD_SHARE, GUARD_MAX_US);
  const standard = windowUs >= LONG_WINDOW_US ? Math.ceil(requests * LONG_BURST_SHARE) : 1;
  const burst = Math.min(limit.burst ?? standard, requests);
  const intervalUs = Math.ceil(span / (requests - burst + 1));
  const toleranceUs = (burst - 1) * intervalUs;
  const lateness = Math.floor(windowUs * LATENESS_SHARE);
  return toleranceUs >= lateness
    ? { intervalUs, toleranceUs }
    : { intervalUs: Math.ceil((span + lateness) / requests), toleranceUs: lateness };
}

/** Names the bucket of a limit. */
export function windowMs({ per_seconds }: Limit): number {
  return Math.max(1, Math.round(per_seconds * 1_000));
}

/** The earliest slot at `now` or later (epoch milliseconds) that all limits leave. */
export function nextSlot(limits: readonly Limit[], buckets: Buckets, now: number): Slot {
  const places = placesOf(limits, buckets, now);
  const at = Math.ceil(Math.max(now * 1_000, ...places.map(earliest)) / 1_000);
  const next = places.map(
    ({ key, pace, arrival }) => [key, Math.max(arrival, at * 1_000) + pace.intervalUs] as const,
  );
  return { at, next: new Map(next) };
}

/** How many requests may leave at `now`, and from when on one more. */
export function slotsDue(
  limits: readonly Limit[],
  buckets: Buckets,
  now: number,
): { readonly count: number; readonly nextAt: number } {
  const places = placesOf(limits, buckets, now);
  const counts = places.map((place) => {
    const early = now * 1_000 - earliest(place);
    return early < 0 ? 0 : Math.floor(early / place.pace.intervalUs) + 1;
  });
  const count = Math.min(...counts);
  const nextAt = Math.max(
    ...places.map((place) => earliest(place) + Math.max(0, count) * place.pace.intervalUs),
  );
  return { count, nextAt: Math.ceil(nextAt / 1_000) };
}

interface Place {
  readonly key: number;
  readonly pace: Pace;
  /** Theoretical arrival time; never before now. */
  readonly arrival: number;
}

function placesOf(limits: readonly Limit[], buckets: Buckets, now: number): readonly Place[] {
  return limits.map((limit) => {
    const key = windowMs(limit);
    const pace = paceOf(limit);
    return { key, pace, arrival: arrivalOf(pace, buckets.get(key), now * 1_000) };
  });
}

/** The theoretical arrival time of the next request, in microseconds; never before now. */
export function arrivalOf(
  { intervalUs, toleranceUs }: Pace,
  kept: number | undefined,
  nowUs: number,
): number {
  // No request can have set a later time: a clock that ran ahead did, or a limit since changed.
  const reserved = LONGEST_RESERVATION_MS * 1_000;
  const farthest = nowUs + toleranceUs + intervalUs + reserved + CLOCKS_APART_US;
  return kept === undefined || kept > farthest ? nowUs : Math.max(kept, nowUs);
}

function earliest({ arrival, pace }: Place): number {
  return arrival - pace.toleranceUs;
}
