import { judgeAddress, parseAddress } from './address-policy.ts';
import { allows, allowSetting } from './allow-rules.ts';
import type { AllowRule } from './allow-rules.ts';

export interface UrlPolicy {
  readonly allow: readonly AllowRule[];
  /** Hosts, on a port, to which plain http may go. */
  readonly plainHttp: readonly AllowRule[];
}

export type UrlVerdict =
  | { readonly ok: true; readonly target: UrlTarget }
  | {
      readonly ok: false;
      readonly code: string;
      readonly reason: string;
      readonly setting?: string;
    };

export interface UrlTarget {
  readonly url: URL;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

const DEFAULT_PORTS: readonly number[] = [443, 8443, 80];
const URL_MAX_CHARACTERS = 16_384;

/**
 * Judges a URL by everything that needs no look-up of its name: scheme, port, user info, forms of
 * the host, and IP literals. The name's addresses are judged when connecting.
 */
export function judgeUrl(text: string, policy: UrlPolicy): UrlVerdict {
  if (text.length > URL_MAX_CHARACTERS) return refuse('invalid_url', 'The URL is too long.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refuse('invalid_url', 'The URL cannot be read.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse('blocked_scheme', `The scheme "${url.protocol}" is not allowed; use https.`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('blocked_host', 'A URL must not carry a user name or password.');
  }
  const target = toTarget(url);
  return judgeHost(target, policy) ?? judgeScheme(target, policy) ?? { ok: true, target };
}

/** Judges one resolved address of a target; `undefined` when it may be connected to. */
export function judgeTargetAddress(
  target: UrlTarget,
  address: string,
  policy: UrlPolicy,
): UrlVerdict | undefined {
  const { host, port } = target;
  if (allows(policy.allow, { host, address, port })) return undefined;
  const verdict = judgeAddress(address);
  if (verdict.ok) return DEFAULT_PORTS.includes(port) ? undefined : refusePort(host, port);
  const named = host === address ? host : `${host} (${address})`;
  const setting = allowSetting(parseAddress(address)?.toString() ?? address, port);
  return refuse(
    'blocked_address',
    `${named} is not a public address (${verdict.why}). The operator can allow it: ${setting}`,
    setting,
  );
}

function toTarget(url: URL): UrlTarget {
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return { url, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure };
}

function judgeHost(target: UrlTarget, policy: UrlPolicy): UrlVerdict | undefined {
  const { host, port } = target;
  if (host.endsWith('.')) return refuse('blocked_host', 'A host must not end with a dot.');
  if (parseAddress(host) !== undefined) {
    const refused = judgeTargetAddress(target, host, policy);
    if (refused !== undefined) return refused;
  } else if (host === 'localhost' || host.endsWith('.localhost')) {
    if (!allows(policy.allow, { host, port })) {
      const setting = allowSetting(host, port);
      return refuse(
        'blocked_host',
        `${host} is this machine. The operator can allow it: ${setting}`,
        setting,
      );
    }
  }
  const perhaps = policy.allow.some((rule) => rule.port === port && rule.target.kind === 'block');
  if (DEFAULT_PORTS.includes(port) || perhaps || allows(policy.allow, { host, port }))
    return undefined;
  return refusePort(host, port);
}

function refusePort(host: string, port: number): UrlVerdict {
  const setting = allowSetting(host, port);
  const reason = `Port ${String(port)} of ${host} is not one of 443, 8443 and 80.`;
  return refuse('blocked_port', `${reason} The operator can allow it: ${setting}`, setting);
}

function judgeScheme(target: UrlTarget, policy: UrlPolicy): UrlVerdict | undefined {
  const { host, port, secure } = target;
  if (secure || allows(policy.plainHttp, { host, port })) return undefined;
  const setting = allowSetting(host, port).replace('EGRESS_ALLOW', 'EGRESS_PLAIN_HTTP');
  return refuse(
    'blocked_scheme',
    `Plain http to ${host} is not allowed; use https. The operator can allow it: ${setting}`,
    setting,
  );
}

function refuse(code: string, reason: string, setting?: string): UrlVerdict {
  return { ok: false, code, reason, ...(setting === undefined ? {} : { setting }) };
}

/** The origin of a URL, in lower case without a default port; `undefined` where there is none. */
export function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url === null || url.origin === 'null' ? undefined : url.origin;
}
