/** What is known about a connection's sign-in, without its tokens: the part of the row that events change. */
export interface Grant {
  /** Counts the tokens stored; 0: none yet. */
  readonly generation: number;
  /** Rises with each change of the row: who holds an older one has been overtaken. */
  readonly fence: number;
  /** `refreshing` is committed before a token request leaves; after a crash it means: unknown. */
  readonly status: 'idle' | 'refreshing';
  /** Epoch milliseconds, as all times here. */
  readonly since: number | null;
  /** Until then nobody else asks for a token. */
  readonly leaseUntil: number | null;
  readonly node: string | null;
  /** When the access token really ends; null: nobody said, so it holds until it is refused. */
  readonly expiresAt: number | null;
  /** From when on it is renewed ahead. */
  readonly refreshAt: number | null;
  /** The CRM answered 401 to tokens up to this generation. */
  readonly rejectedGeneration: number;
  /** A request with the present refresh token was sent, and its answer never came. */
  readonly answerLost: boolean;
  /** Token requests in a row that came to nothing. */
  readonly failures: number;
  /** No token request before this. */
  readonly retryAt: number | null;
  /** What the last failed token request came to, for people. */
  readonly message: string | null;
  /** Why a person must sign in. */
  readonly needsAuth: string | null;
}

export type GrantEvent =
  /** A token request is about to leave, decided on the row of this fence. */
  | { readonly kind: 'begin'; readonly fence: number; readonly node: string }
  /** The same node sends once more, under the same lease made longer. */
  | { readonly kind: 'again'; readonly fence: number }
  /** New tokens came, asked for when the row was of `generation`. */
  | {
      readonly kind: 'obtained';
      readonly generation: number;
      readonly expiresAt: number | null;
      readonly refreshAt: number | null;
    }
  /** The server refused; only a person can help. */
  | { readonly kind: 'refused'; readonly fence: number; readonly message: string }
  /** No answer, or none that says anything about the grant. `lost`: it may have been carried out. */
  | {
      readonly kind: 'transient';
      readonly fence: number;
      readonly message: string;
      readonly lost: boolean;
      readonly retryAfterMs?: number | undefined;
    }
  /** The CRM answered 401 to the token of this generation. */
  | { readonly kind: 'rejected'; readonly generation: number }
  /** There is nothing left to renew with. */
  | { readonly kind: 'ended'; readonly generation: number; readonly message: string }
  /** A person signed in. */
  | {
      readonly kind: 'signed_in';
      readonly expiresAt: number | null;
      readonly refreshAt: number | null;
    }
  /** A person told us to forget the tokens. */
  | { readonly kind: 'signed_out'; readonly message: string };

/** The row before the first sign-in. */
export const NO_GRANT: Grant = {
  generation: 0,
  fence: 0,
  status: 'idle',
  since: null,
  leaseUntil: null,
  node: null,
  expiresAt: null,
  refreshAt: null,
  rejectedGeneration: 0,
  answerLost: false,
  failures: 0,
  retryAt: null,
  message: null,
  needsAuth: null,
};

/** A token request takes at most 12 s, so that its answer is settled within the lease. */
export const LEASE_MS = 15_000;
const FIRST_RETRY_MS = 2_000;
/** An authorization server that is back is found within this time. */
const LONGEST_RETRY_MS = 2 * 60_000;
/** More than this no server may ask for: nobody would look at the connection for so long. */
const LONGEST_ASKED_MS = 60 * 60_000;
/** After a refusal a test by a person may ask again, but no crowd of callers. */
const REFUSED_PAUSE_MS = 30_000;

/**
 * The grant after an event at `now` (epoch milliseconds); undefined when the event comes too late
 * or from somebody who was overtaken, and nothing may change. Pure and total. A failure counts only
 * from who still holds the lease; new tokens count as long as nobody stored newer ones, for a
 * server that rotates may take no others.
 */
export function next(grant: Grant, event: GrantEvent, now: number): Grant | undefined {
  switch (event.kind) {
    case 'begin':
      return begin(grant, event, now);
    case 'again':
      return holds(grant, event.fence)
        ? changed(grant, { since: now, leaseUntil: now + LEASE_MS, answerLost: true })
        : undefined;
    case 'obtained':
      return grant.generation === event.generation ? renewed(grant, event) : undefined;
    case 'signed_in':
      return renewed(grant, event);
    case 'refused':
      return holds(grant, event.fence)
        ? changed(grant, {
            ...IDLE,
            failures: grant.failures + 1,
            retryAt: now + REFUSED_PAUSE_MS,
            message: event.message,
            needsAuth: event.message,
          })
        : undefined;
    case 'transient':
      return holds(grant, event.fence) ? postponed(grant, event, now) : undefined;
    case 'rejected':
      return event.generation > grant.rejectedGeneration && event.generation <= grant.generation
        ? changed(grant, { rejectedGeneration: event.generation })
        : undefined;
    case 'ended':
      return grant.generation === event.generation && grant.needsAuth !== event.message
        ? changed(grant, { needsAuth: event.message, message: event.message })
        : undefined;
    case 'signed_out':
      return changed(grant, {
        ...NO_GRANT,
        generation: grant.generation + 1,
        rejectedGeneration: grant.generation + 1,
        needsAuth: event.message,
      });
  }
}

const IDLE = { status: 'idle', since: null, leaseUntil: null, node: null } as const;

function begin(
  grant: Grant,
  { fence, node }: Extract<GrantEvent, { kind: 'begin' }>,
  now: number,
): Grant | undefined {
  // Somebody was faster between reading and locking: what was meant to be sent may be old.
  if (grant.fence !== fence) return undefined;
  const isTaken = grant.status === 'refreshing';
  if (isTaken && grant.leaseUntil !== null && grant.leaseUntil > now) return undefined;
  return changed(grant, {
    status: 'refreshing',
    since: now,
    leaseUntil: now + LEASE_MS,
    node,
    // Who held the lease died on the way: what its request did, nobody knows.
    answerLost: grant.answerLost || isTaken,
  });
}

function renewed(
  grant: Grant,
  { expiresAt, refreshAt }: Pick<Grant, 'expiresAt' | 'refreshAt'>,
): Grant {
  const { fence, rejectedGeneration, generation } = grant;
  return {
    ...NO_GRANT,
    generation: generation + 1,
    fence: fence + 1,
    rejectedGeneration,
    expiresAt,
    refreshAt,
  };
}

function postponed(
  grant: Grant,
  event: Extract<GrantEvent, { kind: 'transient' }>,
  now: number,
): Grant {
  const failures = grant.failures + 1;
  const doubled = FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
  const wait = Math.max(
    Math.min(doubled, LONGEST_RETRY_MS),
    Math.min(event.retryAfterMs ?? 0, LONGEST_ASKED_MS),
  );
  return changed(grant, {
    ...IDLE,
    failures,
    retryAt: now + wait,
    message: event.message,
    answerLost: grant.answerLost || event.lost,
  });
}

function holds(grant: Grant, fence: number): boolean {
  return grant.status === 'refreshing' && grant.fence === fence;
}

function changed(grant: Grant, change: Partial<Grant>): Grant {
  return { ...grant, ...change, fence: grant.fence + 1 };
}
