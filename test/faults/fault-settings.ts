import type { DeliveryPolicy } from '../../src/calls/delivery-policy.ts';
import type { PlanTimes } from '../../src/calls/plan.ts';
import type { WorkerTimes } from '../../src/calls/worker.ts';
import type { MasterKey } from '../../src/connections/master-key.ts';

/** Every timer of delivery, so short that days pass in a second. */
export const FAULT_POLICY: Partial<DeliveryPolicy> = {
  backoffBaseMs: 5,
  backoffCapMs: 40,
  askAfterMs: [20, 40, 60, 80],
};

export const PLAN_TIMES: PlanTimes = { mergeMs: 30, lateRingMs: 30 };

export const FAULT_TIMES: WorkerTimes = {
  leaseMs: 2_000,
  renewEveryMs: 300,
  abortAfterMs: 1_500,
  pollEveryMs: 10,
  housekeepEveryMs: 60_000,
  closeAfterMs: 1_000,
};

export const MASTER_KEY: MasterKey = { id: '0000000000000000', bytes: new Uint8Array(32).fill(7) };
