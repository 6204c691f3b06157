/** A block that is never a public unicast destination, and why. */
export interface SpecialBlock {
  readonly cidr: string;
  readonly name: string;
}

/**
 * IANA IPv4 Special-Purpose Address Registry (iana.org/assignments/iana-ipv4-special-registry),
 * blocks without global reachability, with multicast and the former class E.
 */
export const SPECIAL_IPV4: readonly SpecialBlock[] = [
  { cidr: '0.0.0.0/8', name: 'this network, RFC 791' },
  { cidr: '10.0.0.0/8', name: 'private, RFC 1918' },
  { cidr: '100.64.0.0/10', name: 'shared by carriers, RFC 6598' },
  { cidr: '127.0.0.0/8', name: 'loopback, RFC 1122' },
  { cidr: '169.254.0.0/16', name: 'link-local, RFC 3927' },
  { cidr: '172.16.0.0/12', name: 'private, RFC 1918' },
  { cidr: '192.0.0.0/24', name: 'IETF protocol assignments, RFC 6890' },
  { cidr: '192.0.2.0/24', name: 'documentation, RFC 5737' },
  { cidr: '192.88.99.0/24', name: 'former 6to4 relay, RFC 7526' },
  { cidr: '192.168.0.0/16', name: 'private, RFC 1918' },
  { cidr: '198.18.0.0/15', name: 'benchmarking, RFC 2544' },
  { cidr: '198.51.100.0/24', name: 'documentation, RFC 5737' },
  { cidr: '203.0.113.0/24', name: 'documentation, RFC 5737' },
  { cidr: '224.0.0.0/4', name: 'multicast, RFC 5771' },
  { cidr: '240.0.0.0/4', name: 'reserved, RFC 1112' },
  // A public address in form, but every Azure machine reaches its host's metadata there.
  { cidr: '168.63.129.16/32', name: 'platform address of a cloud host' },
];

/** All of global unicast IPv6 is inside this block (RFC 4291, section 2.4; IANA allocations). */
export const GLOBAL_UNICAST_IPV6 = '2000::/3';

/**
 * IANA IPv6 Special-Purpose Address Registry, the blocks inside `2000::/3` that are not globally
 * reachable. Everything outside `2000::/3` is refused anyway.
 */
export const SPECIAL_IPV6: readonly SpecialBlock[] = [
  { cidr: '2001::/23', name: 'IETF protocol assignments, RFC 2928' },
  { cidr: '2001:db8::/32', name: 'documentation, RFC 3849' },
  { cidr: '3fff::/20', name: 'documentation, RFC 9637' },
];

/** Names of the blocks outside `2000::/3`, for the message only. */
export const NAMED_IPV6: readonly SpecialBlock[] = [
  { cidr: '::1/128', name: 'loopback, RFC 4291' },
  { cidr: '::/128', name: 'unspecified, RFC 4291' },
  { cidr: '64:ff9b:1::/48', name: 'local NAT64, RFC 8215' },
  { cidr: '100::/64', name: 'discard only, RFC 6666' },
  { cidr: '5f00::/16', name: 'segment routing, RFC 9602' },
  { cidr: 'fc00::/7', name: 'unique local, RFC 4193' },
  { cidr: 'fe80::/10', name: 'link-local, RFC 4291' },
  { cidr: 'fec0::/10', name: 'former site-local, RFC 3879' },
  { cidr: 'ff00::/8', name: 'multicast, RFC 4291' },
];
