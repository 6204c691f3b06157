import type { SecretPlace, SealedSecret, Vault } from '../vault.ts';
import type { Grant } from './grant.ts';
import type { SignInRow } from './sign-in-repository.ts';

/** What a sign-in gave, sealed as one text so that it is never half old and half new. */
export interface GrantContent {
  readonly accessToken?: string;
  readonly sessionToken?: string;
  readonly refreshToken?: string;
  /** Label → value of the properties that the sign-in fills. */
  readonly properties: Readonly<Record<string, string>>;
  readonly locals: Readonly<Record<string, string>>;
  /** The only addresses that these tokens may go to. */
  readonly origins: readonly string[];
  /** Which settings they were asked for with; see `basisOf`. */
  readonly basis: string;
}

/** Where the tokens of a connection are sealed for; `kind` tells the tables apart. */
export function tokenPlace(
  of: { readonly organizationId: string; readonly connectionId: string },
  kind: 'sign_in' | 'sign_in_offer' | 'authorization_request',
): SecretPlace {
  // No label of a property looks like this: labels of documents hold no line feed.
  return {
    organizationId: of.organizationId,
    connectionId: of.connectionId,
    field: `\n${kind}`,
  };
}

/** The sealed columns of a row; undefined where nothing is sealed. */
export function sealedOf(row: {
  readonly key_id: string | null;
  readonly nonce: Uint8Array | null;
  readonly sealed: Uint8Array | null;
}): SealedSecret | undefined {
  const { key_id: keyId, nonce, sealed } = row;
  return keyId === null || nonce === null || sealed === null ? undefined : { keyId, nonce, sealed };
}

/** The same as columns. */
export function sealedColumns(secret: SealedSecret): {
  key_id: string;
  nonce: Uint8Array;
  sealed: Uint8Array;
} {
  return { key_id: secret.keyId, nonce: secret.nonce, sealed: secret.sealed };
}

/** Seals what a sign-in gave. */
export function sealContent(vault: Vault, place: SecretPlace, content: GrantContent): SealedSecret {
  return vault.seal(place, JSON.stringify(content));
}

/** Opens what `sealContent` sealed. Throws `internal` when it cannot be opened. */
export function openContent(vault: Vault, place: SecretPlace, secret: SealedSecret): GrantContent {
  const stored: unknown = JSON.parse(vault.open(place, secret));
  return {
    ...textMember(stored, 'accessToken'),
    ...textMember(stored, 'sessionToken'),
    ...textMember(stored, 'refreshToken'),
    properties: texts(member(stored, 'properties')),
    locals: texts(member(stored, 'locals')),
    origins: textList(member(stored, 'origins')),
    basis: String(member(stored, 'basis')),
  };
}

/** The part of a row that events change. */
export function toGrant(row: SignInRow): Grant {
  return {
    generation: row.generation,
    fence: row.fence,
    status: row.status,
    since: row.since,
    leaseUntil: row.lease_until,
    node: row.node,
    expiresAt: row.expires_at,
    refreshAt: row.refresh_at,
    rejectedGeneration: row.rejected_generation,
    answerLost: row.answer_lost === 1,
    failures: row.failures,
    retryAt: row.retry_at,
    message: row.message,
    needsAuth: row.needs_auth,
  };
}

/** The columns of a grant. */
export function grantColumns(grant: Grant) {
  return {
    generation: grant.generation,
    fence: grant.fence,
    status: grant.status,
    since: grant.since,
    lease_until: grant.leaseUntil,
    node: grant.node,
    expires_at: grant.expiresAt,
    refresh_at: grant.refreshAt,
    rejected_generation: grant.rejectedGeneration,
    answer_lost: grant.answerLost ? 1 : 0,
    failures: grant.failures,
    retry_at: grant.retryAt,
    message: grant.message,
    needs_auth: grant.needsAuth,
  } as const;
}

function member(stored: unknown, name: string): unknown {
  return typeof stored === 'object' && stored !== null ? Reflect.get(stored, name) : undefined;
}

function textMember<Name extends string>(
  stored: unknown,
  name: Name,
): Partial<Readonly<Record<Name, string>>> {
  const value = member(stored, name);
  const found: Partial<Record<Name, string>> = {};
  if (typeof value === 'string') found[name] = value;
  return found;
}

function texts(stored: unknown): Readonly<Record<string, string>> {
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

function textList(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter((item) => typeof item === 'string') : [];
}
