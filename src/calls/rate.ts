/** The most requests to a CRM within so many seconds. */
export interface Rate {
  readonly requests: number;
  readonly per_seconds: number;
}

/** Milliseconds from one request to the next. */
export function slotMs(rate: Rate): number {
  return Math.ceil((rate.per_seconds * 1_000) / rate.requests);
}

/**
 * True when the next request may leave at `now`, where `nextAt` is the time of its slot. No slot is
 * further away than one is long: such a time was set by a clock that ran ahead.
 */
export function isSlotDue(nextAt: number, rate: Rate, now: number): boolean {
  return nextAt <= now || nextAt > now + slotMs(rate);
}
