import type { Timestamp } from './store.ts';

export interface SignatureTables {
  /** What a phone system signs its messages with; two while one takes the place of the other. */
  signing_secret: {
    id: string;
    /** Null where the phone system is a shared one. */
    organization_id: string | null;
    phone_system_id: string;
    key_id: string;
    nonce: Uint8Array;
    sealed: Uint8Array;
    created_at: Timestamp;
    last_used_at: Timestamp | null;
  };
  /** A signed message that was taken in: the same one does nothing again. */
  signed_message: {
    phone_system_id: string;
    /** As its sender calls it. */
    message_id: string;
    /** Null where the phone system is a shared one. */
    organization_id: string | null;
    /** SHA-256 of the body, lower-case hex. */
    digest: string;
    /** JSON: for each event the id of its call, null for one that was refused. */
    call_ids: string;
    received_at: Timestamp;
  };
}
