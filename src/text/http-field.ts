/** RFC 9110, section 5.6.2: the characters of a header's name. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 9110, section 5.5: visible Latin-1, blank and tab. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that frame a message, route it or speak for the connection; those of a browser too. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const CONNECTION_PREFIXES: readonly string[] = ['proxy-', 'sec-'];

/** True for a text that can be the name of a header. */
export function isFieldName(text: string): boolean {
  return TOKEN.test(text);
}

/** True for a text that a header can carry: no line break, control character or letter beyond Latin-1. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

/** True for a header, in any case, that the sender of a request sets by itself. */
export function isConnectionHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    CONNECTION_HEADERS.has(lower) || CONNECTION_PREFIXES.some((prefix) => lower.startsWith(prefix))
  );
}
