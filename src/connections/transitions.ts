import type { ConnectionState } from '../store/tables/connections.ts';

/** What is known about a connection's health: the part of its row that events change. */
export interface ConnectionHealth {
  readonly state: ConnectionState;
  /** For people. */
  readonly reason: string | null;
  /** Epoch milliseconds: `throttled` ends then by itself; `broken` sends its next probe then. */
  readonly until: number | null;
  /** Failures in a row that count for the breaker. */
  readonly failures: number;
  /** The call all these failures are of; `SEVERAL`: of more than one; null: no failure lately. */
  readonly failedCall: string | null;
  /** Throttled answers in a row. */
  readonly throttles: number;
  /** How often in a row the breaker opened. */
  readonly breaks: number;
  /** Since when failures and successes are counted together; null: no failure lately. */
  readonly windowAt: number | null;
  readonly windowFailures: number;
  readonly windowSuccesses: number;
  /** Requests at the same time after an outage; null: as many as the options say. */
  readonly permits: number | null;
}

export type ConnectionEvent =
  | { readonly kind: 'success' }
  /** `retryAfterMs`: what the CRM asked for, already clamped to 1 second..24 hours. */
  | {
      readonly kind: 'throttled';
      readonly retryAfterMs?: number | undefined;
      readonly reason: string;
    }
  /** An outcome that counts for the breaker. `call`: names the call that it is of, in any way. */
  | { readonly kind: 'failure'; readonly call?: string; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly reason: string }
  /** The server that gives credentials is away; `retryAfterMs`: what it asked for. */
  | {
      readonly kind: 'sign_in_unavailable';
      readonly retryAfterMs?: number | undefined;
      readonly reason: string;
    }
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  | { readonly kind: 'credentials_saved' }
  /** A test that somebody asked for showed that the CRM takes the credentials. */
  | { readonly kind: 'tested' };

export const HEALTHY: ConnectionHealth = {
  state: 'active',
  reason: null,
  until: null,
  failures: 0,
  failedCall: null,
  throttles: 0,
  breaks: 0,
  windowAt: null,
  windowFailures: 0,
  windowSuccesses: 0,
  permits: null,
};

/**
 * One failure is a hiccup. Five in a row are the CRM's, however long they took: four requests at a
 * time that each time out after 30 seconds would never be five within a window. So are five within
 * the window if at least half of its answers are failures. All of one call are that call's: a record
 * that the CRM chokes on must not keep the others out, and its own back-off spares the CRM.
 */
export const BREAKER_FAILURES = 5;
export const BREAKER_WINDOW_MS = 30_000;
const SEVERAL = 'several';
/** After an outage: the probe was the one, then two, and one more with each success. */
const FIRST_PERMITS = 2;
/** No connection sends more at a time. */
const ALL_PERMITS = 32;
const FIRST_PROBE_MS = 30_000;
const LONGEST_PROBE_MS = 15 * 60_000;
/** A sign-in server that restarts is back in seconds, and until then no call is written. */
const FIRST_SIGN_IN_PROBE_MS = 5_000;
const LONGEST_SIGN_IN_PROBE_MS = 2 * 60_000;
const FIRST_THROTTLE_MS = 2_000;
const LONGEST_THROTTLE_MS = 15 * 60_000;

/**
 * The state that a connection has after an event at `now` (epoch milliseconds): pure and total.
 * What people must mend (`needs_auth`, `forbidden`) and what people stopped (`paused`) stays until
 * people act: late answers of requests that were under way change nothing there.
 */
export function nextHealth(
  health: ConnectionHealth,
  event: ConnectionEvent,
  now: number,
): ConnectionHealth {
  switch (event.kind) {
    case 'pause':
      return { ...health, state: 'paused', reason: event.reason, until: null };
    case 'resume':
    case 'credentials_saved':
      return afterPeople(health, event.kind);
    case 'tested':
      return health.state === 'paused' || health.state === 'throttled' ? health : HEALTHY;
    case 'success':
      return succeed(health, now);
    case 'unauthorized':
      return health.state === 'paused' ? health : held(health, 'needs_auth', event.reason);
    case 'sign_in_unavailable':
      return isHeld(health) ? health : waitForSignIn(health, event, now);
    case 'forbidden':
      return isHeld(health) ? health : held(health, 'forbidden', event.reason);
    case 'throttled':
      return isHeld(health) ? health : throttle(health, event, now);
    case 'failure':
      return isHeld(health) ? health : fail(health, event, now);
  }
}

/**
 * Whether requests may go out at `now`: `probe` allows exactly one, to see whether the CRM is back.
 */
export function permission(
  health: Pick<ConnectionHealth, 'state' | 'until'>,
  now: number,
): 'open' | 'probe' | 'closed' {
  switch (health.state) {
    case 'active':
      return 'open';
    case 'throttled':
      return health.until === null || health.until <= now ? 'open' : 'closed';
    case 'broken':
      return health.until === null || health.until <= now ? 'probe' : 'closed';
    case 'needs_auth':
    case 'forbidden':
    case 'paused':
      return 'closed';
  }
}

/** New credentials mend what the CRM refused, but do not undo a pause that somebody made. */
function afterPeople(
  health: ConnectionHealth,
  kind: 'resume' | 'credentials_saved',
): ConnectionHealth {
  return kind === 'credentials_saved' && health.state === 'paused' ? health : HEALTHY;
}

