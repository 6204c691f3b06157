import type { Timestamp } from './store.ts';

/** What is counted of an organization's use. */
export interface UsageCounts {
  calls: number;
  delivered_steps: number;
  parked_steps: number;
  recordings: number;
  recording_bytes: number;
  /** Questions who a number belongs to. */
  lookups: number;
  crm_requests: number;
}

export interface OrganizationLifeTables {
  /** Why an organization does not work as usual; most have no row. */
  organization_hold: {
    organization_id: string;
    state: 'suspended' | 'deleting';
    reason: string | null;
    actor: string;
    since: Timestamp;
    /** deleting: how many rows have gone. */
    removed_rows: number;
  };
  usage_month: UsageCounts & {
    organization_id: string;
    /** `2026-03`, in UTC. */
    month: string;
  };
  /** Counted, and not yet summed up in `usage_month`. */
  usage_delta: UsageCounts & { id: string; organization_id: string; month: string };
}
