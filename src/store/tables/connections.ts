import type { Timestamp } from './store.ts';

export type ConnectionState =
  'active' | 'throttled' | 'broken' | 'needs_auth' | 'forbidden' | 'paused';

export interface ConnectionTables {
  integration: {
    id: string;
    /** Null for the documents that are shipped with Patchcord: every organization may use them. */
    organization_id: string | null;
    /** `id` of the document. */
    document_id: string;
    name: string;
    created_at: Timestamp;
  };
  integration_version: {
    id: string;
    integration_id: string;
    organization_id: string | null;
    /** Counts from 1 within the integration. */
    number: number;
    /** The document as it was written. */
    document: string;
    /** SHA-256 of the document's UTF-8 text, lower-case hex. */
    digest: string;
    created_at: Timestamp;
  };
  connection: {
    id: string;
    organization_id: string;
    integration_version_id: string;
    /** Id in the system of whoever provisions it; unique within the organization. */
    external_id: string | null;
    name: string;
    /** JSON object: label to value, without the secret ones. */
    properties: string;
    /** JSON object. */
    options: string;
    state: ConnectionState;
    state_reason: string | null;
    state_since: Timestamp;
    /** throttled: when it ends by itself; broken: when the next probe may go out. */
    state_until: Timestamp | null;
    /** Failures in a row that count for the breaker. */
    failures: number;
    /** The call that all of them are of, or `several`; null: no failure lately. */
    failed_call: string | null;
    /** Throttled answers in a row. */
    throttles: number;
    /** How often in a row the breaker opened. */
    breaks: number;
    /** Since when failures and successes are counted for the breaker; null: no failure lately. */
    window_at: Timestamp | null;
    window_failures: number | null;
    window_successes: number | null;
    /** Requests at the same time while it recovers from an outage; null: as many as its options say. */
    permits: number | null;
    /** Grows with each change of version, properties, credentials, options or name; not of state. */
    revision: number;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  secret: {
    organization_id: string;
    connection_id: string;
    field: string;
    key_id: string;
    nonce: Uint8Array;
    /** Ciphertext, then the 16 bytes of the tag. */
    sealed: Uint8Array;
    updated_at: Timestamp;
  };
  user_link: {
    organization_id: string;
    connection_id: string;
    extension_id: string;
    /** Unique within the organization. */
    external_id: string | null;
    /** `user_id` of a document. */
    crm_user_id: string;
    crm_user_name: string | null;
    /** JSON object: local values that `Users` bound for this user. */
    locals: string;
    linked_at: Timestamp;
  };
}
