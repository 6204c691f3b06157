import type { Timestamp } from './store.ts';

export interface OrganizationTables {
  organization: {
    id: string;
    name: string;
    /** The organization as a phone system that serves several calls it. */
    domain: string | null;
    /** ISO 3166-1 alpha-2. */
    country: string;
    /** IANA name. */
    timezone: string;
    created_at: Timestamp;
  };
  phone_system: { id: string; organization_id: string; name: string; created_at: Timestamp };
  extension: {
    id: string;
    organization_id: string;
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
    /** Null for scope `admin` only. */
    organization_id: string | null;
    /** Set for scope `events` only. */
    phone_system_id: string | null;
    created_at: Timestamp;
    expires_at: Timestamp | null;
    revoked_at: Timestamp | null;
    last_used_at: Timestamp | null;
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
