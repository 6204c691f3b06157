/** `scheme://host[:port]` in lower case, without the scheme's own port (RFC 6454, section 6.2). */
export interface Authority {
  readonly scheme: 'http' | 'https';
  /** Without port. */
  readonly host: string;
  readonly origin: string;
}

const LABEL = /^[a-z0-9-]{1,63}$/;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const IP_V6 = /^\[[0-9a-f:.]{2,45}\]$/;
const OWN_PORTS = { http: '80', https: '443' } as const;

/** True for one label of a host name, letters in lower case. */
export function isHostLabel(text: string): boolean {
  return LABEL.test(text);
}

/** True for a host name of labels `a-z 0-9 -`, letters in lower case. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isHostLabel);
}

/** True for a port in digits. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/**
 * Reads what stands between `//` and the path. `undefined` for anything but a host name or IP
 * literal with an optional port: no user name, no backslash, no letters outside ASCII.
 */
export function readAuthority(scheme: string, text: string): Authority | undefined {
  const lower = text.toLowerCase();
  const found = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(lower);
  const host = found?.[1] ?? '';
  const port = found?.[2];
  if (!HOST_NAME.test(host) && !IP_V6.test(host)) return undefined;
  if (port !== undefined && !isPort(port)) return undefined;
  const known = scheme.toLowerCase();
  if (known !== 'http' && known !== 'https') return undefined;
  const shown = port === undefined || port === OWN_PORTS[known] ? host : `${host}:${port}`;
  return { scheme: known, host, origin: `${known}://${shown}` };
}

/** A host name that a document may call. */
export interface HostRule {
  /** As written: `crm.example`, `*.crm.example`. */
  readonly pattern: string;
  /** True for a host without port, in lower case. */
  matches(host: string): boolean;
}

/**
 * Compiles one entry of `hosts`. `*` stands for one or more labels at the left and never reaches
 * the last two; a pattern that breaks this matches nothing.
 */
export function compileHostRule(pattern: string): HostRule {
  const lower = pattern.toLowerCase();
  if (!lower.startsWith('*.')) {
    return { pattern, matches: (host) => host === lower };
  }
  const rest = lower.slice(1);
  const isSafe = isHostPattern(pattern);
  return {
    pattern,
    matches: (host) => isSafe && host.endsWith(rest) && host.length > rest.length,
  };
}

/** True for an entry of `hosts` that can match: a host name, or `*.` before at least two labels. */
export function isHostPattern(pattern: string): boolean {
  const lower = pattern.toLowerCase();
  if (!lower.startsWith('*.')) return HOST_NAME.test(lower);
  const rest = lower.slice('*.'.length);
  return isHostName(rest) && rest.includes('.');
}
