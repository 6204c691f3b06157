import { isLocalhost, judgeAddress, parseAddress } from './address-policy.ts';
import { allows, allowSetting } from './allow-rules.ts';
import type { AllowRule } from './allow-rules.ts';
import type { Refusal } from './fault.ts';

export interface UrlPolicy {
  readonly allow: readonly AllowRule[];
  /** Hosts, on a port, to which plain http may go. */
  readonly plainHttp: readonly AllowRule[];
}

export type UrlVerdict =
  { readonly ok: true; readonly target: UrlTarget } | ({ readonly ok: false } & Refusal);

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
  const refused = (code: string, reason: string): UrlVerdict => ({ ok: false, code, reason });
  if (text.length > URL_MAX_CHARACTERS) return refused('invalid_url', 'The URL is too long.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refused('invalid_url', 'The URL cannot be read.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refused('blocked_scheme', `The scheme "${url.protocol}" is not allowed; use https.`);
  }
  if (url.username !== '' || url.password !== '') {
    return refused('blocked_host', 'A URL must not carry a user name or password.');
  }
  const target = toTarget(url);
  const refusal = judgeHost(target, policy) ?? judgeScheme(target, policy);
  return refusal === undefined ? { ok: true, target } : { ok: false, ...refusal };
}

/**
 * Why one resolved address of a target may not be connected to; `undefined` when it may. What a name
 * leads to is told to the operator alone: documents must not be a way to look up internal names.
 */
export function judgeTargetAddress(
  target: UrlTarget,
  address: string,
  policy: UrlPolicy,
): Refusal | undefined {
  const { host, port } = target;
  if (allows(policy.allow, { host, address, port })) return undefined;
  const verdict = judgeAddress(address);
  if (verdict.ok) return DEFAULT_PORTS.includes(port) ? undefined : refusePort(host, port);
  const code = 'blocked_address';
  const setting = allowSetting(parseAddress(address)?.toString() ?? address, port);
  if (host === address) {
    const reason = `${host} is not a public address (${verdict.why}). The operator can allow it: ${setting}`;
    return { code, reason, setting };
  }
  const operator = `${host} leads to ${address}, which is not a public address (${verdict.why}). To allow it, set ${setting}`;
  return { code, reason: notPublic(host), operator };
}

/** The same for every address that is not public, whatever it is. */
function notPublic(host: string): string {
  return `${host} leads to an address that is not public. The operator can allow it: the log of the server says how.`;
}

function toTarget(url: URL): UrlTarget {
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return { url, host, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure };
}

function judgeHost(target: UrlTarget, policy: UrlPolicy): Refusal | undefined {
  const { host, port } = target;
  if (host.endsWith('.')) {
    return { code: 'blocked_host', reason: 'A host must not end with a dot.' };
  }
  if (parseAddress(host) !== undefined) {
    const refused = judgeTargetAddress(target, host, policy);
    if (refused !== undefined) return refused;
  } else if (isLocalhost(host) && !allows(policy.allow, { host, port })) {
    const setting = allowSetting(host, port);
    const reason = `${host} is this machine. The operator can allow it: ${setting}`;
    return { code: 'blocked_host', reason, setting };
  }
  const perhaps = policy.allow.some((rule) => rule.port === port && rule.target.kind === 'block');
  if (DEFAULT_PORTS.includes(port) || perhaps || allows(policy.allow, { host, port }))
    return undefined;
  return refusePort(host, port);
}

function refusePort(host: string, port: number): Refusal {
  const setting = allowSetting(host, port);
  const reason = `Port ${String(port)} of ${host} is not one of 443, 8443 and 80. The operator can allow it: ${setting}`;
  return { code: 'blocked_port', reason, setting };
}

function judgeScheme(target: UrlTarget, policy: UrlPolicy): Refusal | undefined {
  const { host, port, secure } = target;
  if (secure || allows(policy.plainHttp, { host, port })) return undefined;
  const setting = allowSetting(host, port).replace('EGRESS_ALLOW', 'EGRESS_PLAIN_HTTP');
  const reason = `Plain http to ${host} is not allowed; use https. The operator can allow it: ${setting}`;
  return { code: 'blocked_scheme', reason, setting };
}

/** The origin of a URL, in lower case without a default port; `undefined` where there is none. */
export function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url === null || url.origin === 'null' ? undefined : url.origin;
}
