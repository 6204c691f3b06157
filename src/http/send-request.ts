import { decodeBody } from './decode-body.ts';
import { IDEMPOTENT_METHODS } from './egress-request.ts';
import type { EgressRequest } from './egress-request.ts';
import { exchange } from './exchange.ts';
import type { OutgoingRequest, OutgoingStream } from './exchange.ts';
import { blocked, EgressFault, toFault } from './fault.ts';
import { totalDeadline } from './limits.ts';
import type { EgressLimits } from './limits.ts';
import { openSocket } from './open-socket.ts';
import type { Resolve } from './open-socket.ts';
import { toSendable } from './request-body.ts';
import { toRequestHeaders } from './request-headers.ts';
import type { SocketPool } from './socket-pool.ts';
import { judgeUrl } from './url-policy.ts';
import type { UrlPolicy, UrlTarget } from './url-policy.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What all requests of one egress share. */
export interface SendDeps {
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
  readonly streamedBytes?: number;
  readonly url: string;
}

/** Sends a request with its redirects within its deadline. Throws an `EgressFault`. */
export async function sendRequest(deps: SendDeps, request: EgressRequest): Promise<Answer> {
  const body = toSendable(request.body);
  const headers = toRequestHeaders(request.headers, {
    contentType: request.body?.contentType,
    acceptGzip: request.download === undefined,
  });
  const total = request.deadlineMs ?? usualDeadline(deps.limits, request, body?.fileBytes ?? 0);
  const deadline = new AbortController();
  // The exchange replaces the phase by its own.
  const late = (): void =>
    deadline.abort(new EgressFault('waiting', 'timeout', 'The request took too long.'));
  let timer = setTimeout(late, total);
  const begun = (): void => {
    clearTimeout(timer);
    timer = setTimeout(late, deps.limits.streamTotalMs);
  };
  const signal =
    request.signal === undefined
      ? deadline.signal
      : AbortSignal.any([request.signal, deadline.signal]);
  const hop = async (): Promise<void> => {
    if (request.admitHop === undefined) return;
    clearTimeout(timer);
    await letIn(request.admitHop, signal);
    timer = setTimeout(late, total);
  };
  try {
    const { method, download, stream: taker } = request;
    const stream = taker === undefined ? undefined : { taker, begun };
    return await follow(
      patient(deps, request),
      request,
      { method, headers, body, download, stream },
      { signal, hop },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Waits longer for the head of the answer, where the request asks for it. */
function patient(deps: SendDeps, { headersMs = 0 }: EgressRequest): SendDeps {
  const { limits } = deps;
  return headersMs <= limits.headersMs ? deps : { ...deps, limits: { ...limits, headersMs } };
}

/** A request, whose address may change from hop to hop. */
interface FirstRequest extends Omit<OutgoingRequest, 'path' | 'stream'> {
  readonly stream: Omit<OutgoingStream, 'url'> | undefined;
}

/** Follows redirects of a GET, within its origin unless told otherwise; any other is the answer. */
async function follow(
  deps: SendDeps,
  request: EgressRequest,
  { stream: taker, ...outgoing }: FirstRequest,
  { signal, hop: letOn }: { readonly signal: AbortSignal; readonly hop: () => Promise<void> },
): Promise<Answer> {
  let url = request.url;
  let elsewhere = false;
  const first = admit(deps, request, url);
  for (let hop = 0; ; hop += 1) {
    const target = admit(deps, request, url);
    const path = `${target.url.pathname}${target.url.search}`;
    elsewhere ||= target.url.origin !== first.url.origin;
    const headers = elsewhere ? withoutOurs(outgoing) : outgoing.headers;
    const stream = taker === undefined ? undefined : { ...taker, url: target.url.href };
    const own = { ...outgoing, headers, path, stream };
    const raw = await sendOnce(deps, request, target, own, signal);
    const next = hop < deps.limits.redirects ? nextHop(request, target, raw) : undefined;
    if (next === undefined) {
      const { status } = raw;
      const encoding = raw.headers['content-encoding'] ?? '';
      const taken = raw.taken ?? {
        body: await decodeBody({ status, body: raw.body, encoding }, deps.limits),
      };
      return { status, headers: raw.headers, ...taken, url: target.url.href };
    }
    await letOn();
    url = next;
  }
}

/** Rejects with a fault of our own end: the host has answered. */
async function letIn(
  admitHop: NonNullable<EgressRequest['admitHop']>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await admitHop(signal);
  } catch (cause) {
    const message = 'The request was led on, and given up while it waited for its turn.';
    throw new EgressFault('before_write', 'aborted', message, { cause });
  }
}

function admit(deps: SendDeps, request: EgressRequest, url: string): UrlTarget {
  const verdict = judgeUrl(url, deps.policy);
  if (!verdict.ok) throw blocked(verdict);
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
  if (next === undefined || next.origin === target.url.origin) return next?.href;
  const downgrades = target.secure && next.protocol !== 'https:';
  return request.followsElsewhere === true && !downgrades ? next.href : undefined;
}

/** Another origin learns nothing from us; once left, headers do not come back either. */
function withoutOurs({ download }: Pick<OutgoingRequest, 'download'>): OutgoingRequest['headers'] {
  return toRequestHeaders([], { contentType: undefined, acceptGzip: download === undefined });
}

/**
 * One exchange on one socket. A socket that had been idle may turn out to be closed: then the
 * request goes over a new one if no byte of it was written, or if it may be sent twice (RFC 9112,
 * section 9.3.1).
 */
async function sendOnce(
  deps: SendDeps,
  request: EgressRequest,
  target: UrlTarget,
  outgoing: OutgoingRequest,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof exchange>>> {
  const repeatable = request.idempotent ?? IDEMPOTENT_METHODS.has(request.method);
  const key = JSON.stringify([target.url.origin, request.organizationId, request.connectionId]);
  for (let first = true; ; first = false) {
    const maxIdleMs = !first ? 0 : repeatable ? deps.limits.keepAliveMs : deps.limits.freshSocketMs;
    const connection = await deps.pool.take(key, {
      origin: target.url.origin,
      maxIdleMs,
      signal,
      open: () => openSocket(target, deps, signal),
    });
    try {
      return await exchange(connection, outgoing, deps.limits, signal);
    } catch (error) {
      const fault = toFault(error, 'before_write');
      const harmless = fault.phase === 'before_write' || (repeatable && fault.phase !== 'reading');
      if (!connection.reused || fault.code !== 'reset' || !harmless) throw fault;
    } finally {
      connection.release();
    }
  }
}

/** A file that comes has no size yet: it gets what the largest upload gets. */
function usualDeadline(limits: EgressLimits, request: EgressRequest, fileBytes: number): number {
  return request.download === undefined ? totalDeadline(limits, fileBytes) : limits.uploadTotalMs;
}
