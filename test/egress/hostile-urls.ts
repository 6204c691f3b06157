/** The one host that may be reached: a CRM at a public address, with a certificate for its name. */
export const CRM_HOST = 'crm.test';
export const CRM_ADDRESS = '11.22.33.44';

/** IPv4 addresses that no request may reach without the operator's exception: of each block some. */
const FORBIDDEN_IPV4: readonly string[] = [
  ...['127.0.0.1', '127.0.0.53', '127.255.255.254', '0.0.0.0', '0.1.2.3'],
  ...['10.0.0.1', '10.255.255.254', '172.16.0.1', '172.31.255.254'],
  ...['192.168.0.1', '192.168.255.254', '169.254.169.254', '169.254.170.2'],
  ...['100.64.0.1', '100.100.100.200', '100.127.255.254', '192.0.0.192', '192.0.2.1'],
  ...['192.88.99.1', '198.18.0.1', '198.19.255.254', '198.51.100.7', '203.0.113.7'],
  ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
];

type Octets = readonly number[];

/** Ways to write an IPv4 address as a host that some program understands. */
const NOTATIONS: readonly ((octets: Octets) => string)[] = [
  (octets) => octets.join('.'),
  (octets) => String(asInteger(octets)),
  (octets) => `0x${asInteger(octets).toString(16)}`,
  (octets) => `0${asInteger(octets).toString(8)}`,
  (octets) => octets.map((one) => `0X${one.toString(16)}`).join('.'),
  (octets) => octets.map((one) => `0${one.toString(8)}`).join('.'),
  ([a = 0, ...rest]) => `${String(a)}.${String(asInteger(rest))}`,
  (octets) => `${octets.join('.')}.`,
  // Fullwidth digits and the ideographic full stop, which IDNA maps to ASCII (UTS 46).
  (octets) => wide(octets.join('。')),
  (octets) => percent(octets.join('.')),
  // IPv6 that carries it: mapped, compatible, translated, NAT64 (two prefixes), 6to4, Teredo, ISATAP.
  (octets) => `[::ffff:${octets.join('.')}]`,
  (octets) => `[::${octets.join('.')}]`,
  (octets) => `[::ffff:0:${octets.join('.')}]`,
  (octets) => `[64:ff9b::${octets.join('.')}]`,
  (octets) => `[64:ff9b:1::${octets.join('.')}]`,
  (octets) => `[2002:${groups(octets)}::1]`,
  (octets) => `[2001:0:${groups(octets)}:0:0:f5ff:fffe]`,
  (octets) => `[2001:0:b16:212c:0:0:${groups(octets.map((octet) => octet ^ 0xff))}]`,
  (octets) => `[fe80::5efe:${octets.join('.')}]`,
];

