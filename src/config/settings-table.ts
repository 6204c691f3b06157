import { isIP } from 'node:net';

import { readBoolean, readChoice, readInteger, readList, readText } from './setting.ts';
import type { Reading, Setting } from './setting.ts';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every setting, once: the reference page, `.env.example` and `doctor` come from this table. */
export const SETTINGS = {
  host: withDefault({
    env: 'HOST',
    flag: '--host <address>',
    type: 'address or host name',
    default: '127.0.0.1',
    description:
      'Address to listen on. Any other than loopback needs a proxy, TLS or ALLOW_PLAIN_HTTP.',
    read: readText,
  }),
  port: withDefault({
    env: 'PORT',
    flag: '--port <number>',
    type: 'port',
    default: '8080',
    description: 'Port to listen on; 0 takes a free one.',
    read: readInteger(0, 65_535),
  }),
  dataDir: withDefault({
    env: 'DATA_DIR',
    flag: '--data-dir <directory>',
    type: 'directory',
    default: './data',
    description:
      'Where the SQLite database, the master key and waiting recordings are. One server works in it at a time.',
    read: readText,
  }),
  databaseUrl: optional({
    env: 'DATABASE_URL',
    type: 'postgres:// URL',
    defaultWords: 'SQLite in DATA_DIR',
    secret: true,
    description: 'PostgreSQL 14 or newer, for more than one machine.',
    read: (text) =>
      /^postgres(?:ql)?:\/\/./.test(text)
        ? { ok: true, value: text }
        : { ok: false, problem: 'must be a URL that begins with postgres://' },
  }),
  masterKey: optional({
    env: 'MASTER_KEY',
    type: '32 bytes as Base64 or hex',
    secret: true,
    description:
      'Seals the credentials in the database; the same on every node (`openssl rand -base64 32`).',
    read: readText,
  }),
  masterKeyFile: optional({
    env: 'MASTER_KEY_FILE',
    type: 'file',
    defaultWords: 'on SQLite `master.key` in DATA_DIR, made at the first start',
    description:
      'File with the master key, readable by the server only. A backup without the key is worthless.',
    read: readText,
  }),
  publicUrl: optional({
    env: 'PUBLIC_URL',
    type: 'URL',
    defaultWords: 'the address that the server listens on',
    description: 'How people and phone systems reach the server: scheme, host and port.',
    read: readPublicUrl,
  }),
  trustedProxies: withDefault({
    env: 'TRUSTED_PROXIES',
    type: 'addresses or blocks, separated by commas',
    default: '',
    description: 'Proxies whose X-Forwarded-* headers are believed; nobody else’s are.',
    read: readList(checkBlock),
  }),
  tlsCert: optional({
    env: 'TLS_CERT',
    type: 'file, PEM',
    description: 'Certificate chain for TLS of our own; read again when it changes.',
    read: readText,
  }),
  tlsKey: optional({
    env: 'TLS_KEY',
    type: 'file, PEM',
    description: 'Private key of TLS_CERT.',
    read: readText,
  }),
  allowPlainHttp: withDefault({
    env: 'ALLOW_PLAIN_HTTP',
    type: '1 or 0',
    default: '0',
    description:
      'Listen without TLS on an address that is not loopback: keys and calls are readable on the network.',
    read: readBoolean,
  }),
  egressAllow: withDefault({
    env: 'EGRESS_ALLOW',
    type: 'host:port, address:port or block/bits:port, separated by commas',
    default: '',
    description:
      'Private addresses and unusual ports that documents may call, for example 10.1.2.3:443.',
    read: readText,
  }),
  egressPlainHttp: withDefault({
    env: 'EGRESS_PLAIN_HTTP',
    type: 'as EGRESS_ALLOW',
    default: '',
    description:
      'Hosts that may be called by plain http: their credentials are readable on the way.',
    read: readText,
  }),
  egressCaFile: optional({
    env: 'EGRESS_CA_FILE',
    type: 'file, PEM',
    description: 'Certificate authorities trusted for CRMs, besides the usual ones.',
    read: readText,
  }),
  logLevel: withDefault({
    env: 'LOG_LEVEL',
    flag: '--log-level <level>',
    type: LOG_LEVELS.join(', '),
    default: 'info',
    description: 'Least important line to log. Bodies and phone numbers appear at debug only.',
    read: readChoice(LOG_LEVELS),
  }),
  nodeName: optional({
    env: 'NODE_NAME',
    type: 'text',
    defaultWords: "the machine's name and PORT, as `host:8080`",
    description:
      'Name of this process among the nodes of one database: its own, and the same after a restart.',
    read: readText,
  }),
  retentionExchangesDays: withDefault({
    env: 'RETENTION_EXCHANGES_DAYS',
    type: 'days',
    default: '7',
    description: 'How long requests to the CRM and its answers are kept.',
    read: readInteger(1, 3_650),
  }),
  retentionCallsDays: withDefault({
    env: 'RETENTION_CALLS_DAYS',
    type: 'days',
    default: '400',
    description: 'How long calls and their steps are kept.',
    read: readInteger(1, 36_500),
  }),
  retentionAuditDays: withDefault({
    env: 'RETENTION_AUDIT_DAYS',
    type: 'days',
    default: '400',
    description: 'How long it is kept who changed what.',
    read: readInteger(1, 36_500),
  }),
  retentionSpoolHours: withDefault({
    env: 'RETENTION_SPOOL_HOURS',
    type: 'hours',
    default: '24',
    description: 'How long a recording is kept after the CRM has it.',
    read: readInteger(0, 8_760),
  }),
  retentionRecordingsDays: withDefault({
    env: 'RETENTION_RECORDINGS_DAYS',
    type: 'days',
    default: '30',
    description:
      'How long a recording is kept that a CRM has only a link to (option `recordings`: link); at least RECORDING_LINK_DAYS.',
    read: readInteger(1, 3_650),
  }),
  recordingLinkDays: withDefault({
    env: 'RECORDING_LINK_DAYS',
    type: 'days',
    default: '7',
    description:
      'How long at least a signed link to a recording (`content_url`) opens it: it ends at the midnight (UTC) after these days, so that a repeated request tells the CRM the same link. Whoever has the link can listen.',
    read: readInteger(1, 365),
  }),
  intakeBacklog: withDefault({
    env: 'INTAKE_BACKLOG',
    type: 'number',
    default: '1000000',
    description:
      'How many calls of one organization may wait for their CRM, parked steps included; beyond, its events are answered with 429 and Retry-After.',
    read: readInteger(1, 1_000_000_000),
  }),
  intakeEventsPerMinute: withDefault({
    env: 'INTAKE_EVENTS_PER_MINUTE',
    type: 'number',
    default: '60000',
    description:
      'How many events of one organization a process takes in per minute in the long run; ten times as many may come at once, then 429 and Retry-After.',
    read: readInteger(1, 100_000_000),
  }),
  intakeDiskReservePercent: withDefault({
    env: 'INTAKE_DISK_RESERVE_PERCENT',
    type: 'percent',
    default: '5',
    description:
      'With less free space on the disk of DATA_DIR no events are taken in (429 and Retry-After), so that what was taken in can be worked off; 0 looks at nothing. On PostgreSQL without meaning.',
    read: readInteger(0, 50),
  }),
  recordingMaxMib: withDefault({
    env: 'RECORDING_MAX_MIB',
    type: 'MiB',
    default: '256',
    description: 'Largest recording that is taken.',
    read: readInteger(1, 4_096),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;

function withDefault<T>(
  row: Omit<Setting<T>, 'secret'> & { readonly default: string },
): Setting<T> & { readonly default: string } {
  return { ...row, secret: false };
}

function optional<T>(
  row: Omit<Setting<T>, 'secret' | 'read'> & {
    readonly secret?: boolean;
    readonly read: (text: string) => Reading<T>;
  },
): Setting<T | undefined> {
  return { ...row, secret: row.secret ?? false };
}

function readPublicUrl(text: string): Reading<string> {
  const form = /^(https?:\/\/(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?)\/?$/i.exec(text);
  const origin = form?.[1];
  return origin === undefined
    ? {
        ok: false,
        problem: 'must be scheme, host and port, for example https://patchcord.example.com',
      }
    : { ok: true, value: origin.toLowerCase() };
}

function checkBlock(entry: string): string | undefined {
  const [address = '', bits, rest] = entry.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return family !== 0 && fits && rest === undefined
    ? undefined
    : `has '${entry}', which is neither an address nor a block such as 10.0.0.0/8`;
}
