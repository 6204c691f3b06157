import type { Generated } from 'kysely';

import type { Timestamp } from './store.ts';

export interface CallTables {
  call: {
    id: string;
    organization_id: string;
    phone_system_id: string;
    /** The phone system's id of the call; it may use one again later, see `generation`. */
    external_id: string;
    generation: number;
    phase: 'ringing' | 'answered' | 'ended';
    /** JSON: what is known of the call. */
    facts: string;
    event_count: number;
    started_at: Timestamp;
    created_at: Timestamp;
    last_event_at: Timestamp;
  };
  call_event: {
    id: string;
    organization_id: string;
    call_id: string;
    kind: string;
    /** The phone system's id of the event, or the fingerprint of its body. */
    event_key: string;
    /** Order of arrival within the call, from 1. */
    sequence: number;
    received_at: Timestamp;
    /** JSON: the event as it was understood. */
    event: string;
    /** JSON: the body as it came. */
    body: string;
  };
  /** Events that belong to nobody we know. */
  refused_event: {
    id: string;
    phone_system_id: string;
    domain: string | null;
    code: string;
    message: string;
    body: string;
    received_at: Timestamp;
  };
  lane: {
    id: string;
    organization_id: string;
    connection_id: string;
    call_id: string;
    call_key: string;
    state: 'idle' | 'ready' | 'leased' | 'parked';
    ready_at: Timestamp;
    lease_until: Timestamp | null;
    /** Rises with each claim; every settlement names it. */
    fence: number;
    node: string | null;
    /** Rises when a plan touches the lane: what was read before is old then. */
    revision: number;
    /** JSON: what the CRM told about the call. */
    memory: string;
    /** Why nothing goes to this CRM, as long as that is so. */
    skip_reason: string | null;
    skip_message: string | null;
    /** The first event, by its sequence, that waits to be planned; null: none does. */
    unplanned_from: number | null;
    /** Since when it is replayed with many others: one such lane of a connection at a time. */
    replayed_at: Timestamp | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  step: {
    id: string;
    organization_id: string;
    lane_id: string;
    key: string;
    method: string;
    rank: number;
    sequence: number;
    state: 'pending' | 'sending' | 'done' | 'unknown' | 'parked' | 'skipped' | 'discarded';
    reason: string | null;
    message: string | null;
    attempts: number;
    ready_at: Timestamp;
    first_at: Timestamp | null;
    /** JSON list: what an update tells. */
    reasons: string;
    recording_key: string | null;
    possible_duplicate: number;
    unknown_at: Timestamp | null;
    asked: number;
    executed: number;
    /** JSON: where a method of several requests stands. */
    progress: string | null;
    /** JSON: the values of a request whose repetition must be the same. */
    sent_values: string | null;
    /** Which idempotency key it has; null is the first. */
    key_number: number | null;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  attempt: {
    id: string;
    organization_id: string;
    lane_id: string;
    step_id: string;
    purpose: 'run' | 'ask';
    method: string;
    state: 'sending' | 'settled' | 'lost';
    fence: number;
    node: string;
    /** 1 when a repetition of this request does no harm. */
    idempotent: number;
    outcome: string | null;
    effect: string | null;
    message: string | null;
    /** JSON list. */
    notes: string;
    /** Of a method of several requests: which one this is, from 1, and of how many. */
    part: number | null;
    parts: number | null;
    started_at: Timestamp;
    ended_at: Timestamp | null;
  };
  exchange: {
    id: string;
    organization_id: string;
    attempt_id: string;
    position: number;
    /** JSON, scrubbed of secrets. */
    request: string;
    response: string | null;
    failure: string | null;
    started_at: Timestamp;
    duration_ms: number;
  };
  recording: {
    id: string;
    organization_id: string;
    call_id: string;
    key: string;
    /** `announced`: known by its address; `stored`: in the spool; `deleted`: was there. */
    state: 'announced' | 'stored' | 'deleted';
    /** The address itself, where an older version kept it readable. */
    source_url: string | null;
    file: string | null;
    size: number | null;
    /** Lower-case hex. */
    sha256: string | null;
    media_type: string | null;
    filename: string | null;
    message: string | null;
    created_at: Timestamp;
    stored_at: Timestamp | null;
    /** Length of the sound, where it is known. */
    seconds: number | null;
    /** When the phone system's link ends. */
    expires_at: Timestamp | null;
    /** When it is fetched next; null: no connection wants it. */
    ready_at: Timestamp | null;
    /** When it was first asked for. */
    first_at: Timestamp | null;
    /** Why it cannot be had; a push of its bytes takes that back. */
    failure: string | null;
    /** 1 when a CRM has a link to it: it is kept for as long as the operator says. */
    linked: number | null;
    /** Name of its address in `recording_address`. */
    address: string | null;
  };
  /** Who makes, or has made, the contact of a number: a CRM's search finds it only later. */
  made_contact: {
    connection_id: string;
    organization_id: string;
    /** E.164, or the digits of what is no number of a plan. */
    number: string;
    /** The create; what came of it stands in its lane. */
    step_id: string;
    lane_id: string;
    claimed_at: Timestamp;
  };
  /** The contact of a number as somebody made it through the API; kept as long as `made_contact`. */
  saved_contact: {
    connection_id: string;
    organization_id: string;
    /** As in `made_contact`. */
    number: string;
    /** JSON: what its request was made from and what the CRM's answer bound. */
    contact: string;
    saved_at: Timestamp;
  };
  /** What of a connection changes with each request; its settings are elsewhere. */
  connection_pace: {
    connection_id: string;
    organization_id: string;
    /** Of versions that knew one limit without burst; see `connection_rate`. */
    next_cell_at: Timestamp;
    /** When lanes of it were last claimed: who waited longest comes first. */
    claimed_at: Timestamp;
    /** JSON list: lanes refused with 403 lately. */
    forbidden: string;
    /** Look-ups in a row in which the CRM found nobody. */
    unfound: Generated<number>;
    /** Keys of the last of these answers. */
    unfound_sample: string | null;
    /** Requests in a row that were done and whose answer lacked the id. */
    without_id: Generated<number>;
    without_id_sample: string | null;
    /** It is not looked at before: no slot of its rate is due, or its host is away. */
    held_until: Generated<Timestamp>;
    /** Where its calls go to, as the last claim knew it. */
    origin: string | null;
  };
}
