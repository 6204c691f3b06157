/** Writes a value for a path segment, a query or a form: only RFC 3986 unreserved letters stay. */
export function encodeValue(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Most values and names need no other letter. */
const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;

/**
 * Writes the author's own text of a path or query: what RFC 3986 allows there stays, `%xx` too, all
 * else (blanks, quotes, letters outside ASCII) is encoded.
 */
export function encodeLiteral(text: string): string {
  return text.toWellFormed().replaceAll(NOT_ALLOWED, (found) => encodeURIComponent(found));
}

/** Outside of `pchar`, `/` and `?` (RFC 3986, section 3.4); a percent sign only before two hex digits. */
const NOT_ALLOWED = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+/gu;
