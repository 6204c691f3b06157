import type { Timestamp } from './store.ts';

/** A text that is sealed for its place; the columns are null together. */
interface SealedColumns<Bytes, Text> {
  /** Id of the master key. */
  key_id: Text;
  nonce: Bytes;
  /** Ciphertext, then the 16 bytes of the tag. */
  sealed: Bytes;
}

export interface SignInTables {
  /** What a connection's sign-in at its CRM gave, and who is renewing it. */
  sign_in: SealedColumns<Uint8Array | null, string | null> & {
    organization_id: string;
    connection_id: string;
    /** Counts the tokens stored; 0: none yet. */
    generation: number;
    /** Rises with each change of the row. */
    fence: number;
    /** `refreshing` is committed before a token request leaves. */
    status: 'idle' | 'refreshing';
    since: Timestamp | null;
    lease_until: Timestamp | null;
    node: string | null;
    received_at: Timestamp | null;
    /** When the access token really ends; null: the server did not say. */
    expires_at: Timestamp | null;
    /** From when on it is renewed ahead. */
    refresh_at: Timestamp | null;
    /** The CRM answered 401 to tokens up to this generation. */
    rejected_generation: number;
    /** 1: a request with the present refresh token was sent, and its answer never came. */
    answer_lost: number;
    /** Token requests in a row that came to nothing. */
    failures: number;
    /** The next token request is not before this. */
    retry_at: Timestamp | null;
    /** What the last failed token request came to, for people. */
    message: string | null;
    /** Why a person must sign in. */
    needs_auth: string | null;
    account_id: string | null;
    account_name: string | null;
    /** When a person signed in, or the first token came. */
    signed_in_at: Timestamp | null;
    updated_at: Timestamp;
  };
  /** A sign-in with another account than before, until somebody says that it is meant. */
  sign_in_offer: SealedColumns<Uint8Array, string> & {
    organization_id: string;
    connection_id: string;
    received_at: Timestamp;
    expires_at: Timestamp | null;
    refresh_at: Timestamp | null;
    account_id: string | null;
    account_name: string | null;
  };
  /** A person is on the way to the CRM's sign-in page. Sealed: the PKCE verifier. */
  authorization_request: SealedColumns<Uint8Array, string> & {
    /** SHA-256 of `state`, lower-case hex. */
    state_hash: string;
    organization_id: string;
    connection_id: string;
    /** Without its query: where the person was sent. */
    authorization_url: string;
    /** Where the code will be exchanged; null when the redirect says it. */
    token_url: string | null;
    redirect_uri: string;
    actor: string;
    /** A path of ours. */
    return_to: string | null;
    created_at: Timestamp;
    expires_at: Timestamp;
    used_at: Timestamp | null;
  };
}
