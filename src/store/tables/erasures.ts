import type { Timestamp } from './store.ts';

export interface ErasureTables {
  /** A person who was erased; applied again for a day, so that late rows do not bring anybody back. */
  erasure: {
    id: string;
    organization_id: string;
    actor: string;
    asked_at: Timestamp;
    /** It is applied again until then. */
    ends_at: Timestamp;
    /** JSON list: keyed digests of the number, or of the contact's id. */
    digests: string;
    /** The last call that was looked at; all are once `applied_at` is set. */
    looked_at: string;
    /** Since when no call that was there then has the person, but for those that wait. */
    applied_at: Timestamp | null;
    /** Calls that are erased when they end. */
    waiting: number;
    /** JSON: how many of each kind went. */
    counts: string;
    /** A keyed digest of what was asked for. */
    wish: string;
    /** Who it is, sealed, as long as the erasure is applied; null: only digests are left. */
    key_id: string | null;
    nonce: Uint8Array | null;
    sealed: Uint8Array | null;
    /** 1: what is read of the person later is not kept, whenever that is. */
    keep_out: number;
    /** Id of the first call that waits; `''`: none. */
    waiting_from: string;
    /** Who works on it, and until when nobody else does; each taking has a higher fence. */
    node: string | null;
    lease_until: Timestamp;
    fence: number;
  };
}
