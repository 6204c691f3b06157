import type { Timestamp } from './store.ts';

export interface PaceTables {
  /** One row per limit of a connection: a bucket of the generic cell rate algorithm. */
  connection_rate: {
    connection_id: string;
    organization_id: string;
    /** The limit's span of time, in milliseconds; a connection has one limit per span. */
    window_ms: number;
    /** Theoretical arrival time of the next request, in epoch microseconds. */
    next_us: number;
  };
  /** Addresses that failed lately; one that is well has no row. */
  host_health: {
    /** Scheme, host and port. */
    origin: string;
    /** `watched`: some failed; `broken`: nothing is sent but a probe; `opening`: few permits. */
    state: 'watched' | 'broken' | 'opening';
    /** broken: when the next probe may go out. */
    until: Timestamp | null;
    /** How often in a row it broke. */
    breaks: number;
    /** opening: requests at the same time, of all connections together. */
    permits: number | null;
    /** JSON list: what each organization last saw. Never shown to anybody. */
    votes: string;
    probe_connection: string | null;
    probe_organization: string | null;
    /** Rises with each change. */
    revision: number;
    updated_at: Timestamp;
  };
}
