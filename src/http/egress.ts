import { lookup } from 'node:dns/promises';
import { getCACertificates } from 'node:tls';
import { decodeBody } from './decode-body.ts';
import { exchange } from './exchange.ts';
import type { OutgoingRequest } from './exchange.ts';
import { EgressFault, toFault } from './fault.ts';
import type { EgressPhase } from './fault.ts';
import { DEFAULT_LIMITS, totalDeadline } from './limits.ts';
import type { EgressLimits } from './limits.ts';
import { openSocket } from './open-socket.ts';
import type { Resolve } from './open-socket.ts';
import { toSendable } from './request-body.ts';
import type { EgressBody } from './request-body.ts';
import { toRequestHeaders } from './request-headers.ts';
import { SocketPool } from './socket-pool.ts';
import { judgeUrl } from './url-policy.ts';
import type { UrlPolicy, UrlTarget } from './url-policy.ts';

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: EgressBody;
  /** Sockets are shared within this only. */
  readonly organizationId: string;
  readonly connectionId: string;
  /** Pinned origins: a request to any other is refused before its headers exist on a wire. */
  readonly origins?: readonly string[];
  /** Default by method: GET, HEAD, PUT, DELETE and OPTIONS (RFC 9110, section 9.2.2). */
  readonly idempotent?: boolean;
  /** Milliseconds for the whole exchange, instead of the usual total. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export type EgressResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      /** The URL that answered, after redirects. */
      readonly url: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failure';
      readonly phase: EgressPhase;
      readonly code: string;
      /** A sentence for people, without secrets. */
      readonly message: string;
      /** The answer's status, where its head had arrived. */
      readonly status?: number;
      /** The operator's setting that would allow a blocked request. */
      readonly setting?: string;
      readonly durationMs: number;
    };

export type UrlCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly setting?: string };

/** The one door through which requests leave. */
export interface Egress {
  /** Never rejects: a failure is a result. */
  send(request: EgressRequest): Promise<EgressResult>;
  /** Judges a URL when it is saved, without looking its name up. */
  checkUrl(url: string): UrlCheck;
  close(): Promise<void>;
}

