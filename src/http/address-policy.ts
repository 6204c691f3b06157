import ipaddr from 'ipaddr.js';
import {
  GLOBAL_UNICAST_IPV6,
  NAMED_IPV6,
  SPECIAL_IPV4,
  SPECIAL_IPV6,
} from './special-addresses.ts';
import type { SpecialBlock } from './special-addresses.ts';

export type AddressVerdict = { readonly ok: true } | { readonly ok: false; readonly why: string };

const PUBLIC: AddressVerdict = { ok: true };

/**
 * Says whether an IP address is global unicast, the only kind a request may reach without an
 * exception of the operator. IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is unwrapped and
 * judged as well. Anything that does not parse is refused.
 */
export function judgeAddress(address: string): AddressVerdict {
  const parsed = parseAddress(address);
  if (parsed === undefined) return { ok: false, why: 'not an IP address' };
  return parsed instanceof ipaddr.IPv4 ? judgeIPv4(parsed) : judgeIPv6(parsed);
}

/** Parses an address without brackets; an IPv4-mapped IPv6 address comes back as IPv4. */
export function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // ipaddr.js reads "127.1" and "0x7f.1" too; only the four plain decimals are an address here.
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  if (!ipaddr.IPv6.isValid(address) || address.includes('%')) return undefined;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
}

function judgeIPv4(address: ipaddr.IPv4): AddressVerdict {
  const block = SPECIAL_IPV4.find(({ cidr }) => address.match(ipaddr.IPv4.parseCIDR(cidr)));
  return block === undefined ? PUBLIC : { ok: false, why: block.name };
}

function judgeIPv6(address: ipaddr.IPv6): AddressVerdict {
  const carried = embeddedIPv4(address);
  for (const { name, embedded } of carried) {
    const verdict = judgeIPv4(embedded);
    if (!verdict.ok) return { ok: false, why: `${name} of ${embedded.toString()}: ${verdict.why}` };
  }
  if (carried.length > 0) return PUBLIC;
  const block = findBlock(address, SPECIAL_IPV6) ?? findBlock(address, NAMED_IPV6);
  if (block !== undefined) return { ok: false, why: block.name };
  return address.match(ipaddr.IPv6.parseCIDR(GLOBAL_UNICAST_IPV6))
    ? PUBLIC
    : { ok: false, why: 'not global unicast' };
}

function findBlock(
  address: ipaddr.IPv6,
  blocks: readonly SpecialBlock[],
): SpecialBlock | undefined {
  return blocks.find(({ cidr }) => address.match(ipaddr.IPv6.parseCIDR(cidr)));
}

function embeddedIPv4(
  address: ipaddr.IPv6,
): readonly { readonly name: string; readonly embedded: ipaddr.IPv4 }[] {
  const bytes = address.toByteArray();
  const at = (start: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(start, start + 4));
  // RFC 6052: the well-known NAT64 prefix carries the address in its last four bytes.
  if (address.match(ipaddr.IPv6.parseCIDR('64:ff9b::/96'))) {
    return [{ name: 'NAT64', embedded: at(12) }];
  }
  // RFC 3056: 2002:AABB:CCDD::/48 is routed to the IPv4 address AA.BB.CC.DD.
  if (address.match(ipaddr.IPv6.parseCIDR('2002::/16'))) return [{ name: '6to4', embedded: at(2) }];
  // RFC 4380, section 4: the server's address, and the client's with every bit inverted.
  if (address.match(ipaddr.IPv6.parseCIDR('2001::/32'))) {
    const client = new ipaddr.IPv4(bytes.slice(12, 16).map((byte) => byte ^ 0xff));
    return [
      { name: 'Teredo server', embedded: at(4) },
      { name: 'Teredo client', embedded: client },
    ];
  }
  return [];
}

/** Whether a name always means this machine (RFC 6761, section 6.3). */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Whether a host, as it stands in a URL without brackets, is this machine itself. */
export function isLoopback(host: string): boolean {
  if (isLocalhost(host)) return true;
  const address = parseAddress(host);
  return address !== undefined && address.range() === 'loopback';
}
