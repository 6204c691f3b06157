import { EgressFault } from './fault.ts';

/** Headers that are ours to write, or that could split or misroute a request. */
const OURS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OUR_PREFIXES: readonly string[] = ['proxy-', 'sec-'];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible Latin-1, blank and tab: field-content of RFC 9110, section 5.5. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks a request's headers and adds ours. Throws an `EgressFault` in phase `blocked` that names
 * the header, never its value.
 */
export function toRequestHeaders(
  headers: readonly (readonly [string, string])[],
  options: { readonly contentType: string | undefined; readonly acceptGzip: boolean },
): readonly (readonly [string, string])[] {
  const { contentType, acceptGzip } = options;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) throw refused('A header has a name that HTTP does not allow.');
    if (OURS.has(lower) || OUR_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
      throw refused(`The header ${name} may not be set.`);
    }
    if (!FIELD_VALUE.test(value)) throw refused(`The value of ${name} is not allowed in a header.`);
  }
  if (contentType !== undefined && !FIELD_VALUE.test(contentType)) {
    throw refused('The content type is not allowed in a header.');
  }
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
  return [
    ...headers,
    ...(has('accept') ? [] : [['accept', '*/*'] as const]),
    ...(has('user-agent') ? [] : [['user-agent', 'Patchcord'] as const]),
    ['accept-encoding', acceptGzip ? 'gzip' : 'identity'],
    ...(contentType === undefined ? [] : [['content-type', contentType] as const]),
  ];
}

function refused(message: string): EgressFault {
  return new EgressFault('blocked', 'blocked_header', message);
}