export interface EgressOptions extends Partial<UrlPolicy> {
  /** PEM certificates trusted beside the usual ones. */
  readonly ca?: string;
  readonly limits?: Partial<EgressLimits>;
  readonly resolve?: Resolve;
  /** Milliseconds that never run backwards. */
  readonly monotonic: () => number;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Opens the door: public addresses over https only, unless the operator's rules say otherwise;
 * everything bounded by limits. Proxy variables of the environment are not read.
 */
export function createEgress(options: EgressOptions): Egress {
  const limits: EgressLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const policy: UrlPolicy = { allow: options.allow ?? [], plainHttp: options.plainHttp ?? [] };
  const pool = new SocketPool(limits, options.monotonic);
  const door: Door = {
    limits,
    policy,
    pool,
    resolve: options.resolve ?? resolveAll,
    ca: options.ca === undefined ? undefined : [...getCACertificates('default'), options.ca],
  };
  return {
    send: async (request) => {
      const started = options.monotonic();
      const durationMs = (): number => Math.round(options.monotonic() - started);
      try {
        return { kind: 'response', ...(await sendWithin(door, request)), durationMs: durationMs() };
      } catch (error) {
        const { phase, code, message, status, setting } = toFault(error, 'before_write');
        return {
          kind: 'failure',
          phase,
          code,
          message,
          ...(status === undefined ? {} : { status }),
          ...(setting === undefined ? {} : { setting }),
          durationMs: durationMs(),
        };
      }
    },
    checkUrl: (url) => {
      const verdict = judgeUrl(url, policy);
      if (verdict.ok) return { ok: true };
      const { reason, setting } = verdict;
      return { ok: false, reason, ...(setting === undefined ? {} : { setting }) };
    },
    close: () => pool.close(),
  };
}

interface Door {
  readonly limits: EgressLimits;
  readonly policy: UrlPolicy;
  readonly pool: SocketPool;
  readonly resolve: Resolve;
  readonly ca: readonly string[] | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly url: string;
}

async function sendWithin(door: Door, request: EgressRequest): Promise<Answer> {
  const body = toSendable(request.body);
  const headers = toRequestHeaders(request.headers, request.body?.contentType);
  const total = request.deadlineMs ?? totalDeadline(door.limits, body?.fileBytes ?? 0);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    // The exchange replaces the phase by its own.
    deadline.abort(new EgressFault('waiting', 'timeout', 'The request took too long.'));
  }, total);
  const signal =
    request.signal === undefined
      ? deadline.signal
      : AbortSignal.any([request.signal, deadline.signal]);
  try {
    return await follow(door, request, { method: request.method, headers, body }, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects of a GET within its origin; any other redirect is the caller's answer. */
async function follow(
  door: Door,
  request: EgressRequest,
  outgoing: Omit<OutgoingRequest, 'path'>,
  signal: AbortSignal,
): Promise<Answer> {
  let url = request.url;
  for (let hop = 0; ; hop += 1) {
    const target = admit(door, request, url);
    const path = `${target.url.pathname}${target.url.search}`;
    const raw = await sendOnce(door, request, target, { ...outgoing, path }, signal);
    const next = hop < door.limits.redirects ? nextHop(request, target, raw) : undefined;
    if (next === undefined) {
      const encoding = raw.headers['content-encoding'] ?? '';
      const body = await decodeBody({ status: raw.status, body: raw.body, encoding }, door.limits);
      return { status: raw.status, headers: raw.headers, body, url: target.url.href };
    }
    url = next;
  }
}

function admit(door: Door, request: EgressRequest, url: string): UrlTarget {
  const verdict = judgeUrl(url, door.policy);
  if (!verdict.ok) {
    const { code, reason, setting } = verdict;
    throw new EgressFault('blocked', code, reason, setting === undefined ? {} : { setting });
  }
  const { origin } = verdict.target.url;
  if (request.origins !== undefined && !request.origins.includes(origin)) {
    throw new EgressFault(
      'blocked',
      'blocked_origin',
      `${origin} is not an origin of this connection.`,
    );
  }
  return verdict.target;
}

function nextHop(
  request: EgressRequest,
  target: UrlTarget,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
): string | undefined {
  const location = answer.headers['location'];
  if (request.method !== 'GET' || !REDIRECTS.has(answer.status) || location === undefined) {
    return undefined;
  }
  const base = target.url.href;
  const next = URL.canParse(location, base) ? new URL(location, base) : undefined;
  return next?.origin === target.url.origin ? next.href : undefined;
}

/**
 * One exchange on one socket. A socket that had been idle may turn out to be closed: then the
 * request goes over a new one if no byte of it was written, or if it may be sent twice (RFC 9112,
 * section 9.3.1).
 */
async function sendOnce(
  door: Door,
  request: EgressRequest,
  target: UrlTarget,
  outgoing: OutgoingRequest,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof exchange>>> {
  const repeatable = request.idempotent ?? IDEMPOTENT.has(request.method);
  const key = JSON.stringify([target.url.origin, request.organizationId, request.connectionId]);
  for (let first = true; ; first = false) {
    const maxIdleMs = !first ? 0 : repeatable ? door.limits.keepAliveMs : door.limits.freshSocketMs;
    const connection = await door.pool.take(key, {
      origin: target.url.origin,
      maxIdleMs,
      signal,
      open: () => openSocket(target, door, signal),
    });
    try {
      return await exchange(connection, outgoing, door.limits, signal);
    } catch (error) {
      const fault = toFault(error, 'before_write');
      const harmless = fault.phase === 'before_write' || (repeatable && fault.phase !== 'reading');
      if (!connection.reused || fault.code !== 'reset' || !harmless) throw fault;
    } finally {
      connection.release();
    }
  }
}

/** Every address the system knows for a name, hosts file included, in the system's order. */
async function resolveAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}
