import type { Timestamp } from './store.ts';

export interface OrganizationTables {
  organization: {
    id: string;
    name: string;
    /** The organization as a phone system that serves several calls it. */
    domain: string | null;
    /** The domain in lower case (ASCII), unique; null beside an older one that differs in case only. */
    domain_key: string | null;
    /** ISO 3166-1 alpha-2. */
    country: string;
    /** IANA name. */
    timezone: string;
    /** Id in the system of whoever provisions it; unique on the server. */
    external_id: string | null;
    created_at: Timestamp;
  };
  phone_system: {
    id: string;
    /** Null for a shared one, which belongs to the operator and routes events by their domain. */
    organization_id: string | null;
    /** Unique within the organization, or among the shared ones. */
    external_id: string | null;
    name: string;
    /** Since when its call events are taken with a signature only; null: without one, too. */
    signatures_required_at: Timestamp | null;
    created_at: Timestamp;
  };
  extension: {
    id: string;
    organization_id: string;
    /** Unique within the organization. */
    external_id: string | null;
    number: string;
    name: string | null;
    email: string | null;
    created_at: Timestamp;
  };
  api_key: {
    id: string;
    prefix: string;
    /** SHA-256 of the whole key. */
    hash: Uint8Array;
    name: string;
    scope: 'admin' | 'organization' | 'events';
    /** Null for scope `admin`, and for the keys of shared phone systems. */
    organization_id: string | null;
    /** Set for scope `events` only. */
    phone_system_id: string | null;
    created_at: Timestamp;
    expires_at: Timestamp | null;
    revoked_at: Timestamp | null;
    last_used_at: Timestamp | null;
  };
  /** A POST that came with an Idempotency-Key, until its answer needs no repeating any more. */
  idempotency: {
    /** Digest of API key, organization and Idempotency-Key. */
    id: string;
    api_key_id: string;
    organization_id: string | null;
    route: string;
    /** `committed`: its effect is on disk, its answer not yet; `done`: both are. */
    state: 'in_progress' | 'committed' | 'done';
    /** Of the try that may have the effect; another one takes over when `locked_until` is past. */
    token: string;
    locked_until: Timestamp;
    /** What the request was and how it was answered, sealed: both may hold secrets. */
    key_id: string;
    nonce: Uint8Array;
    sealed: Uint8Array;
    created_at: Timestamp;
    expires_at: Timestamp;
  };
  audit_entry: {
    id: string;
    /** Null where the act concerns no single organization. */
    organization_id: string | null;
    actor: string;
    action: string;
    object_kind: string;
    object_id: string;
    /** JSON object. */
    details: string;
    at: Timestamp;
  };
}
