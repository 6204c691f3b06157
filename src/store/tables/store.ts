/** Epoch milliseconds. */
export type Timestamp = number;

export interface StoreTables {
  migration: { id: string; checksum: string; applied_at: Timestamp };
  /** The steps of the contact store. */
  contact_migration: { id: string; checksum: string; applied_at: Timestamp };
  /** Facts about the database as a whole, such as the id of the master key. */
  store_fact: { name: string; value: string };
  node: {
    id: string;
    name: string;
    key_id: string;
    version: string;
    started_at: Timestamp;
    seen_at: Timestamp;
    /** The newest key of the vault that it can open, once it has told. */
    vault_key_id: string | null;
    /** The key of the vault that it seals with, once it has told. */
    sealing_key_id: string | null;
  };
}
