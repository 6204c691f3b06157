/**
 * Decodes the bytes of an answer: UTF-8 where they are valid UTF-8, whatever the charset says;
 * else the declared charset, if it is one the platform knows; else UTF-8 with U+FFFD in place of
 * what is broken. A byte order mark goes, and so does every U+0000 (PostgreSQL cannot store it).
 */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const text =
    decodeStrictly(bytes, 'utf-8') ??
    (charset === undefined ? undefined : decodeStrictly(bytes, charset)) ??
    new TextDecoder('utf-8').decode(bytes);
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/** The `charset` of a Content-Type, without quotes and in lower case. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return /;\s*charset="?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase();
}

function decodeStrictly(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
