import type { Egress, EgressResult } from '../../../http/egress.ts';
import type { EgressRequest } from '../../../http/egress-request.ts';

/** What becomes of one token request. */
export type Fate =
  | 'ok'
  /** Carried out; the answer never comes. */
  | 'lost'
  /** Nothing was done, and nobody can tell. */
  | 'vanished'
  /** Nothing left. */
  | 'unreachable'
  | 'down'
  /** Carried out; the answer comes when it is let go, however late. */
  | 'late';

export interface SimulatedServer {
  readonly egress: Egress;
  /** True when this refresh token would be taken now. */
  isGood(refreshToken: string): boolean;
  /** Refresh tokens whose answers reached somebody. */
  readonly delivered: ReadonlySet<string>;
  /** Most requests with one refresh token under way at one moment, without those that are late or past their deadline. */
  mostAtOnce(): number;
  /** Requests that were answered, in whatever way. */
  requests(): number;
  /** The refresh token that was sent last. */
  lastSent(): string | undefined;
  letGo(): void;
}

/** A process whose request takes longer was frozen: then others may have taken over. */
const DEADLINE_MS = 12_000;
/** Turns of the event loop that a request is under way: long enough for others to come between. */
const WAY_TURNS = 20;

/**
 * An authorization server without sockets, whose refresh tokens rotate: a replaced one is good for
 * `graceMs` more, and with `detectsReuse` its use after that takes everything back.
 */
export function simulateServer(options: {
  readonly graceMs: number;
  readonly detectsReuse: boolean;
  readonly now: () => number;
  /** The fate of each refresh; an answer to a code is always `ok`. */
  readonly fateOf: () => Fate;
}): SimulatedServer {
  const goodUntil = new Map<string, number>();
  const delivered = new Set<string>();
  const held: (() => void)[] = [];
  let counter = 0;
  const running = new Set<{ readonly token: string; readonly sentAt: number }>();
  let most = 0;
  let answered = 0;
  let lastSent: string | undefined;

  const isGood = (token: string): boolean => (goodUntil.get(token) ?? 0) > options.now();
  const issue = (): string => {
    counter += 1;
    const token = `refresh-${String(counter)}`;
    goodUntil.set(token, Number.POSITIVE_INFINITY);
    return token;
  };
  const carryOut = (token: string): string | undefined => {
    if (!isGood(token)) {
      if (options.detectsReuse && goodUntil.has(token)) goodUntil.clear();
      return undefined;
    }
    const until = goodUntil.get(token) ?? 0;
    goodUntil.set(token, Math.min(until, options.now() + options.graceMs));
    return issue();
  };
  const answer = (refreshToken: string | undefined): EgressResult => {
    if (refreshToken === undefined) return respond(400, { error: 'invalid_grant' });
    delivered.add(refreshToken);
    const access_token = refreshToken.replace('refresh', 'access');
    return respond(200, { access_token, refresh_token: refreshToken, expires_in: 3_600 });
  };
  const send = async (request: EgressRequest): Promise<EgressResult> => {
    const text = (request.body?.chunks ?? []).filter((chunk) => typeof chunk === 'string').join('');
    const fields = new URLSearchParams(text);
    if (fields.get('grant_type') === 'authorization_code') return answer(issue());
    const token = fields.get('refresh_token') ?? '';
    lastSent = token;
    answered += 1;
    const fate = options.fateOf();
    if (fate === 'late') {
      const given = carryOut(token);
      await new Promise<void>((resolve) => held.push(resolve));
      return answer(given);
    }
    const own = { token, sentAt: options.now() };
    running.add(own);
    const same = [...running].filter(
      (other) => other.token === token && options.now() - other.sentAt < DEADLINE_MS,
    );
    most = Math.max(most, same.length);
    for (let turn = 0; turn < WAY_TURNS; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.delete(own);
    switch (fate) {
      case 'ok':
        return answer(carryOut(token));
      case 'lost':
        carryOut(token);
        return failure('waiting', 'timeout');
      case 'vanished':
        return failure('waiting', 'timeout');
      case 'unreachable':
        return failure('connect', 'refused');
      case 'down':
        return respond(503, { error: 'temporarily_unavailable' });
    }
  };
  return {
    egress: { send, checkUrl: () => ({ ok: true }), close: () => Promise.resolve() },
    isGood,
    delivered,
    mostAtOnce: () => most,
    requests: () => answered,
    lastSent: () => lastSent,
    letGo: () => {
      for (const each of held.splice(0)) each();
    },
  };
}

function respond(status: number, body: unknown): EgressResult {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(body)),
    url: 'https://crm.test/token',
    durationMs: 1,
  };
}

function failure(phase: 'waiting' | 'connect', code: string): EgressResult {
  return { kind: 'failure', phase, code, message: 'It broke.', durationMs: 1 };
}
