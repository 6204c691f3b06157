const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The times and counts of delivery, all in milliseconds; tests pass smaller ones. */
export interface DeliveryPolicy {
  /** Back-off with full jitter: first span and the longest. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** After this time since its first try a step is parked as `gave_up`, if it was tried so often: */
  readonly giveUpMs: number;
  /** fewer tries mean that it waited for its connection, and that uses up nothing. */
  readonly giveUpTries: number;
  /** When the CRM is asked about an unknown outcome, since it became unknown. */
  readonly askAfterMs: readonly number[];
  /** A caller lookup that keeps failing must not keep the call out of the CRM. */
  readonly lookupTries: number;
  readonly certificateTries: number;
  /** For so long a CRM is trusted to know an idempotency key, since its first try. */
  readonly keyKeptMs: number;
  /** As many lanes refused with 403 within the window make the connection `forbidden`. */
  readonly forbiddenLanes: number;
  readonly forbiddenWindowMs: number;
  /** A recording that cannot be fetched for this long is parked. */
  readonly recordingPatienceMs: number;
}

export const DELIVERY_POLICY: DeliveryPolicy = {
  backoffBaseMs: 2 * SECOND,
  backoffCapMs: 15 * MINUTE,
  giveUpMs: 7 * DAY,
  giveUpTries: 10,
  askAfterMs: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE],
  lookupTries: 5,
  certificateTries: 3,
  // Stripe's documentation says that keys may be removed after 24 hours; a margin for our clock.
  keyKeptMs: 23 * HOUR,
  forbiddenLanes: 3,
  forbiddenWindowMs: 10 * MINUTE,
  recordingPatienceMs: 24 * HOUR,
};

/**
 * Full jitter: any time up to base × 2^(attempt − 1), at most the cap. `random` is in [0, 1).
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function backoffMs(
  attempt: number,
  policy: Pick<DeliveryPolicy, 'backoffBaseMs' | 'backoffCapMs'>,
  random: number,
): number {
  const span = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.max(1, Math.round(span * random));
}
