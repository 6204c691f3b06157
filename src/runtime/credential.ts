import type { Values } from '../document/values/values.ts';

/** What a sign-in at the CRM gave: it lets requests in until it expires or is refused. */
export interface Credential {
  /** OAuth2: RFC 6749, section 1.4. */
  readonly accessToken?: string;
  /** A session's, from a login request. */
  readonly sessionToken?: string;
  /** Local values that the sign-in bound. */
  readonly locals: Values;
  /** Label → value of the properties that the sign-in fills. */
  readonly properties: Readonly<Record<string, string>>;
  /** Grows with each renewal. */
  readonly generation: number;
}

export type CredentialAnswer =
  | { readonly status: 'ready'; readonly credential: Credential }
  /** A person must sign in, for the first time or again. */
  | { readonly status: 'needs_auth'; readonly message: string }
  /** The sign-in server is away: everything waits, and nothing is used up. */
  | { readonly status: 'unavailable'; readonly message: string; readonly retryAfterMs?: number };

/** Asks for a credential of a later generation than the one that was refused. */
export type RenewCredential = (used: Credential, signal: AbortSignal) => Promise<CredentialAnswer>;

/** The words in a credential that appear in no ledger, log or answer. */
export function secretsIn({ accessToken, sessionToken }: Credential): readonly string[] {
  return [accessToken, sessionToken].filter((token) => token !== undefined);
}
