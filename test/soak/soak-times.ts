import type { DeliveryPolicy } from '../../src/calls/delivery-policy.ts';
import type { WorkerTimes } from '../../src/calls/worker.ts';

/**
 * Waits of delivery, shorter by the same factor each: what takes minutes in production takes
 * seconds. The last question about a lost answer still comes after a process that was stopped for
 * `STOP_MS` has woken up and sent what it had begun, as the questions after two and ten minutes do
 * for a machine that sleeps for one.
 */
export const SOAK_POLICY: Partial<DeliveryPolicy> = {
  backoffBaseMs: 100,
  backoffCapMs: 2_000,
  askAfterMs: [100, 600, 2_500, 6_000],
};

export const SOAK_TIMES: WorkerTimes = {
  leaseMs: 5_000,
  renewEveryMs: 1_000,
  abortAfterMs: 3_500,
  pollEveryMs: 200,
  housekeepEveryMs: 5_000,
  closeAfterMs: 10_000,
};

/** Longer than a lease: the others have taken over when the process wakes up. */
export const STOP_MS = 8_000;
