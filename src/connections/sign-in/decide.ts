import type { Grant } from './grant.ts';

/** How a connection comes to new tokens: with the refresh token, by itself, or not at all. */
export type Renewal = 'refresh' | 'sign_in' | 'none';

export type Decision =
  | { readonly do: 'use' }
  /** Ask for a token. Until it is there `usable` says whether the present one does. */
  | { readonly do: 'obtain'; readonly renewal: 'refresh' | 'sign_in'; readonly usable: boolean }
  /** Somebody else asks just now. */
  | { readonly do: 'wait' }
  | { readonly do: 'unavailable'; readonly retryAfterMs: number; readonly message: string }
  /** `isNew`: the row does not say so yet. */
  | { readonly do: 'needs_auth'; readonly message: string; readonly isNew: boolean };

export interface Situation {
  /** A token is stored, and it is for the connection as it is now. */
  readonly hasToken: boolean;
  readonly renewal: Renewal;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What to do for a caller who needs a credential. Pure and total. */
export function decide(grant: Grant, { hasToken, renewal, now }: Situation): Decision {
  const usable =
    hasToken &&
    grant.generation > grant.rejectedGeneration &&
    (grant.expiresAt === null || grant.expiresAt > now);
  const isEarly = grant.retryAt !== null && grant.retryAt > now;
  if (grant.needsAuth !== null) {
    return renewal === 'none' || isEarly
      ? { do: 'needs_auth', message: grant.needsAuth, isNew: false }
      : obtain(grant, { renewal, usable: false, now });
  }
  if (usable && (grant.refreshAt === null || grant.refreshAt > now)) return { do: 'use' };
  if (renewal === 'none') {
    return usable
      ? { do: 'use' }
      : { do: 'needs_auth', message: endMessage(grant, hasToken), isNew: true };
  }
  if (isEarly) {
    if (usable) return { do: 'use' };
    const retryAfterMs = (grant.retryAt ?? now) - now;
    return { do: 'unavailable', retryAfterMs, message: grant.message ?? NO_ANSWER };
  }
  return obtain(grant, { renewal, usable, now });
}

const NO_ANSWER = 'The sign-in server of the CRM does not answer.';

function obtain(
  grant: Grant,
  of: { readonly renewal: 'refresh' | 'sign_in'; readonly usable: boolean; readonly now: number },
): Decision {
  const isTaken = grant.status === 'refreshing' && (grant.leaseUntil ?? 0) > of.now;
  if (!isTaken) return { do: 'obtain', renewal: of.renewal, usable: of.usable };
  return of.usable ? { do: 'use' } : { do: 'wait' };
}

function endMessage(grant: Grant, hasToken: boolean): string {
  if (grant.generation === 0) return 'Nobody has signed in at the CRM yet.';
  if (!hasToken) return 'The sign-in was made for other settings of this connection.';
  return grant.rejectedGeneration >= grant.generation
    ? 'The CRM refused the access token, and it gave no refresh token.'
    : 'The sign-in has expired, and the CRM gave no refresh token.';
}
