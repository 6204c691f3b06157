/** The most requests to a CRM within so many seconds. */
export interface Rate {
  readonly requests: number;
  readonly per_seconds: number;
}

/** Milliseconds from one request to the next. */
export function slotMs(rate: Rate): number {
  return Math.ceil((rate.per_seconds * 1_000) / rate.requests);
}

/** Clocks of nodes follow the database's and differ by milliseconds; a minute is no such difference. */
const CLOCKS_APART_MS = 60_000;

/** No slot can be later than this at `now`: a later time was set by a clock that ran ahead. */
export function farthestSlot(rate: Rate, now: number): number {
  return now + slotMs(rate) + CLOCKS_APART_MS;
}

/** True when the next request may leave at `now`, where `nextAt` is the time of its slot. */
export function isSlotDue(nextAt: number, rate: Rate, now: number): boolean {
  return nextAt <= now || nextAt > farthestSlot(rate, now);
}
