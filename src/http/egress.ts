import { lookup } from 'node:dns/promises';
import { getCACertificates } from 'node:tls';
import type { EgressRequest } from './egress-request.ts';
import { toFault } from './fault.ts';
import type { EgressPhase } from './fault.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { EgressLimits } from './limits.ts';
import type { Resolve } from './open-socket.ts';
import { sendRequest } from './send-request.ts';
import type { SendDeps } from './send-request.ts';
import { SocketPool } from './socket-pool.ts';
import type { RefusedName } from './tell-refusals.ts';
import { judgeUrl } from './url-policy.ts';
import type { UrlPolicy } from './url-policy.ts';

export type EgressResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** Empty where it went to the stream of the request. */
      readonly body: Uint8Array;
      /** Bytes, unpacked, that went to the stream of the request. */
      readonly streamedBytes?: number;
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

/** The only way in which requests leave this process. */
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
  /** For the operator's eyes: a result never says which address a name led to. */
  readonly onRefusedName?: (refused: RefusedName) => void;
  /** Milliseconds that never run backwards. */
  readonly monotonic: () => number;
}

/**
 * Makes the egress: public addresses over https only, unless the operator's rules say otherwise;
 * everything bounded by limits. Proxy variables of the environment are not read.
 */
export function createEgress(options: EgressOptions): Egress {
  const limits: EgressLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const policy: UrlPolicy = { allow: options.allow ?? [], plainHttp: options.plainHttp ?? [] };
  const pool = new SocketPool(limits, options.monotonic);
  const deps: SendDeps = {
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
        return {
          kind: 'response',
          ...(await sendRequest(deps, request)),
          durationMs: durationMs(),
        };
      } catch (error) {
        const fault = toFault(error, 'before_write');
        const { phase, code, message, status, setting, operator } = fault;
        if (operator !== undefined) {
          const { organizationId, connectionId } = request;
          options.onRefusedName?.({ organizationId, connectionId, message: operator });
        }
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

/** Every address the system knows for a name, hosts file included, in the system's order. */
async function resolveAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}
