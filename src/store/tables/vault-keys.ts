import type { Timestamp } from './store.ts';

export interface VaultKeyTables {
  /** The keys that secrets are sealed with, and the root of the keys that never change. */
  vault_key: {
    id: string;
    purpose: 'seal' | 'root';
    /** `coming`: all nodes learn it; `current`: seals; `previous`: opens what it sealed. */
    state: 'coming' | 'current' | 'previous';
    created_at: Timestamp;
    state_since: Timestamp;
  };
  /** A key, sealed with the master key, or while keys change with the key before it. */
  vault_key_seal: {
    vault_key_id: string;
    /** Id of a master key or of another vault key. */
    sealed_with: string;
    nonce: Uint8Array;
    /** Ciphertext, then the 16 bytes of the tag. */
    sealed: Uint8Array;
  };
}
