/** What is known of an address that failed lately; one that is well is not known at all. */
export interface HostHealth {
  /** `watched`: some failed; `broken`: nothing is sent but a probe; `opening`: few at a time. */
  readonly state: 'watched' | 'broken' | 'opening';
  /** broken: when the next probe may go out, epoch milliseconds. */
  readonly until: number | null;
  /** How often in a row it broke. */
  readonly breaks: number;
  /** opening: requests at the same time, of all connections together. */
  readonly permits: number | null;
  readonly votes: readonly Vote[];
  /** broken: who asks at this moment, until `until`. */
  readonly probe: Prober | null;
  /** Whose probe failed last: the next one is somebody else's, where there is somebody else. */
  readonly probedBy: string | null;
}

/** Who asks whether a broken host is back. */
export interface Prober {
  readonly connectionId: string;
  readonly organizationId: string;
}

/** What one organization saw of the host within the window. */
export interface Vote {
  readonly organizationId: string;
  /** Of its last answer, epoch milliseconds. */
  readonly at: number;
  readonly failed: boolean;
  readonly failures: number;
}

export type HostEvent = Prober & {
  /** `failure`: an outcome that counts for the breaker; `success`: the host answered. */
  readonly kind: 'failure' | 'success';
};

/** The window and the failures are those of a connection's breaker. */
const HOST_WINDOW_MS = 30_000;
const HOST_FAILURES = 5;
/** Whoever writes a document can make its own requests fail: that must not close a host for others. */
const HOST_ORGANIZATIONS = 3;
/** A probe that nobody tells about is given up: its process died, or nothing was to be sent. */
const PROBE_PATIENCE_MS = 60_000;
const FIRST_PROBE_MS = 30_000;
const LONGEST_PROBE_MS = 15 * 60_000;
const FIRST_PERMITS = 2;
/** So many lanes one process works on: from here on a host needs no permits of its own. */
const ALL_PERMITS = 256;
/** Organizations remembered per host: those that saw it last. */
const MOST_VOTES = 32;

/**
 * The health of a host after what a connection saw of it at `now` (epoch milliseconds); undefined:
 * it is well. Pure and total. An organization has one vote, its last answer: a host breaks when at
 * least three organizations and half of those that asked see it fail, five times together.
 */
export function nextHostHealth(
  health: HostHealth | undefined,
  event: HostEvent,
  now: number,
): HostHealth | undefined {
  return event.kind === 'failure'
    ? fail(health ?? WATCHED, event, now)
    : succeed(health, event, now);
}

/** Whether a connection may send to the host at `now`: `probe`, as the one that asks. */
export function hostPermission(
  health: HostHealth | undefined,
  connectionId: string,
  now: number,
): 'open' | 'probe' | 'closed' {
  if (health?.state !== 'broken') return 'open';
  const asks = health.probe?.connectionId === connectionId;
  return asks && now < (health.until ?? 0) ? 'probe' : 'closed';
}

/** True when somebody may be made the one that asks. */
export function isProbeDue({ state, until }: HostHealth, now: number): boolean {
  if (state !== 'broken') return false;
  // A clock that ran ahead has set a later time than any rule of ours.
  return until === null || until <= now || until > now + LONGEST_PROBE_MS;
}

/** The health while `prober` asks. */
export function withProbe(health: HostHealth, prober: Prober, now: number): HostHealth {
  return { ...health, probe: prober, until: now + PROBE_PATIENCE_MS };
}

const WATCHED: HostHealth = {
  state: 'watched',
  until: null,
  breaks: 0,
  permits: null,
  votes: [],
  probe: null,
  probedBy: null,
};

function succeed(
  health: HostHealth | undefined,
  event: HostEvent,
  now: number,
): HostHealth | undefined {
  if (health === undefined) return undefined;
  if (health.state === 'broken') {
    // Any answer proves that it is back, one of before it broke too.
    return { ...WATCHED, state: 'opening', permits: FIRST_PERMITS };
  }
  const votes = vote(health.votes, event, now);
  if (health.state === 'opening') {
    const permits = (health.permits ?? FIRST_PERMITS) + 1;
    if (permits < ALL_PERMITS) return { ...health, permits, votes };
  }
  if (!votes.some(({ failed }) => failed)) return undefined;
  const known = health.votes.find((one) => one.organizationId === event.organizationId);
  // The row is not written for each success of an organization that has said so.
  return known?.failed === false && health.state === 'watched' && isRecent(known, now)
    ? health
    : { ...health, state: 'watched', permits: null, votes };
}

function fail(health: HostHealth, event: HostEvent, now: number): HostHealth {
  if (health.state === 'broken') {
    const isProbe = health.probe?.connectionId === event.connectionId;
    // Answers of requests sent before it broke must not push the probe away.
    return isProbe ? broken(health, now) : health;
  }
  const votes = vote(health.votes, event, now);
  const failing = votes.filter(({ failed }) => failed);
  const failures = votes.reduce((sum, each) => sum + each.failures, 0);
  return failing.length >= HOST_ORGANIZATIONS &&
    failing.length * 2 >= votes.length &&
    failures >= HOST_FAILURES
    ? broken({ ...health, votes: [], permits: null }, now)
    : { ...health, votes };
}

function broken(health: HostHealth, now: number): HostHealth {
  const breaks = health.breaks + 1;
  const wait = Math.min(FIRST_PROBE_MS * 2 ** Math.min(breaks - 1, 30), LONGEST_PROBE_MS);
  const probedBy = health.probe?.organizationId ?? health.probedBy;
  return { ...health, state: 'broken', breaks, until: now + wait, probe: null, probedBy };
}

function vote(votes: readonly Vote[], event: HostEvent, now: number): readonly Vote[] {
  const { organizationId } = event;
  const recent = votes.filter((one) => isRecent(one, now));
  const own = recent.find((one) => one.organizationId === organizationId);
  const failed = event.kind === 'failure';
  const failures = (own?.failures ?? 0) + (failed ? 1 : 0);
  const others = recent.filter((one) => one !== own);
  return [...others, { organizationId, at: now, failed, failures }].slice(-MOST_VOTES);
}

function isRecent({ at }: Vote, now: number): boolean {
  return at <= now && now - at <= HOST_WINDOW_MS;
}
