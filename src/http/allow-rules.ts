import ipaddr from 'ipaddr.js';
import { parseAddress } from './address-policy.ts';

/** One exception of the operator: this host, address or block, on this port. */
export interface AllowRule {
  /** As the operator wrote it. */
  readonly text: string;
  readonly port: number;
  readonly target:
    | { readonly kind: 'host'; readonly host: string }
    | {
        readonly kind: 'block';
        readonly address: ipaddr.IPv4 | ipaddr.IPv6;
        readonly bits: number;
      };
}

export type ParsedAllowRules =
  | { readonly ok: true; readonly rules: readonly AllowRule[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const HOST_NAME =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads the operator's exceptions: `10.1.2.3:443,127.0.0.1:8081,10.0.0.0/8:8443,[fd00::1]:443,
 * crm.lan:8443`, separated by commas or blanks. Every entry needs its port. Returns all problems
 * at once, as sentences.
 */
export function parseAllowRules(text: string): ParsedAllowRules {
  const rules: AllowRule[] = [];
  const problems: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const rule = parseRule(entry);
    if (rule === undefined) {
      problems.push(`"${entry}" is not host:port, address:port or block/bits:port`);
    } else rules.push(rule);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules };
}

/** Whether a rule allows connecting to `address` (for a name: as one of its addresses) on `port`. */
export function allows(
  rules: readonly AllowRule[],
  target: { readonly host: string; readonly address?: string; readonly port: number },
): boolean {
  return rules.some((rule) => {
    if (rule.port !== target.port) return false;
    if (rule.target.kind === 'host') return rule.target.host === target.host;
    const address = parseAddress(target.address ?? target.host);
    return address !== undefined && inBlock(address, rule.target);
  });
}

/** The exact setting that would allow this host or address, to be shown to the operator. */
export function allowSetting(host: string, port: number): string {
  return `EGRESS_ALLOW=${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

function parseRule(entry: string): AllowRule | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(entry);
  const name = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  const port = Number(match?.[3] ?? '0');
  if (port < 1 || port > 65_535) return undefined;
  const [host = '', bits] = name.split('/', 2);
  const address = parseAddress(host);
  if (address !== undefined) {
    const widest = address instanceof ipaddr.IPv4 ? 32 : 128;
    const length = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (length < 0 || length > widest) return undefined;
    return { text: entry, port, target: { kind: 'block', address, bits: length } };
  }
  if (bits !== undefined || !HOST_NAME.test(host) || /^[\d.]+$/.test(host)) return undefined;
  return { text: entry, port, target: { kind: 'host', host } };
}

function inBlock(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  block: { readonly address: ipaddr.IPv4 | ipaddr.IPv6; readonly bits: number },
): boolean {
  if (address instanceof ipaddr.IPv4) {
    return block.address instanceof ipaddr.IPv4 && address.match(block.address, block.bits);
  }
  return block.address instanceof ipaddr.IPv6 && address.match(block.address, block.bits);
}