function succeed(health: ConnectionHealth, now: number): ConnectionHealth {
  if (isHeld(health)) return health;
  // An answer to a request of before the 429 does not shorten the pause that the CRM asked for.
  const pausing = health.state === 'throttled' && health.until !== null && health.until > now;
  const counted = countSuccess(health, now);
  if (pausing) return { ...health, failures: 0, breaks: 0, ...counted };
  if (health.state === 'broken') return { ...HEALTHY, permits: FIRST_PERMITS };
  return { ...HEALTHY, ...counted };
}

/** A healthy connection has no window, so that its row is not written for each of its successes. */
function countSuccess(
  { failedCall, windowAt, windowFailures, windowSuccesses, permits }: ConnectionHealth,
  now: number,
): Omit<ConnectionHealth, 'state' | 'reason' | 'until' | 'failures' | 'throttles' | 'breaks'> {
  const open = windowAt !== null && isInWindow(windowAt, now);
  return {
    failedCall: open ? failedCall : null,
    windowAt: open ? windowAt : null,
    windowFailures: open ? windowFailures : 0,
    windowSuccesses: open ? windowSuccesses + 1 : 0,
    permits: permits === null || permits + 1 >= ALL_PERMITS ? null : permits + 1,
  };
}

function isInWindow(windowAt: number, now: number): boolean {
  // A clock that was set back ends the window, too.
  return now >= windowAt && now - windowAt <= BREAKER_WINDOW_MS;
}

function isHeld({ state }: ConnectionHealth): boolean {
  return state === 'needs_auth' || state === 'forbidden' || state === 'paused';
}

function held(health: ConnectionHealth, state: ConnectionState, reason: string): ConnectionHealth {
  return { ...health, state, reason, until: null };
}

function throttle(
  health: ConnectionHealth,
  event: { readonly retryAfterMs?: number | undefined; readonly reason: string },
  now: number,
): ConnectionHealth {
  const throttles = health.throttles + 1;
  const wait = event.retryAfterMs ?? doubled(FIRST_THROTTLE_MS, throttles, LONGEST_THROTTLE_MS);
  // Several answers of one burst: the longest wait that the CRM asked for holds.
  const until = Math.max(now + wait, health.state === 'throttled' ? (health.until ?? 0) : 0);
  // A throttled answer proves that the CRM is there, but a broken one is opened by success only.
  if (health.state === 'broken')
    return { ...health, until: Math.max(until, health.until ?? 0), throttles };
  return { ...health, state: 'throttled', reason: event.reason, until, throttles };
}

/** Without a credential nothing can be sent, so the breaker opens at once. */
function waitForSignIn(
  health: ConnectionHealth,
  event: { readonly retryAfterMs?: number | undefined; readonly reason: string },
  now: number,
): ConnectionHealth {
  const pausing = health.until !== null && health.until > now ? health.until : now;
  // Others of the same burst must not push the probe away.
  if (health.state === 'broken' && pausing > now) return health;
  const breaks = health.breaks + 1;
  const wait = doubled(FIRST_SIGN_IN_PROBE_MS, breaks, LONGEST_SIGN_IN_PROBE_MS);
  const until = Math.max(now + Math.max(wait, event.retryAfterMs ?? 0), pausing);
  return { ...health, state: 'broken', reason: event.reason, until, breaks };
}

function fail(
  before: ConnectionHealth,
  { call, reason }: { readonly call?: string; readonly reason: string },
  now: number,
): ConnectionHealth {
  const failures = before.failures + 1;
  const first = before.failedCall === null || before.failedCall === call;
  const failedCall = first ? (call ?? SEVERAL) : SEVERAL;
  const health = { ...before, failures, failedCall, ...countFailure(before, now) };
  if (health.state === 'broken') {
    // Answers of requests sent before the breaker opened must not push the probe away.
    if (health.until !== null && health.until > now) return health;
    return open(health, reason, now);
  }
  const { windowFailures, windowSuccesses } = health;
  const isOften = windowFailures >= BREAKER_FAILURES && windowFailures >= windowSuccesses;
  const isMany = failures >= BREAKER_FAILURES || isOften;
  return isMany && failedCall === SEVERAL ? open(health, reason, now) : health;
}

function countFailure(
  { windowAt, windowFailures, windowSuccesses }: ConnectionHealth,
  now: number,
): Pick<ConnectionHealth, 'windowAt' | 'windowFailures' | 'windowSuccesses'> {
  return windowAt !== null && isInWindow(windowAt, now)
    ? { windowAt, windowFailures: windowFailures + 1, windowSuccesses }
    : { windowAt: now, windowFailures: 1, windowSuccesses: 0 };
}

function open(health: ConnectionHealth, reason: string, now: number): ConnectionHealth {
  const breaks = health.breaks + 1;
  const until = now + doubled(FIRST_PROBE_MS, breaks, LONGEST_PROBE_MS);
  return { ...health, state: 'broken', reason, until, breaks, ...NO_WINDOW };
}

const NO_WINDOW = {
  failedCall: null,
  windowAt: null,
  windowFailures: 0,
  windowSuccesses: 0,
  permits: null,
} as const;

function doubled(first: number, times: number, longest: number): number {
  return Math.min(first * 2 ** Math.min(times - 1, 30), longest);
}
