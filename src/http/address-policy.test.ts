import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAddress } from './address-policy.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '64:ff9b::808:808',
  '2002:808:808::1',
];

const REFUSED: readonly (readonly [address: string, why: string])[] = [
  ['0.0.0.0', 'this network'],
  ['10.0.0.1', 'private'],
  ['100.64.0.1', 'carriers'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.192', 'IETF'],
  ['192.168.1.1', 'private'],
  ['198.19.255.255', 'benchmarking'],
  ['203.0.113.9', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'reserved'],
  ['168.63.129.16', 'cloud host'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::FFFF:7f00:1', 'loopback'],
  ['::ffff:a9fe:a9fe', 'link-local'],
  ['::7f00:1', 'not global unicast'],
  ['::ffff:0:7f00:1', 'not global unicast'],
  ['64:ff9b::a9fe:a9fe', 'NAT64 of 169.254.169.254'],
  ['64:ff9b:1::1', 'local NAT64'],
  ['2002:7f00:1::', '6to4 of 127.0.0.1'],
  ['2002:a00:1::5', '6to4 of 10.0.0.1'],
  ['2001:0:7f00:1::', 'Teredo server of 127.0.0.1'],
  ['2001:0:808:808::80ff:fffe', 'Teredo client of 127.0.0.1'],
  ['2001:db8::1', 'documentation'],
  ['2001:20::1', 'IETF'],
  ['3fff::1', 'documentation'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'unique local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'not an IP address'],
  ['ff02::1', 'multicast'],
  ['5f00::1', 'segment routing'],
  ['4000::1', 'not global unicast'],
  ['127.1', 'not an IP address'],
  ['0x7f000001', 'not an IP address'],
  ['0177.0.0.1', 'not an IP address'],
  ['2130706433', 'not an IP address'],
  ['', 'not an IP address'],
  ['example.com', 'not an IP address'],
];

describe('an address is judged', () => {
  test.each(PUBLIC)('%s is public', (address) => {
    expect(judgeAddress(address)).toEqual({ ok: true });
  });

  test.each(REFUSED)('%s is refused: %s', (address, why) => {
    const verdict = judgeAddress(address);

    expect(verdict.ok).toBe(false);
    expect(verdict.ok ? '' : verdict.why).toContain(why);
  });

  test('an IPv4 address is judged alike however IPv6 carries it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        const expected = judgeAddress(address).ok;
        const forms = [`::ffff:${hex}`, `::ffff:${address}`, `64:ff9b::${hex}`, `2002:${hex}::1`];

        expect(forms.map((form) => judgeAddress(form).ok)).toEqual(forms.map(() => expected));
      }),
    );
  });

  test('no IPv6 address outside 2000::/3 is public, save what NAT64 carries', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(':')[0] || '0', 16);
        const inside = first >= 0x2000 && first <= 0x3fff;
        const carried = address.includes('.') || /^(?:0*:|0*64:|::)/i.test(address);

        expect(inside || carried || !judgeAddress(address).ok).toBe(true);
      }),
    );
  });
});