const FORBIDDEN_IPV6: readonly string[] = [
  ...['::1', '::', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ...['fc00::1', 'fd00::1', 'fd00:ec2::254', 'fe80::1', 'febf::1', 'fec0::1', 'feff::1'],
  ...['ff02::1', 'ff0e::1', '2001:db8::1', '3fff::1', '100::1', '5f00::1', '2001:2::1'],
  ...['2001:10::1', '2001:20::1', '64:ff9b:1::1', '4000::1', '::2', '1::1', 'e000::1'],
  ...['::ffff:7f00:1', '::FFFF:A9FE:A9FE', '0:0:0:0:0:ffff:a00:1'],
];

/** Names whose answers come from the test's name server, its hosts file, or need none. */
export const FORBIDDEN_NAMES: Readonly<Record<string, readonly string[]>> = {
  'private.test': ['10.0.0.1'],
  'loop.test': ['127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'metadata.google.internal': ['169.254.169.254'],
  '127.0.0.1.sslip.test': ['127.0.0.1'],
  'six.test': ['fd00::1'],
  'six-loop.test': ['::1'],
  'mapped.test': ['::ffff:10.0.0.1'],
  'nat64.test': ['64:ff9b::a00:1'],
  'mixed.test': [CRM_ADDRESS, '10.0.0.1'],
  'mixed-first.test': ['10.0.0.1', CRM_ADDRESS],
  'mixed-six.test': [CRM_ADDRESS, 'fd00::1'],
  'zero.test': ['0.0.0.0'],
  'many.test': [
    ...Array.from({ length: 20 }, (_, at) => `11.22.33.${String(at + 50)}`),
    '10.0.0.1',
  ],
  'alias.test': ['10.0.0.1'],
};

/** In the hosts file of the test's machine. */
export const HOSTS_FILE_NAMES: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  'ip6-localhost': '::1',
  'intranet.test': '192.168.0.1',
};

const NAMES: readonly string[] = [
  ...Object.keys(FORBIDDEN_NAMES),
  ...Object.keys(HOSTS_FILE_NAMES),
  ...['LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost', 'localhost%2e', 'ⓛocalhost'],
  ...[
    'PRIVATE.test',
    'private.test.',
    'ｐｒｉｖａｔｅ.test',
    'private%2Etest',
    'no-such-name.test',
  ],
  ...[`${CRM_HOST}.`, `${'a'.repeat(64)}.test`, `${'a.'.repeat(130)}test`, '-.test', '_.test', '*'],
];

/** Whole addresses with other tricks; none may lead to a connection at all. */
const TRICKS: readonly string[] = [
  // User info that looks like a host, and hosts that look like user info.
  `https://${CRM_HOST}@10.0.0.1/`,
  `https://${CRM_HOST}:443@10.0.0.1/`,
  `https://${CRM_HOST}%40@10.0.0.1/`,
  `https://10.0.0.1@${CRM_HOST}/`,
  `https://user:password@${CRM_HOST}/`,
  `https://:@${CRM_HOST}:22/`,
  `https://@10.0.0.1/`,
  'https://10.0.0.1#.crm.test/',
  'https://10.0.0.1?.crm.test/',
  'https://10.0.0.1\\.crm.test/',
  'https://10.0.0.1\\@crm.test/',
  'https:\\\\10.0.0.1\\',
  'https:10.0.0.1',
  'https:/10.0.0.1/',
  'https:////10.0.0.1/',
  '//10.0.0.1/',
  '/\\10.0.0.1/',
  '\\\\10.0.0.1\\share',
  ' https://10.0.0.1/',
  'https://10.0.0.1/ ',
  'ht\ntps://10.0.0.1/',
  'https://10.\t0.0.1/',
  'https://10.0.\r\n0.1/',
  'https://10.0.0.1\u0000.crm.test/',
  'https://10.0.0.1%00.crm.test/',
  'https://10.0.0.1%0d%0a.crm.test/',
  'https://10.0.0.1\u00ad/',
  'https://1\u200b0.0.0.1/',
  'https://⑩.0.0.①/',
  'https://①②⑦.⓪.⓪.①/',
  'https://10．0．0．1/',
  'https://10｡0｡0｡1/',
  'https://[::1%25eth0]/',
  'https://[fe80::1%25lo]/',
  'https://[::1/',
  'https://::1/',
  'https://[10.0.0.1]/',
  'https://[]/',
  'https:///',
  'https://',
  'https://10.0.0.1:99999/',
  'https://256.0.0.1/',
  'https://10.0.0.1.1/',
  'https://0x/',
  'https://0x7f.0x1:443/',
  'https://127.1/',
  'https://127.0.1/',
  'https://0/',
  'https://00/',
  'https://017700000001/',
  'https://0300.0250.1/',
  'https://4294967296/',
  `https://${'1'.repeat(70)}/`,
  `https://10.0.0.1/${'a'.repeat(20_000)}`,
  // Other schemes.
  ...['file:///etc/passwd', 'file://10.0.0.1/etc/passwd', 'ftp://10.0.0.1/', 'ftps://crm.test/'],
  ...['gopher://127.0.0.1:6379/_INFO', 'dict://127.0.0.1:11211/stats', 'ldap://10.0.0.1/'],
  ...['ws://crm.test/', 'wss://crm.test/', 'ws+unix:///run/x.sock', 'http+unix://%2Frun%2Fx/'],
  ...['unix:/var/run/docker.sock', 'data:text/html,hi', 'javascript:fetch("https://10.0.0.1")'],
  ...['blob:https://crm.test/1', 'about:blank', 'jar:https://crm.test/a.jar!/', 'tel:+15551234'],
  ...[
    'view-source:https://10.0.0.1/',
    'netdoc:///etc/passwd',
    'sftp://10.0.0.1/',
    'tftp://crm.test/',
  ],
  // Plain http, where nobody allowed it.
  ...[
    'http://crm.test/',
    'http://crm.test:443/',
    'http://10.0.0.1/',
    'HTTP://169.254.169.254/latest/',
  ],
  // Ports of programs that are no web servers.
  ...[0, 1, 7, 21, 22, 23, 25, 53, 110, 111, 135, 139, 143, 389, 445, 465, 587, 873, 993, 1433]
    .concat([1521, 2049, 2375, 2376, 3306, 3389, 4443, 5432, 5672, 5900, 6379, 6443, 8000, 8080])
    .concat([8081, 8500, 8888, 9000, 9090, 9200, 9418, 10_250, 11_211, 27_017, 50_000, 65_535])
    .map((port) => `https://${CRM_HOST}:${String(port)}/`),
];

/** All of them, each once: no request to any of these may open a connection. */
export const HOSTILE_URLS: readonly string[] = [
  ...new Set([
    ...FORBIDDEN_IPV4.flatMap((address) => {
      const octets = address.split('.').map(Number);
      return NOTATIONS.map((write) => `https://${write(octets)}/`);
    }),
    ...FORBIDDEN_IPV6.flatMap((address) => [
      `https://[${address}]/`,
      `https://[${address}]:8443/a`,
    ]),
    ...NAMES.map((name) => `https://${name}/`),
    ...TRICKS,
  ]),
];

function asInteger(octets: Octets): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** Four octets as two groups of IPv6. */
function groups([a = 0, b = 0, c = 0, d = 0]: Octets): string {
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function percent(text: string): string {
  return Array.from(text, (one) => `%${one.charCodeAt(0).toString(16)}`).join('');
}

function wide(text: string): string {
  return text.replaceAll(/[0-9]/gu, (digit) => String.fromCharCode(0xff10 + Number(digit)));
}
